"""Rules that iptables-nft made, which libnftables lists without what they say.

iptables-nft puts many matches and targets into nf_tables as the kernel's own xt structures
(``addrtype``, ``conntrack``, ``MASQUERADE``, …), whose layouts differ by extension and revision.
libnftables shows no more than their names. Instead of copying those layouts, such rules are sent
once more, byte for byte, into a network namespace made for the purpose, where iptables-nft-save
says what they mean.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

import translate
from nfcore.exceptions import BackendUnavailable
from nfcore.executor._netlink import NftablesSocket, RawRule
from nfcore.executor._netns import enter_new_netns
from nfcore.operations import BASE_CHAINS, BaseChain, TableRef, TableState
from translate import Goto, IPVersion, Jump, Negatable, Opaque, ParseError, Rule
from translate.words import split_restore_line

__all__ = ["holds_compat", "read_compat_rules", "with_compat_rules"]

_RULES_A_BATCH: Final = 50
"""So many acknowledgements fit into a socket's default buffer."""

CompatRule = tuple[RawRule, Negatable[int] | None]
"""A rule's bytes, and its protocol as far as libnftables shows it."""


def holds_compat(rule: Rule) -> bool:
    """Whether a rule has statements of iptables-nft's own kind."""
    return any(isinstance(match, Opaque) and "xt" in match.statement for match in rule.matches)


def with_compat_rules(
    state: TableState, table: TableRef, kernel: NftablesSocket, *, prefix: str = ""
) -> TableState:
    """A table's state, its rules of iptables-nft's own kind read as far as that goes.

    Where it has none, that is the state itself.

    Args:
        state: as libnftables lists it.
        table: which table.
        kernel: where to read the rules' bytes.
        prefix: what the kernel's table has before iptables' name for it.

    Raises:
        ListingFailed: the kernel does not say.
    """
    chains = {}
    for name, chain in state.chains.items():
        wanted = {
            rule.handle: rule.body.protocol for rule in chain.rules if holds_compat(rule.body)
        }
        if not wanted:
            continue
        raw = kernel.rules(table.version, prefix + table.name, name)
        read = read_compat_rules(
            [(rule, wanted[rule.handle]) for rule in raw if rule.handle in wanted],
            version=table.version,
            table=table.name,
            chain=name,
            chains=_chains_named_in(state),
        )
        chains[name] = replace(
            chain,
            rules=tuple(
                replace(rule, body=read.get(rule.handle, rule.body)) for rule in chain.rules
            ),
        )
    return replace(state, chains={**state.chains, **chains}) if chains else state


def _chains_named_in(state: TableState) -> set[str]:
    targets = {
        rule.body.target.chain
        for chain in state.chains.values()
        for rule in chain.rules
        if isinstance(rule.body.target, Jump | Goto)
    }
    return targets | set(state.chains)


def read_compat_rules(
    rules: Sequence[CompatRule],
    *,
    version: IPVersion,
    table: str,
    chain: str,
    chains: Iterable[str],
) -> Mapping[int, Rule]:
    """What rules of iptables-nft's own kind say.

    Args:
        rules: the rules, all of one chain.
        version: the IP version.
        table: iptables' name for their table.
        chain: their chain.
        chains: every chain of the table, which rules may jump to.

    Returns:
        Rules by handle. Those that iptables-nft-save does not understand, or all where it is not
        installed or no namespace can be made, are left out.
    """
    program = shutil.which(f"{version.program}-nft-save")
    if program is None or not rules:
        return {}
    with ThreadPoolExecutor(max_workers=1) as thread:
        lines = thread.submit(
            _replay_and_save, program, rules, version, table, chain, tuple(chains)
        ).result()
    return {
        handle: rule
        for handle, line in lines.items()
        if (rule := _parse(line, version, table, chain)) is not None
    }


def _replay_and_save(
    program: str,
    rules: Sequence[CompatRule],
    version: IPVersion,
    table: str,
    chain: str,
    chains: Sequence[str],
) -> Mapping[int, str]:
    """In a thread of its own, whose namespace ends with it: each rule's line, by handle."""
    try:
        enter_new_netns()
        socket = NftablesSocket()
    except BackendUnavailable:
        return {}
    try:
        return _lines(socket, program, rules, version, table, chain, chains)
    finally:
        socket.close()


def _lines(
    socket: NftablesSocket,
    program: str,
    rules: Sequence[CompatRule],
    version: IPVersion,
    table: str,
    chain: str,
    chains: Sequence[str],
) -> Mapping[int, str]:
    made: dict[str, BaseChain | None] = {name: BASE_CHAINS.get((table, name)) for name in chains}
    socket.make_chains(version, table, made)
    replayed: list[CompatRule] = []
    for start in range(0, len(rules), _RULES_A_BATCH):
        replayed += _replay(socket, version, table, chain, rules[start : start + _RULES_A_BATCH])
    done = subprocess.run(  # noqa: S603 - found by its name, with arguments of our own
        [program, "-t", table],
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith(f"-A {chain} ")]
    if len(lines) != len(replayed):
        return {}
    return {rule.handle: line for (rule, _), line in zip(replayed, lines, strict=True)}


def _replay(
    socket: NftablesSocket, version: IPVersion, table: str, chain: str, rules: Sequence[CompatRule]
) -> Sequence[CompatRule]:
    """Replay as many as the kernel takes (one may look up a set that is not here)."""
    try:
        socket.replay(version, table, chain, rules)
    except OSError:
        if len(rules) == 1:
            return []
        half = len(rules) // 2
        return [
            *_replay(socket, version, table, chain, rules[:half]),
            *_replay(socket, version, table, chain, rules[half:]),
        ]
    return rules


def _parse(line: str, version: IPVersion, table: str, chain: str) -> Rule | None:
    try:
        words = split_restore_line(line)[2:]
        return translate.parse(words, version=version, table=table, chain=chain)
    except ParseError:
        return None
