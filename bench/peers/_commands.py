"""Docker's own way: the iptables command, once to check and once to do, for nearly every rule."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from bench.peers._peer import Work
from bench.peers._restore import RestorePeer
from bench.workload import Action, Stack, carry_out, driver_of, make_network
from nfcore.engine import IptRule
from nfcore.operations import Policy
from translate import IPVersion

__all__ = ["CommandFirewall", "CommandPeer", "open_legacy_commands", "open_nft_commands"]


class CommandFirewall:
    """A `Firewall` whose every operation is a command, in the caller's network namespace.

    Args:
        variant: ``legacy`` or ``nft``.
    """

    def __init__(self, variant: str) -> None:
        self._variant = variant

    def _run(self, version: IPVersion, *args: str, check: bool) -> bool:
        argv = [f"{version.program}-{self._variant}", "--wait", *args]
        done = subprocess.run(argv, check=check, capture_output=True)
        return done.returncode == 0

    def exists(self, rule: IptRule) -> bool:
        """``-C``."""
        return self._run(rule.version, "-t", rule.table, "-C", rule.chain, *rule.args, check=False)

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
            self._run(rule.version, "-t", rule.table, command, rule.chain, *rule.args, check=True)

    def delete(self, rule: IptRule) -> None:
        """``-C``, then ``-D``."""
        if self.exists(rule):
            self._run(rule.version, "-t", rule.table, "-D", rule.chain, *rule.args, check=True)

    def has_chain(self, version: IPVersion, table: str, chain: str) -> bool:
        """``-n -L``."""
        return self._run(version, "-t", table, "-n", "-L", chain, check=False)

    def new_chain(self, version: IPVersion, table: str, chain: str) -> None:
        """``-N``, unless the chain is there."""
        if not self.has_chain(version, table, chain):
            self._run(version, "-t", table, "-N", chain, check=True)

    def flush_chain(self, version: IPVersion, table: str, chain: str) -> None:
        """``-F``."""
        self._run(version, "-t", table, "-F", chain, check=False)

    def remove_chain(self, version: IPVersion, table: str, chain: str) -> None:
        """``-X``; Docker ignores that it fails."""
        self._run(version, "-t", table, "-X", chain, check=False)

    def is_referenced(self, version: IPVersion, table: str, chain: str) -> bool:
        """Docker doesn't ask; it tries."""
        del version, table, chain
        return False

    def set_policy(self, version: IPVersion, table: str, chain: str, policy: Policy) -> None:
        """``-P``."""
        self._run(version, "-t", table, "-P", chain, policy.upper(), check=True)

    def savepoint(self) -> AbstractContextManager[None]:
        """Nothing can be undone."""
        return nullcontext()


class CommandPeer:
    """Docker's driver over the commands. What is present is loaded by iptables-restore.

    Args:
        variant: ``legacy`` or ``nft``.
        stack: the IP versions.
    """

    def __init__(self, variant: str, stack: Stack) -> None:
        self._stack: Stack = stack
        self._driver = driver_of(stack)
        self._firewall = CommandFirewall(variant)
        self._restore = RestorePeer(variant, stack)

    def fill(self, numbers: Sequence[int]) -> None:
        """By iptables-restore, which leaves the same rules."""
        self._restore.fill(numbers)

    def prepare(self, action: Action, numbers: Sequence[int]) -> Work:
        """Nothing is known before."""
        networks = [make_network(number, self._stack) for number in numbers]
        return lambda: carry_out(self._firewall, self._driver, action, networks)

    def settle(self) -> None:
        """Nothing is noted."""

    def close(self) -> None:
        """Close what fills."""
        self._restore.close()


def open_legacy_commands(stack: Stack) -> CommandPeer:
    """iptables-legacy as Docker runs it."""
    return CommandPeer("legacy", stack)


def open_nft_commands(stack: Stack) -> CommandPeer:
    """iptables-nft as Docker runs it."""
    return CommandPeer("nft", stack)
