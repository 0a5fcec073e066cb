"""Tables of nf_tables that are not iptables': firewalld's, an administrator's own. Read only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import translate
from nfcore.operations import BaseChain
from translate import BUILTIN_CHAINS, InvalidRule, IPVersion, Rule, Statement, check_chain_name

__all__ = ["ForeignChain", "ForeignTable", "decode_foreign"]

_LONGEST: Final = 26
_OF_OTHER: Final = {IPVersion.V4: "ip6", IPVersion.V6: "ip"}
_NFPROTO: Final = {IPVersion.V4: "ipv4", IPVersion.V6: "ipv6"}
_FILTER: Final = "filter"
_REJECTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "port-unreachable": ("port-unreachable", "port-unreachable"),
        "admin-prohibited": ("admin-prohibited", "admin-prohibited"),
        "host-unreachable": ("host-unreachable", "addr-unreachable"),
        "no-route": ("net-unreachable", "no-route"),
    }
)
"""What ``icmpx`` is for IPv4 and for IPv6 (nft(8))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignChain:
    """A chain in a table that is not iptables'.

    Args:
        base: what makes it a base chain, or None.
        rules: the rules that packets of the asked IP version can match, in iptables' terms as far
            as it has words; other statements are `translate.Opaque` matches.
    """

    base: BaseChain | None = None
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignTable:
    """A table that is not iptables'.

    Args:
        family: nft's word for it: ``ip``, ``ip6``, ``inet``, ``bridge`` or ``netdev``.
        name: its name.
        chains: its chains. A name that iptables could not hold is shortened and ends with ``~``
            and a number. None of the families ``bridge`` and ``netdev`` are read.
    """

    family: str
    name: str
    chains: Mapping[str, ForeignChain] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.family} {self.name}"


def decode_foreign(listing: bytes, family: str, name: str, version: IPVersion) -> ForeignTable:
    """A table's chains as packets of one IP version meet them.

    Args:
        listing: what libnftables' ``list table`` printed as JSON.
        family: the table's family.
        name: its name.
        version: the IP version.

    Raises:
        ValueError: the listing is no JSON.
    """
    items = json.loads(listing)["nftables"]
    listed = [item["chain"] for item in items if "chain" in item]
    names = _names(listed)
    rules: dict[str, list[Rule]] = {chain["name"]: [] for chain in listed}
    for item in items:
        rule = item.get("rule")
        expr = None if rule is None else _for_version(rule["expr"], names, version)
        if expr is not None:
            body, _ = translate.from_nft(
                expr,
                version=version,
                table=_FILTER,
                chain=names[rule["chain"]],
                comment=rule.get("comment"),
            )
            rules[rule["chain"]].append(body)
    return ForeignTable(
        family=family,
        name=name,
        chains={
            names[chain["name"]]: ForeignChain(base=_base(chain), rules=tuple(rules[chain["name"]]))
            for chain in listed
        },
    )


def _base(chain: Mapping[str, Any]) -> BaseChain | None:
    if "hook" not in chain:
        return None
    return BaseChain(
        type=chain["type"],
        hook=chain["hook"],
        priority=chain["prio"],
        policy=chain.get("policy", "accept"),
    )


def _names(chains: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
    """Names that iptables could hold; those of plain chains are no built-in chain's."""
    names: dict[str, str] = {}
    for number, chain in enumerate(chains, 1):
        name = chain["name"]
        usable = "hook" in chain or name not in BUILTIN_CHAINS
        names[name] = name if usable and _is_iptables_name(name) else _short(name, number)
    return names


def _short(name: str, number: int) -> str:
    ending = f"~{number}"
    plain = "".join(letter if letter.isprintable() and letter != " " else "_" for letter in name)
    return plain.encode("ascii", "replace").decode()[: _LONGEST - len(ending)] + ending


def _is_iptables_name(chain: str) -> bool:
    try:
        check_chain_name(chain)
    except InvalidRule:
        return False
    return True


def _for_version(
    expr: Sequence[Statement], names: Mapping[str, str], version: IPVersion
) -> list[Statement] | None:
    """A rule's statements for packets of one IP version; None where it matches none of them."""
    found = []
    for statement in expr:
        match = statement.get("match")
        if match is not None and match.get("left") == {"meta": {"key": "nfproto"}}:
            equal = match["right"] == _NFPROTO[version]
            if equal is not (match["op"] == "=="):
                return None
            continue
        if match is not None and _OF_OTHER[version] in _protocols(match):
            return None
        translated = statement.get("dnat") or statement.get("snat")
        if (
            isinstance(translated, dict)
            and translated.get("family", version.family) != version.family
        ):
            return None
        found.append(_renamed(statement, names, version))
    return found


def _protocols(value: Any) -> Iterator[str]:
    """The protocols of all headers that a statement looks at."""
    if isinstance(value, list):
        for item in value:
            yield from _protocols(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "payload" and isinstance(item, dict) and "protocol" in item:
                yield item["protocol"]
            else:
                yield from _protocols(item)


def _renamed(statement: Statement, names: Mapping[str, str], version: IPVersion) -> Statement:
    """The statement in the form that `translate.from_nft` knows."""
    for word in ("jump", "goto"):
        if word in statement:
            target = statement[word]["target"]
            return {word: {"target": names.get(target, target)}}
    for word in ("dnat", "snat"):
        body = statement.get(word)
        if isinstance(body, dict):  # which of the two IP versions is clear
            return {word: {key: value for key, value in body.items() if key != "family"}}
    match = statement.get("match")
    if match is not None and match["left"] == {"ct": {"key": "state"}}:
        states = match["right"]
        if isinstance(states, dict) and match["op"] == "==" and "set" in states:
            # One of several, whether written as a set or as bits.
            return {"match": {**match, "op": "in", "right": states["set"]}}
    reject = statement.get("reject")
    if isinstance(reject, dict) and reject.get("type") == "icmpx":
        answers = _REJECTS.get(reject.get("expr", ""))
        if answers is not None:
            v4 = version is IPVersion.V4
            kind, answer = ("icmp", answers[0]) if v4 else ("icmpv6", answers[1])
            return {"reject": {"type": kind, "expr": answer}}
    return statement
