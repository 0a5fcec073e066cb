"""What a table holds once all of a file's commands are carried out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from translate.exceptions import InvalidRule
from translate.rule import Rule, check_chain_name
from translate.tables import TABLE_CHAINS
from translate.types import Counters, IPVersion

__all__ = ["ChainDump", "SavedRule", "TableDump"]

_NO_PACKETS = Counters()


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedRule:
    """A rule and the line that it came from.

    Args:
        rule: the rule.
        line: the number of its line in the file (1 is the first), or None.
    """

    rule: Rule
    line: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainDump:
    """A chain and its rules.

    Args:
        name: the chain's name.
        policy: ``ACCEPT`` or ``DROP``; None for a user-defined chain, and for a built-in one whose
            policy the file doesn't say.
        counters: a built-in chain's counters.
        rules: its rules, in order.
    """

    name: str
    policy: str | None = None
    counters: Counters = _NO_PACKETS
    rules: tuple[SavedRule, ...] = ()

    def __post_init__(self) -> None:
        check_chain_name(self.name)
        if self.policy not in {None, "ACCEPT", "DROP"}:
            raise InvalidRule(f"policy must be ACCEPT or DROP, not {self.policy!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDump:
    """A table and its chains, the built-in ones first, the others by name, as iptables-save has it.

    Args:
        version: the IP version.
        name: the table.
        chains: its chains, in any order; built-in ones that are missing are filled in.
        remarks: the file's comment lines before the table and in it, with their ``#``.
    """

    version: IPVersion
    name: str
    chains: tuple[ChainDump, ...] = ()
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.name not in TABLE_CHAINS:
            raise InvalidRule(f"table must be {', '.join(TABLE_CHAINS)}, not {self.name!r}")
        given = {chain.name: chain for chain in self.chains}
        if len(given) != len(self.chains):
            raise InvalidRule(f"table {self.name}: a chain is given twice")
        built_in = TABLE_CHAINS[self.name]
        for chain in self.chains:
            self._check(chain, built_in)
        first = [given.get(name) or ChainDump(name=name) for name in built_in]
        own = sorted(given.keys() - set(built_in), key=lambda n: n.encode(errors="surrogatepass"))
        object.__setattr__(self, "chains", (*first, *(given[name] for name in own)))

    def _check(self, chain: ChainDump, built_in: tuple[str, ...]) -> None:
        if chain.policy is not None and chain.name not in built_in:
            raise InvalidRule(f"chain {chain.name} is not built in and has no policy")
        for saved in chain.rules:
            place = (saved.rule.version, saved.rule.table, saved.rule.chain)
            if place != (self.version, self.name, chain.name):
                raise InvalidRule(f"a rule in chain {chain.name} is for another place: {place}")

    def __iter__(self) -> Iterator[ChainDump]:
        return iter(self.chains)

    def chain(self, name: str) -> ChainDump | None:
        """The chain of this name, or None."""
        return next((chain for chain in self.chains if chain.name == name), None)
