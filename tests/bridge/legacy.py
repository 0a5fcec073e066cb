"""The same driver code over iptables-legacy, run as Docker runs it: one command checks, one does.

The commands run in a network namespace, from a thread that has entered it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from pyroute2 import netns as netns_tools

from bench.peers import CommandFirewall
from nfcore.exceptions import NfcoreError
from translate import IPVersion

__all__ = ["LegacyFirewall", "legacy_firewall"]

PROGRAMS = {IPVersion.V4: "iptables-legacy", IPVersion.V6: "ip6tables-legacy"}


class LegacyFirewall(CommandFirewall):
    """A `Firewall` whose every operation is an iptables command."""

    def __init__(self, thread: ThreadPoolExecutor) -> None:
        super().__init__(self._succeeds)
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

    def _succeeds(self, version: IPVersion, args: Sequence[str]) -> bool:
        return self._iptables(version, args).returncode == 0

    def _iptables(
        self, version: IPVersion, args: Sequence[str]
    ) -> subprocess.CompletedProcess[str]:
        return self.run([PROGRAMS[version], "--wait", *args])

    def _do(self, version: IPVersion, *args: str) -> None:
        """Refused in the way that the driver expects of nfcore."""
        done = self._iptables(version, args)
        if done.returncode != 0:
            raise NfcoreError(f"{' '.join(args)}: {done.stderr}")


@contextmanager
def legacy_firewall(netns: str) -> Iterator[LegacyFirewall]:
    """iptables-legacy in a namespace."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(netns_tools.setns, netns).result()
        yield LegacyFirewall(thread)
