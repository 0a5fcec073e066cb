"""Docker's own way: the iptables command, once to check and once to do, for nearly every rule."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

from bench.peers._peer import Peer, Work
from bench.peers._restore import RestorePeer
from bench.workload import Action, Stack, carry_out, driver_of, make_network
from nfcore.engine import IptRule
from nfcore.operations import Policy
from translate import IPVersion

__all__ = [
    "CommandFailed",
    "CommandFirewall",
    "CommandPeer",
    "open_legacy_commands",
    "open_nft_commands",
    "run_iptables",
]

Run = Callable[[IPVersion, Sequence[str]], bool]
"""Runs iptables or ip6tables with some arguments, and says whether it succeeded."""


class CommandFailed(Exception):
    """iptables refused what Docker expects to work."""


class CommandFirewall:
    """A `Firewall` whose every operation is a command.

    Args:
        run: runs a command.
    """

    def __init__(self, run: Run) -> None:
        self._run = run

    def _try(self, version: IPVersion, *args: str) -> bool:
        return self._run(version, args)

    def _do(self, version: IPVersion, *args: str) -> None:
        if not self._run(version, args):
            raise CommandFailed(f"{version.program} {' '.join(args)}")

    def exists(self, rule: IptRule) -> bool:
        """``-C``."""
        return self._try(rule.version, "-t", rule.table, "-C", rule.chain, *rule.args)

    def append(self, rule: IptRule, *, tag: str | None = None) -> None:
        """``-C``, then ``-A``."""
        del tag
        self._unless_there(rule, "-A")

    def insert(self, rule: IptRule, *, tag: str | None = None) -> None:
        """``-C``, then ``-I``."""
        del tag
        self._unless_there(rule, "-I")

    def _unless_there(self, rule: IptRule, command: str) -> None:
        if not self.exists(rule):
            self._do(rule.version, "-t", rule.table, command, rule.chain, *rule.args)

    def delete(self, rule: IptRule) -> None:
        """``-C``, then ``-D``."""
        if self.exists(rule):
            self._do(rule.version, "-t", rule.table, "-D", rule.chain, *rule.args)

    def has_chain(self, version: IPVersion, table: str, chain: str) -> bool:
        """``-n -L``."""
        return self._try(version, "-t", table, "-n", "-L", chain)

    def new_chain(self, version: IPVersion, table: str, chain: str) -> None:
        """``-N``, unless the chain is there."""
        if not self.has_chain(version, table, chain):
            self._do(version, "-t", table, "-N", chain)

    def flush_chain(self, version: IPVersion, table: str, chain: str) -> None:
        """``-F``."""
        self._try(version, "-t", table, "-F", chain)

    def remove_chain(self, version: IPVersion, table: str, chain: str) -> None:
        """``-X``; Docker ignores that it fails."""
        self._try(version, "-t", table, "-X", chain)

    def is_referenced(self, version: IPVersion, table: str, chain: str) -> bool:
        """Docker doesn't ask; it tries."""
        del version, table, chain
        return False

    def set_policy(self, version: IPVersion, table: str, chain: str, policy: Policy) -> None:
        """``-P``."""
        self._do(version, "-t", table, "-P", chain, policy.upper())

    def savepoint(self) -> AbstractContextManager[None]:
        """Nothing can be undone."""
        return nullcontext()


class CommandPeer(Peer):
    """Docker's driver over commands. What is present is loaded by iptables-restore.

    Args:
        variant: what loads it: ``legacy`` or ``nft``.
        run: runs a command.
        stack: the IP versions.
    """

    def __init__(self, variant: str, run: Run, stack: Stack) -> None:
        self._stack: Stack = stack
        self._driver = driver_of(stack)
        self._firewall = CommandFirewall(run)
        self._restore = RestorePeer(variant, stack)

    def fill(self, numbers: Sequence[int]) -> None:
        """By iptables-restore, which leaves the same rules."""
        self._restore.fill(numbers)

    def prepare(self, action: Action, numbers: Sequence[int]) -> Work:
        """Nothing is known before."""
        networks = [make_network(number, self._stack) for number in numbers]
        return lambda: carry_out(self._firewall, self._driver, action, networks)

    def close(self) -> None:
        """Close what fills."""
        self._restore.close()


def run_iptables(variant: str) -> Run:
    """A way to run iptables: as a program, in the caller's network namespace.

    Args:
        variant: ``legacy`` or ``nft``.
    """

    def run(version: IPVersion, args: Sequence[str]) -> bool:
        argv = [f"{version.program}-{variant}", "--wait", *args]
        return subprocess.run(argv, check=False, capture_output=True).returncode == 0

    return run


def open_legacy_commands(stack: Stack) -> CommandPeer:
    """iptables-legacy as Docker runs it."""
    return CommandPeer("legacy", run_iptables("legacy"), stack)


def open_nft_commands(stack: Stack) -> CommandPeer:
    """iptables-nft as Docker runs it."""
    return CommandPeer("nft", run_iptables("nft"), stack)
