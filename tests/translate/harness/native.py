"""The real nft: loads rules as text or as JSON and lists them again; and iptables-translate."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from tests.translate.harness.legacy import USER_CHAIN, Asked, program
from tests.translate.harness.namespace import Command, Done, Namespace
from translate import BUILTIN_CHAINS, NftRule, Rule
from translate.nft.comment import split_comment

__all__ = [
    "Listed",
    "Loaded",
    "Nft",
    "Translated",
    "Unit",
    "json_unit",
    "load_command",
    "text_unit",
    "translate_lines",
]

_PRIORITIES: Final = {"filter": 0, "mangle": -150, "raw": -300, "security": 50}
_TRANSLATED: Final = re.compile(
    r"add rule (?P<family>ip6?) (?P<table>\S+) (?P<chain>\S+)(?P<rest>.*)", re.S
)
_SET: Final = re.compile(r"(add set ip6?) \S+ (.*)")
_OWN: Final = frozenset({"handle", "table", "position", "index"})


@dataclass(frozen=True, slots=True)
class Unit:
    """One rule to load, as commands that name its table ``{table}``.

    A table of its own keeps it, and the sets it needs, apart from the others.
    """

    family: str
    table: str
    chain: str
    commands: tuple[Any, ...]
    """Lines of text, or JSON commands."""

    @property
    def is_text(self) -> bool:
        return all(isinstance(command, str) for command in self.commands)


@dataclass(frozen=True, slots=True)
class Listed:
    """How nft lists a unit: its rules, and the other objects of its table, normalised."""

    rules: tuple[dict[str, Any], ...]
    objects: tuple[dict[str, Any], ...]

    def comparable(self) -> Any:
        """What two forms of one rule must have in common; our notes in comments are none of it."""
        rules = []
        for rule in self.rules:
            shown = {"expr": rule["expr"]}
            text = split_comment(rule.get("comment")).text
            if text is not None:
                shown["comment"] = text
            rules.append(shown)
        return {"rules": rules, "objects": list(self.objects)}


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a unit: its listing, or what nft said against it."""

    listed: Listed | None
    error: str = ""
    status: int = 0
    bytecode: str = ""
    """Where the kernel refused it: the expressions that libnftables made of it."""

    @property
    def kernel_lacks_it(self) -> bool:
        """Whether the text or JSON is right but this kernel was built without the expression."""
        return self.listed is None and any(
            reason in self.error
            for reason in ("No such file or directory", "Operation not supported")
        )


class Nft:
    """Loads into a namespace that is nobody else's."""

    def __init__(self, namespace: Namespace) -> None:
        self.namespace = namespace

    def load(self, units: Sequence[Unit]) -> list[Loaded]:
        """Load all in one transaction and list them; if nft refuses it, in ever smaller parts."""
        if not units:
            return []
        tables = {f"t{index}": unit for index, unit in enumerate(units)}
        load = load_command(units)
        done, listing, _ = self.namespace.run(
            [load, Command(["nft", "-j", "list", "ruleset"]), Command(["nft", "flush", "ruleset"])]
        )
        if done.status == 0:
            listed = _by_table(listing)
            return [Loaded(listed[table]) for table in tables]
        if len(units) == 1:
            return [self._refused(done, load)]
        middle = len(units) // 2
        return self.load(units[:middle]) + self.load(units[middle:])

    def _refused(self, done: Done, load: Command) -> Loaded:
        traced = self.namespace.run(
            [Command([load.argv[0], "--debug=netlink", *load.argv[1:]], load.stdin)]
        )[0]
        bytecode = "\n".join(
            line for line in traced.stdout.splitlines() if line.lstrip().startswith("[")
        )
        return Loaded(None, done.stderr.strip() or done.stdout.strip(), done.status, bytecode)


def load_command(units: Sequence[Unit]) -> Command:
    """What loads all units in one transaction, each into its table: t0, t1 and so on."""
    tables = {f"t{index}": unit for index, unit in enumerate(units)}
    if all(unit.is_text for unit in tables.values()):
        lines = []
        for table, unit in tables.items():
            lines.append(f"add table {unit.family} {table}")
            lines += (_chain_text(unit, table, chain) for chain in _chains(unit))
            lines += (command.replace("{table}", table) for command in unit.commands)
        return Command(["nft", "-f", "-"], "\n".join(lines) + "\n")
    commands: list[Any] = []
    for table, unit in tables.items():
        commands.append({"add": {"table": {"family": unit.family, "name": table}}})
        commands += ({"add": {"chain": _chain_json(unit, table, chain)}} for chain in _chains(unit))
        commands += (_in_table(command, table) for command in unit.commands)
    return Command(["nft", "-j", "-f", "-"], json.dumps({"nftables": commands}))


