"""A ruleset as text and back: iptables-save's form, and in its comments what that leaves out.

::

    # iptables
    *filter
    :FORWARD DROP [0:0]
    :DOCKER - [0:0]
    # hook filter prerouting -10
    :EARLY ACCEPT [0:0]
    # tag front
    [3:180] -A FORWARD -o docker0 -j DOCKER
    # set same ifname . ifname
    # element same {"comment": "1", "data": null, "key": ["br0", "br0"]}
    # nft FORWARD {"comment": null, "expr": [{"counter": {"packets": 0, "bytes": 0}}, …]}
    COMMIT
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import translate
from nfcore.exceptions import InvalidInput
from nfcore.executor._fake_sets import SET_WORDS, read_set_line, sets_lines
from nfcore.operations import (
    BASE_CHAINS,
    TABLES,
    AddChain,
    AddRule,
    AddTable,
    BaseChain,
    ChainRef,
    ChainState,
    KernelRule,
    NativeRule,
    Operation,
    TableRef,
    TableState,
    base_chain_of,
)
from translate import Counters, InvalidRule, IPVersion, ParseError, Rule

__all__ = ["dump_ruleset", "parse_ruleset"]

_CHAIN: Final = re.compile(r":(?P<name>\S+) (?P<policy>ACCEPT|DROP|-) \[\d+:\d+\]")
_HOOK: Final = re.compile(
    r"# hook (?P<type>filter|nat|route) "
    r"(?P<hook>prerouting|input|forward|output|postrouting) (?P<priority>-?\d+)"
)
_RULE: Final = re.compile(r"\[(?P<packets>\d+):(?P<bytes>\d+)\] (?P<words>-A \S+.*)")
_NFT: Final = re.compile(r"# nft (?P<chain>\S+) (?P<rule>\{.*\})")
_TAG: Final = "# tag "


def dump_ruleset(tables: Mapping[TableRef, TableState]) -> str:
    """The text of a ruleset."""
    lines: list[str] = []
    for ref, table in tables.items():
        lines += [f"# {ref.version.program}", f"*{ref.name}"]
        for name, chain in table.chains.items():
            lines += _chain_lines(ChainRef(table=ref, name=name), chain)
        lines += sets_lines(table.sets)
        for name, chain in table.chains.items():
            for rule in chain.rules:
                lines += _rule_lines(name, rule)
        lines.append("COMMIT")
    return "".join(f"{line}\n" for line in lines)


def parse_ruleset(text: str) -> list[Operation]:
    """The operations that make the ruleset that a text describes.

    Raises:
        InvalidInput: a line that is not in the form of `dump_ruleset`.
        ParseError: a rule that iptables would refuse.
    """
    return list(_Reader().read(text))


def _chain_lines(ref: ChainRef, chain: ChainState) -> Iterator[str]:
    if chain.base is None:
        yield f":{ref.name} - [0:0]"
        return
    base = chain.base
    if replace(base, policy="accept") != base_chain_of(ref):
        yield f"# hook {base.type} {base.hook} {base.priority}"
    yield f":{ref.name} {base.policy.upper()} [0:0]"


def _rule_lines(chain: str, rule: KernelRule) -> Iterator[str]:
    words = shlex.join(["-A", chain, *translate.format(rule.body)])
    counters = rule.counters
    if counters is None or translate.is_opaque(rule.body):
        yield f"# nft {chain} {_native_text(rule)}"
        return
    if rule.tag is not None:
        yield _TAG + rule.tag
    yield f"[{counters.packets}:{counters.bytes}] {words}"


def _native_text(rule: KernelRule) -> str:
    native = translate.to_nft(rule.body, tag=rule.tag, shared=True)
    expr = native.expr
    if rule.counters is None:
        expr = tuple(statement for statement in expr if "counter" not in statement)
    return json.dumps({"comment": native.comment, "expr": expr})


class _Reader:
    """Reads line by line; knows the table it is in, and what the lines before a line announced."""

    def __init__(self) -> None:
        self._version = IPVersion.V4
        self._table: TableRef | None = None
        self._base: BaseChain | None = None
        self._tag: str | None = None

    def read(self, text: str) -> Iterator[Operation]:
        for number, line in enumerate(text.split("\n"), start=1):
            try:
                yield from self._line(line)
            except ParseError as error:
                raise ParseError(
                    error.message, option=error.option, position=error.position, line=number
                ) from error
            except (InvalidInput, InvalidRule, ValueError) as error:
                raise InvalidInput(f"{line!r} is not a line of a dump: {error}", line=number) from (
                    error
                )
        if self._table is not None:
            raise InvalidInput(f"the table {self._table} does not end with COMMIT")

    def _line(self, line: str) -> Iterator[Operation]:
        if line.startswith("#"):
            yield from self._comment(line)
        elif line.startswith("*"):
            yield self._begin(line[1:])
        elif line == "COMMIT":
            self._current()
            self._table = None
        elif found := _CHAIN.fullmatch(line):
            yield self._chain(found["name"], found["policy"])
        elif found := _RULE.fullmatch(line):
            counters = Counters(packets=int(found["packets"]), bytes=int(found["bytes"]))
            yield self._rule(shlex.split(found["words"])[1:], counters)
        elif line:
            raise InvalidInput("neither a table, a chain, a rule nor COMMIT")

    def _comment(self, line: str) -> Iterator[Operation]:
        if line in {"# iptables", "# ip6tables"}:
            self._version = IPVersion.V4 if line == "# iptables" else IPVersion.V6
        elif found := _HOOK.fullmatch(line):
            kind: Any = found["type"]
            hook: Any = found["hook"]
            self._base = BaseChain(type=kind, hook=hook, priority=int(found["priority"]))
        elif line.startswith(_TAG):
            self._tag = line.removeprefix(_TAG)
        elif line.startswith(SET_WORDS):
            yield read_set_line(line, self._current())
        elif found := _NFT.fullmatch(line):
            yield self._native_rule(found["chain"], json.loads(found["rule"]))

    def _begin(self, name: str) -> Operation:
        if self._table is not None:
            raise InvalidInput(f"the table {self._table} does not end with COMMIT")
        if name not in TABLES:
            raise InvalidInput(f"no table {name!r}; iptables has {', '.join(TABLES)}")
        self._table = TableRef(version=self._version, name=name)
        return AddTable(table=self._table)

    def _current(self) -> TableRef:
        if self._table is None:
            raise InvalidInput("outside a table, which begins with '*NAME'")
        return self._table

    def _chain(self, name: str, policy: str) -> Operation:
        ref = ChainRef(table=self._current(), name=name)
        announced, self._base = self._base, None
        if policy == "-":
            return AddChain(chain=ref)
        base = announced or BASE_CHAINS.get((ref.table.name, name))
        if base is None:
            raise InvalidInput(f"{name} is no built-in chain: its policy is '-'")
        return AddChain(
            chain=ref, base=replace(base, policy="drop" if policy == "DROP" else "accept")
        )

    def _rule(self, words: list[str], counters: Counters) -> Operation:
        chain, *args = words
        table = self._current()
        tag, self._tag = self._tag, None
        rule = translate.parse(args, version=table.version, table=table.name, chain=chain)
        return AddRule(
            chain=ChainRef(table=table, name=chain), body=replace(rule, counters=counters), tag=tag
        )

    def _native_rule(self, chain: str, native: Mapping[str, Any]) -> Operation:
        table = self._current()
        expr, comment = tuple(native["expr"]), native["comment"]
        ref = ChainRef(table=table, name=chain)
        rule, tag = translate.from_nft(
            expr, version=table.version, table=table.name, chain=chain, comment=comment
        )
        body: Rule | NativeRule = rule
        if rule.counters is None and not any("counter" in statement for statement in expr):
            body = NativeRule(expr=expr)
        return AddRule(chain=ref, body=body, tag=tag)
