"""Two ways to put a ruleset into the kernel: iptables-legacy, and nft with translate's own JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

from tests.translate.evaluate.lab.namespaces import run
from translate import IPVersion, Rule, Untranslatable, to_nft
from translate.evaluate import Ruleset
from translate.files import ChainDump, SavedRule, TableDump, dump_to_nft_commands, write_save
from translate.matches.conntrack import Conntrack
from translate.targets.ct import Ct
from translate.targets.netmap import Netmap

__all__ = ["PROGRAMS", "Program"]


class Program(NamedTuple):
    """A way to program rules.

    Attributes:
        load: replaces all rules in a namespace, of the ruleset's IP version at least.
        takes: whether a rule means the same to it as to iptables.
    """

    load: Callable[[str, Ruleset], None]
    takes: Callable[[Rule], bool]


_TABLES = ("raw", "mangle", "nat", "filter")


def _legacy(router: str, ruleset: Ruleset) -> None:
    """iptables-legacy-restore replaces each table as a whole."""
    text = write_save(_dump(ruleset, table) for table in _TABLES)
    run(router, [f"{ruleset.version.program}-legacy-restore"], stdin=text)


def _native(router: str, ruleset: Ruleset) -> None:
    """One nft transaction: out with all tables, in with new ones."""
    commands = [{"flush": {"ruleset": None}}]
    for table in _TABLES:
        commands += dump_to_nft_commands(_dump(ruleset, table))
    run(router, ["nft", "--json", "--file", "-"], stdin=json.dumps({"nftables": commands}))


def _same_natively(rule: Rule) -> bool:
    try:
        to_nft(rule)
    except Untranslatable:
        return False
    if isinstance(rule.target, Ct) and not rule.target.notrack:
        # nft begins to track what is untracked and comes by for the second time, on the loopback.
        return False
    if isinstance(rule.target, Netmap) and rule.chain in {"PREROUTING", "OUTPUT"}:
        # Mapping a network onto itself counts as DNAT for nft, not for iptables.
        return False
    # Without a flow the negation of SNAT or DNAT holds for iptables, never for nft.
    return not any(
        isinstance(match, Conntrack)
        and match.state is not None
        and match.state.negated
        and {"SNAT", "DNAT"} & {*match.state.value}
        for match in rule.matches
    )


def _dump(ruleset: Ruleset, table: str) -> TableDump:
    chains = [
        ChainDump(
            name=name,
            policy=chain.policy,
            rules=tuple(SavedRule(rule=rule) for rule in chain.rules),
        )
        for name, chain in ruleset.tables.get(table, {}).items()
    ]
    return TableDump(version=IPVersion(ruleset.version), name=table, chains=tuple(chains))


PROGRAMS = {"legacy": Program(_legacy, lambda _: True), "native": Program(_native, _same_natively)}
