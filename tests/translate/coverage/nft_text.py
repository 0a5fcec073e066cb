"""Statements of libnftables-json(5) as the text that nft(8) reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["statements_text"]

_COMPARISONS = ("<", ">", "<=", ">=", "!=")
_OPERATORS = ("&", "|", "^", "<<", ">>")


def statements_text(statements: Sequence[Any]) -> str:
    """The statements of a rule, one after the other."""
    return " ".join(_statement(statement) for statement in statements)


def _statement(statement: Any) -> str:
    ((kind, body),) = statement.items()
    writer = _STATEMENTS.get(kind)
    if writer is not None:
        return writer(body)
    if kind in {"dnat", "snat", "masquerade", "redirect"}:
        return _nat(kind, body)
    raise ValueError(f"no text for statement {kind!r}")


def _match(body: Any) -> str:
    left, right, op = body["left"], body["right"], body["op"]
    if _is_presence(left):
        sign = "!= " if op == "!=" else ""
        return f"{_value(left)} {sign}{'exists' if right else 'missing'}"
    if isinstance(right, bool):
        right = int(right)
    sign = f"{op} " if op in _COMPARISONS or op == "!" else ""
    return f"{_value(left)} {sign}{_right(right)}"


def _is_presence(left: Any) -> bool:
    for kind in ("exthdr", "tcp option", "sctp chunk"):
        if kind in left:
            return "field" not in left[kind] and "base" not in left[kind]
    return "fib" in left and left["fib"]["result"] == "exists"


def _right(right: Any) -> str:
    if isinstance(right, list):
        return ",".join(_value(one) for one in right)
    return _value(right)


def _value(value: Any) -> str:
    if not isinstance(value, dict):
        return _constant(value)
    ((kind, body),) = value.items()
    if kind in _OPERATORS:
        left = _value(body[0])
        nested = isinstance(body[0], dict) and not body[0].keys().isdisjoint(_OPERATORS)
        return f"{f'({left})' if nested else left} {kind} {_right(body[1])}"
    writer = _EXPRESSIONS.get(kind)
    if writer is None:
        raise ValueError(f"no text for expression {kind!r}")
    return writer(body)


def _constant(value: Any) -> str:
    if isinstance(value, str) and not value.replace("_", "").replace("-", "").isalnum():
        is_number = value.replace(".", "").replace(":", "").isalnum()
        return value if is_number or value.startswith("@") else f'"{value}"'
    return str(value)


def _payload(body: Any) -> str:
    if "base" in body:
        return f"@{body['base']},{body['offset']},{body['len']}"
    return f"{body['protocol']} {body['field']}"


def _tcp_option(body: Any) -> str:
    if "base" in body:
        return f"tcp option @{body['base']},{body['offset']},{body['len']}"
    return " ".join(["tcp option", body["name"], *([body["field"]] if "field" in body else [])])


def _exthdr(body: Any) -> str:
    name = str(body["name"])
    return f"{name} {body['field']}" if "field" in body else f"exthdr {name}"


def _sctp_chunk(body: Any) -> str:
    return " ".join(["sctp chunk", body["name"], *_maybe(body, "field")])


def _maybe(body: Any, key: str) -> list[str]:
    return [str(body[key])] if key in body else []


def _ct(body: Any) -> str:
    return " ".join(["ct", *_maybe(body, "dir"), body["key"]])


def _meta(body: Any) -> str:
    bare = {"mark", "iifname", "oifname", "iif", "oif", "skuid", "skgid", "rtclassid"}
    return body["key"] if body["key"] in bare - {"mark"} else f"meta {body['key']}"


def _set(members: Any) -> str:
    def member(one: Any) -> str:
        if isinstance(one, list):
            return " : ".join(_value(part) for part in one)
        return _value(one)

    return "{ " + ", ".join(member(one) for one in members) + " }"


def _elem(body: Any) -> str:
    timeout = f" timeout {body['timeout']}s" if "timeout" in body else ""
    return _value(body["val"]) + timeout


def _rt(body: Any) -> str:
    return " ".join(["rt", *_maybe(body, "family"), body["key"]])


_EXPRESSIONS: dict[str, Callable[[Any], str]] = {
    "payload": _payload,
    "exthdr": _exthdr,
    "tcp option": _tcp_option,
    "sctp chunk": _sctp_chunk,
    "ct": _ct,
    "meta": _meta,
    "rt": _rt,
    "socket": lambda body: f"socket {body['key']}",
    "osf": lambda body: " ".join(["osf", *(["ttl", body["ttl"]] if "ttl" in body else []), "name"]),
    "fib": lambda body: f"fib {' . '.join(body['flags'])} {body['result']}",
    "numgen": lambda body: (
        f"numgen {body['mode']} mod {body['mod']}"
        + (f" offset {body['offset']}" if body.get("offset") else "")
    ),
    "jhash": lambda body: f"jhash {_value(body['expr'])} mod {body['mod']} seed {body['seed']:#x}",
    "prefix": lambda body: f"{_value(body['addr'])}/{body['len']}",
    "range": lambda body: f"{_value(body[0])}-{_value(body[1])}",
    "set": _set,
    "concat": lambda body: " . ".join(_value(part) for part in body),
    "elem": _elem,
    "map": lambda body: f"{_value(body['key'])} map {_right(body['data'])}",
}


def _listed(flags: Any) -> list[str]:
    if isinstance(flags, str):
        return [flags]
    return [*(flags or ())]


def _counter(body: Any) -> str:
    return f"counter packets {body['packets']} bytes {body['bytes']}" if body else "counter"


def _nat(kind: str, body: Any) -> str:
    body = body or {}
    words = [kind]
    if body.get("type_flags"):
        words.append("prefix")
    target = ""
    if "addr" in body:
        target = _value(body["addr"])
        if ":" in target and "port" in body:
            target = "-".join(f"[{end}]" for end in target.split("-"))
    if "port" in body:
        target += f":{_value(body['port'])}"
    if target:
        words += ["to", target]
    flags = [flag for flag in _listed(body.get("flags")) if flag != "netmap"]
    return " ".join([*words, *([",".join(flags)] if flags else [])])


def _log(body: Any) -> str:
    body = body or {}
    words = ["log"]
    for key, name in (
        ("prefix", "prefix"),
        ("group", "group"),
        ("snaplen", "snaplen"),
        ("queue-threshold", "queue-threshold"),
        ("level", "level"),
    ):
        if key in body:
            shown = f'"{body[key]}"' if key == "prefix" else body[key]
            words += [name, str(shown)]
    for flag in _listed(body.get("flags")):
        words += ["flags", flag]
    return " ".join(words)


def _limit(body: Any) -> str:
    over = "over " if body.get("inv") else ""
    unit = body.get("rate_unit")
    rate = (
        f"{body['rate']}/{body['per']}" if unit is None else f"{body['rate']} {unit}/{body['per']}"
    )
    burst = f" burst {body['burst']} {body.get('burst_unit', 'packets')}" if "burst" in body else ""
    return f"limit rate {over}{rate}{burst}"


def _queue(body: Any) -> str:
    if body is None:
        return "queue"
    names = _listed(body.get("flags"))
    return " ".join(
        ["queue", *(["flags", ",".join(names)] if names else []), "to", _value(body["num"])]
    )


def _reject(body: Any) -> str:
    if not body:
        return "reject"
    if body["type"] == "tcp reset":
        return "reject with tcp reset"
    return f"reject with {body['type']} {body['expr']}"


def _synproxy(body: Any) -> str:
    body = body or {}
    words = ["synproxy"]
    for key in ("mss", "wscale"):
        words += [key, str(body[key])] if key in body else []
    return " ".join([*words, *_listed(body.get("flags"))])


def _tproxy(body: Any) -> str:
    address = str(body.get("addr", ""))
    if ":" in address:
        address = f"[{address}]"
    port = f":{body['port']}" if "port" in body else ""
    return f"tproxy to {address}{port}"


def _quota(body: Any) -> str:
    over = "over " if body.get("inv") else ""
    return f"quota {over}{body['val']} {body['val_unit']}"


def _meter(body: Any) -> str:
    return f"meter {body['name']} {{ {_value(body['key'])} {_statement(body['stmt'])} }}"


def _change(body: Any) -> str:
    element = " ".join([_value(body["elem"]), *map(_statement, body.get("stmt", ()))])
    return f"{body['op']} {body['set']} {{ {element} }}"


def _connection_count(body: Any) -> str:
    return f"ct count {'over ' if body.get('inv') else ''}{body['val']}"


def _dup(body: Any) -> str:
    device = f' device "{body["dev"]}"' if "dev" in body else ""
    return f"dup to {_value(body['addr'])}{device}"


_STATEMENTS: dict[str, Callable[[Any], str]] = {
    "match": _match,
    "counter": _counter,
    "accept": lambda _: "accept",
    "drop": lambda _: "drop",
    "return": lambda _: "return",
    "notrack": lambda _: "notrack",
    "jump": lambda body: f"jump {body['target']}",
    "goto": lambda body: f"goto {body['target']}",
    "mangle": lambda body: f"{_value(body['key'])} set {_value(body['value'])}",
    "limit": _limit,
    "log": _log,
    "reject": _reject,
    "queue": _queue,
    "quota": _quota,
    "dup": _dup,
    "synproxy": _synproxy,
    "tproxy": _tproxy,
    "secmark": lambda body: f'meta secmark set "{body}"',
    "reset": lambda body: f"reset {_value(body)}",
    "meter": _meter,
    "ct count": _connection_count,
    "set": _change,
}
