"""firewalld's direct interface: where firewalld runs, Docker sends it every iptables command."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from bench.peers._commands import CommandPeer
from bench.peers._firewalld_daemons import FirewalldDaemons, wait_until
from bench.workload import Stack
from nfcore.firewalld._bus import FirewalldBus
from nfcore.firewalld._refused import FirewalldRefused
from translate import IPVersion

__all__ = ["FirewalldPeer", "open_firewalld"]


class FirewalldPeer(CommandPeer):
    """Docker's driver over a firewalld of its own, in the calling process's network namespace.

    Args:
        stack: the IP versions.

    Raises:
        DaemonSilent: the bus or firewalld did not begin.
    """

    def __init__(self, stack: Stack) -> None:
        with ExitStack() as exits:
            directory = Path(exits.enter_context(tempfile.TemporaryDirectory()))
            self._daemons = FirewalldDaemons(directory)
            exits.callback(self._daemons.end)
            self._daemons.start_bus()
            self._daemons.start()
            os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = self._daemons.address
            self._bus = FirewalldBus()
            exits.callback(self._bus.close)
            wait_until(self._bus.is_running, "firewalld is on the bus")
            wait_until(self._is_ready, "firewalld runs")
            super().__init__("nft", self._pass_through, stack)
            self._exits = exits.pop_all()

    def _is_ready(self) -> bool:
        """Whether it has finished to set up its own ruleset."""
        return self._pass_through(IPVersion.V4, ("-n", "-L", "INPUT"))

    def _pass_through(self, version: IPVersion, args: Sequence[str]) -> bool:
        name = "ipv4" if version is IPVersion.V4 else "ipv6"
        try:
            self._bus.call("direct", "passthrough", "sas", name, list(args))
        except FirewalldRefused:
            return False
        return True

    def daemons(self) -> Sequence[int]:
        """The bus and firewalld."""
        both = (self._daemons.bus, self._daemons.process)
        return [process.pid for process in both if process is not None]

    def close(self) -> None:
        """End firewalld and the bus."""
        super().close()
        self._exits.close()


def open_firewalld(stack: Stack) -> FirewalldPeer:
    """By direct.passthrough of firewalld's."""
    return FirewalldPeer(stack)
