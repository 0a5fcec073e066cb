"""The tables and chains that a packet walks through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import Literal, TypeAlias

from translate.build import BUILTIN_CHAINS
from translate.exceptions import InvalidRuleset
from translate.files import TableDump
from translate.rule import Goto, Jump, Rule
from translate.tables import TABLE_CHAINS
from translate.types import IPVersion

__all__ = ["Chain", "Policy", "Ruleset"]

Policy: TypeAlias = Literal["ACCEPT", "DROP"]
_POLICIES: Mapping[str, Policy] = MappingProxyType({"ACCEPT": "ACCEPT", "DROP": "DROP"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A chain.

    Args:
        rules: its rules in order.
        policy: what becomes of a packet at its end; None for a user-defined chain.
    """

    rules: tuple[Rule, ...] = ()
    policy: Policy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """Everything that one of iptables and ip6tables has in the kernel.

    Args:
        version: the IP version.
        tables: chains by name, by table. A table or built-in chain that is missing lets all pass.

    Raises:
        InvalidRuleset: the kernel would refuse it: an unknown table, a built-in chain without
            policy or in the wrong table, a rule in the wrong place, a jump to a chain that is
            missing or built-in, or one that leads back to where it came from.
    """

    version: IPVersion
    tables: Mapping[str, Mapping[str, Chain]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for table, chains in self.tables.items():
            if table not in TABLE_CHAINS:
                raise InvalidRuleset(f"unknown table {table!r}: one of {', '.join(TABLE_CHAINS)}")
            for name, chain in chains.items():
                _check_policy(table, name, chain)
                for number, rule in enumerate(chain.rules, 1):
                    _check_place(rule, self.version, table, name, number)
            _check_calls(table, chains)
        frozen = {table: MappingProxyType({**chains}) for table, chains in self.tables.items()}
        object.__setattr__(self, "tables", MappingProxyType(frozen))

    @classmethod
    def of(
        cls,
        version: IPVersion,
        rules: Iterable[Rule],
        *,
        chains: Iterable[tuple[str, str]] = (),
        policies: Mapping[tuple[str, str], Policy] | None = None,
    ) -> Ruleset:
        """A ruleset from a plain sequence of rules, each of which names its table and chain.

        Args:
            version: the IP version.
            rules: the rules, those of a chain in order.
            chains: tables and names of user-defined chains; those that have rules need no mention.
            policies: policies by table and built-in chain; ACCEPT where none is given.

        Raises:
            InvalidRuleset: as above.
        """
        collected: dict[tuple[str, str], list[Rule]] = {place: [] for place in chains}
        for rule in rules:
            collected.setdefault((rule.table, rule.chain), []).append(rule)
        given = policies or {}
        tables: dict[str, dict[str, Chain]] = {}
        for table, name in {**collected, **given}:
            policy = given.get((table, name), "ACCEPT" if name in BUILTIN_CHAINS else None)
            chain = Chain(rules=tuple(collected.get((table, name), ())), policy=policy)
            tables.setdefault(table, {})[name] = chain
        return cls(version=version, tables=tables)

    @classmethod
    def of_dumps(cls, version: IPVersion, dumps: Iterable[TableDump]) -> Ruleset:
        """The ruleset that a file in iptables-save's format leads to (`translate.files`).

        Args:
            version: the IP version.
            dumps: its tables.

        Raises:
            InvalidRuleset: as above.
        """
        tables: dict[str, dict[str, Chain]] = {}
        for dump in dumps:
            tables[dump.name] = {
                chain.name: Chain(
                    rules=tuple(saved.rule for saved in chain.rules),
                    policy=_POLICIES.get(chain.policy or "ACCEPT")
                    if chain.name in BUILTIN_CHAINS
                    else None,
                )
                for chain in dump
            }
        return cls(version=version, tables=tables)


def _check_policy(table: str, name: str, chain: Chain) -> None:
    if name not in BUILTIN_CHAINS:
        if chain.policy is not None:
            raise InvalidRuleset(f"{table} {name}: a user-defined chain has no policy")
        return
    if name not in TABLE_CHAINS[table]:
        raise InvalidRuleset(f"table {table} has no chain {name}")
    if chain.policy not in {"ACCEPT", "DROP"}:
        raise InvalidRuleset(
            f"{table} {name}: policy must be ACCEPT or DROP for a built-in chain, "
            f"not {chain.policy}"
        )


def _check_place(rule: Rule, version: IPVersion, table: str, chain: str, number: int) -> None:
    if (rule.version, rule.table, rule.chain) != (version, table, chain):
        raise InvalidRuleset(
            f"rule {number} of IPv{version.value} {table} {chain} says that it belongs to "
            f"IPv{rule.version.value} {rule.table} {rule.chain}"
        )


def _check_calls(table: str, chains: Mapping[str, Chain]) -> None:
    callers: dict[str, set[str]] = {}
    for name, chain in chains.items():
        for number, called in _calls(chain):
            if called not in chains:
                raise InvalidRuleset(f"{table} {name} rule {number}: there is no chain {called}")
            if called in BUILTIN_CHAINS:
                raise InvalidRuleset(
                    f"{table} {name} rule {number}: {called} is built in; only user-defined "
                    "chains can be jumped to"
                )
            callers.setdefault(called, set()).add(name)
    try:
        TopologicalSorter(callers).prepare()
    except CycleError as error:
        loop = error.args[1][1:]
        start = loop.index(min(loop))
        way = " -> ".join([*loop[start:], *loop[: start + 1]])
        raise InvalidRuleset(f"table {table}: the jumps {way} make a loop") from error


def _calls(chain: Chain) -> Iterator[tuple[int, str]]:
    for number, rule in enumerate(chain.rules, 1):
        if isinstance(rule.target, Jump | Goto):
            yield number, rule.target.chain