def _chains(unit: Unit) -> list[str]:
    return list(dict.fromkeys([USER_CHAIN, unit.chain]))


def _base(unit: Unit, chain: str) -> tuple[str, str, int] | None:
    """Type, hook and priority, as iptables-nft gives them."""
    if chain not in BUILTIN_CHAINS:
        return None
    hook = chain.lower()
    if unit.table == "nat":
        return "nat", hook, -100 if chain in {"PREROUTING", "OUTPUT"} else 100
    kind = "route" if (unit.table, chain) == ("mangle", "OUTPUT") else "filter"
    return kind, hook, _PRIORITIES[unit.table]


def _chain_text(unit: Unit, table: str, chain: str) -> str:
    base = _base(unit, chain)
    body = "" if base is None else " {{ type {} hook {} priority {}; }}".format(*base)
    return f"add chain {unit.family} {table} {chain}{body}"


def _chain_json(unit: Unit, table: str, chain: str) -> dict[str, Any]:
    base = _base(unit, chain)
    body: dict[str, Any] = {"family": unit.family, "table": table, "name": chain}
    if base is not None:
        body |= dict(zip(("type", "hook", "prio"), base, strict=True))
    return body


def _in_table(command: Mapping[str, Any], table: str) -> dict[str, Any]:
    return {
        verb: {kind: {**body, "table": table} for kind, body in what.items()}
        for verb, what in command.items()
    }


def _by_table(listing: Done) -> dict[str, Listed]:
    if listing.status != 0:
        raise AssertionError(f"nft cannot list: {listing.status} {listing.stderr}")
    rules: dict[str, list[dict[str, Any]]] = {}
    objects: dict[str, list[dict[str, Any]]] = {}
    for entry in json.loads(listing.stdout)["nftables"]:
        ((kind, body),) = entry.items()
        if kind == "table":
            rules[body["name"]], objects[body["name"]] = [], []
        elif kind == "rule":
            rules[body["table"]].append({**body, "expr": [_normal(s) for s in body["expr"]]})
        elif kind not in {"metainfo", "chain"}:
            kept = {k: v for k, v in body.items() if k not in _OWN and k != "elem"}
            objects[body["table"]].append({kind: kept})
    return {
        table: Listed(tuple(rules[table]), tuple(sorted(objects[table], key=str)))
        for table in rules
    }


def _normal(statement: dict[str, Any]) -> dict[str, Any]:
    return {"counter": None} if "counter" in statement else statement


def json_unit(rule: Rule, nft: NftRule) -> Unit:
    """A unit of what to_nft made."""
    body: dict[str, Any] = {
        "family": rule.version.family,
        "chain": rule.chain,
        "expr": list(nft.expr),
    }
    if nft.comment is not None:
        body["comment"] = nft.comment
    declared = tuple({"add": declaration} for declaration in nft.declarations)
    return Unit(rule.version.family, rule.table, rule.chain, (*declared, {"add": {"rule": body}}))


def text_unit(version: int, table: str, chain: str, statements: str, declared: str = "") -> Unit:
    """A unit of nft's own text."""
    family = "ip" if version == 4 else "ip6"
    rule = f"add rule {family} {{table}} {chain} {statements}"
    return Unit(family, table, chain, (*declared.splitlines(), rule))


class Translated(NamedTuple):
    """What iptables-translate prints for a rule: its statements, and lines that make their sets."""

    statements: str
    declared: str = ""


def translate_lines(namespace: Namespace, asked: Sequence[Asked]) -> list[Translated | None]:
    """What iptables-translate prints for each rule; None where it prints none."""
    done = namespace.run(
        Command([program(a.version, "translate"), "-t", a.table, "-A", a.chain, *a.words])
        for a in asked
    )
    return [_translated(one) for one in done]


def _translated(done: Done) -> Translated | None:
    if done.status != 0 or not done.stdout or done.stdout.startswith("nft #"):
        return None
    # It doesn't escape quotes within, so this is no matter for a shell's rules.
    lines = [line.removeprefix("nft ").strip("'") for line in done.stdout.splitlines()]
    found = _TRANSLATED.fullmatch(lines[-1])
    sets = [_SET.fullmatch(line) for line in lines[:-1]]
    if found is None or None in sets:
        return None
    declared = "\n".join(f"{one[1]} {{table}} {one[2]}" for one in sets if one is not None)
    return Translated(found["rest"].strip(), declared)
