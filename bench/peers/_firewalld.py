"""firewalld's direct interface: where firewalld runs, Docker sends it every iptables command."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from bench.peers._commands import CommandPeer
from bench.workload import Stack
from nfcore.firewalld._bus import FirewalldBus
from nfcore.firewalld._refused import FirewalldRefused
from translate import IPVersion

__all__ = ["FIREWALLD_PROGRAMS", "DaemonSilent", "FirewalldPeer", "open_firewalld", "wait_until"]

FIREWALLD_PROGRAMS: Final = ("dbus-daemon", "firewalld")
_ETC: Final = Path("/etc/firewalld")
_PATIENCE: Final = 60.0  # seconds for a daemon to begin or to end
_POLICY: Final = "".join(
    f"<allow {what}/>"
    for what in (
        'user="*"',
        'own="*"',
        'send_destination="*"',
        *(f'send_type="{kind}"' for kind in ("method_call", "signal")),
        *(f'receive_type="{kind}"' for kind in ("method_call", "method_return", "error", "signal")),
    )
)
_BUS: Final = (
    "<busconfig><type>system</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>"
    f'<policy context="default">{_POLICY}</policy></busconfig>'
)


class DaemonSilent(Exception):
    """A daemon did not begin in time."""


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
            self._pids = _start(directory, exits)
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
        return self._pids

    def close(self) -> None:
        """End firewalld and the bus."""
        super().close()
        self._exits.close()


def _start(directory: Path, exits: ExitStack) -> tuple[int, int]:
    """Start a bus and firewalld, and make the bus this process's system bus."""
    bus_socket = directory / "bus"
    settings = directory / "bus.conf"
    settings.write_text(_BUS.format(socket=bus_socket), encoding="utf-8")
    etc = shutil.copytree(_ETC, directory / "etc")
    os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = f"unix:path={bus_socket}"
    bus = _daemon(exits, "dbus-daemon", f"--config-file={settings}", "--nofork", "--nopidfile")
    wait_until(bus_socket.exists, "there is a bus")
    log = str(directory / "log")
    options = ("--nofork", "--nopid", "--log-target", "file", "--log-file", log)
    return bus, _daemon(exits, "firewalld", *options, "--system-config", str(etc))


def _daemon(exits: ExitStack, *command: str) -> int:
    """Start a program that ends with the peer."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    exits.callback(process.wait, _PATIENCE)
    exits.callback(process.terminate)
    return process.pid


def wait_until(holds: Callable[[], bool], what: str, patience: float = _PATIENCE) -> None:
    """Wait until a function says yes.

    Raises:
        DaemonSilent: it did not within so many seconds.
    """
    end = time.monotonic() + patience
    while not holds():
        if time.monotonic() > end:
            raise DaemonSilent(f"after {patience:g} s still not: {what}")
        time.sleep(0.05)


def open_firewalld(stack: Stack) -> FirewalldPeer:
    """By direct.passthrough of firewalld's."""
    return FirewalldPeer(stack)
