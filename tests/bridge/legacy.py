"""The same driver code over iptables-legacy, run as Docker runs it: one command checks, one does.

The commands run in a network namespace, from a thread that has entered it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext

from pyroute2 import netns as netns_tools

from nfcore.engine import IptRule
from nfcore.exceptions import NfcoreError
from nfcore.operations import Policy
from translate import IPVersion

__all__ = ["LegacyFirewall", "legacy_firewall"]

PROGRAMS = {IPVersion.V4: "iptables-legacy", IPVersion.V6: "ip6tables-legacy"}


class LegacyFirewall:
    """A `Firewall` whose every operation is an iptables command."""

    def __init__(self, thread: ThreadPoolExecutor) -> None:
        self._thread = thread

    def run(self, argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run a command in the namespace."""
        run = self._thread.submit(
            subprocess.run, argv, check=False, capture_output=True, text=True, timeout=60
        )
        return run.result()

    def save(self, version: IPVersion) -> str:
        """What iptables-legacy-save prints, without its comments and counters."""
        saved = self.run([f"{PROGRAMS[version]}-save"])
        assert saved.returncode == 0, saved.stderr
        lines = [line for line in saved.stdout.splitlines() if not line.startswith("#")]
        return "".join(
            f"{line.split(' [')[0]} [0:0]\n" if line[0] == ":" else f"{line}\n" for line in lines
        )

    def _iptables(self, version: IPVersion, *args: str) -> bool:
        return self.run([PROGRAMS[version], "--wait", *args]).returncode == 0

    def _must(self, version: IPVersion, *args: str) -> None:
        done = self.run([PROGRAMS[version], "--wait", *args])
        if done.returncode != 0:
            raise NfcoreError(f"{' '.join(args)}: {done.stderr}")

    def exists(self, rule: IptRule) -> bool:
        return self._iptables(rule.version, "-t", rule.table, "-C", rule.chain, *rule.args)

    def append(self, rule: IptRule, *, tag: str | None = None) -> None:
        del tag
        self._unless_there(rule, "-A")

    def insert(self, rule: IptRule, *, tag: str | None = None) -> None:
        del tag
        self._unless_there(rule, "-I")

    def _unless_there(self, rule: IptRule, command: str) -> None:
        if not self.exists(rule):
            self._must(rule.version, "-t", rule.table, command, rule.chain, *rule.args)

    def delete(self, rule: IptRule) -> None:
        if self.exists(rule):
            self._must(rule.version, "-t", rule.table, "-D", rule.chain, *rule.args)

    def has_chain(self, version: IPVersion, table: str, chain: str) -> bool:
        return self._iptables(version, "-t", table, "-n", "-L", chain)

    def new_chain(self, version: IPVersion, table: str, chain: str) -> None:
        if not self.has_chain(version, table, chain):
            self._must(version, "-t", table, "-N", chain)

    def flush_chain(self, version: IPVersion, table: str, chain: str) -> None:
        self._iptables(version, "-t", table, "-F", chain)

    def remove_chain(self, version: IPVersion, table: str, chain: str) -> None:
        """Docker ignores that a chain which is still jumped to cannot be removed."""
        self._iptables(version, "-t", table, "-X", chain)

    def is_referenced(self, version: IPVersion, table: str, chain: str) -> bool:
        """Docker doesn't ask; it tries."""
        del version, table, chain
        return False

    def set_policy(self, version: IPVersion, table: str, chain: str, policy: Policy) -> None:
        self._must(version, "-t", table, "-P", chain, policy.upper())

    def savepoint(self) -> AbstractContextManager[None]:
        return nullcontext()


@contextmanager
def legacy_firewall(netns: str) -> Iterator[LegacyFirewall]:
    """iptables-legacy in a namespace."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(netns_tools.setns, netns).result()
        yield LegacyFirewall(thread)
