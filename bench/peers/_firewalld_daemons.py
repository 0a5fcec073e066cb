"""A D-Bus bus and a firewalld of one's own, whose files are in a directory of one's own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

__all__ = ["FIREWALLD_PROGRAMS", "DaemonSilent", "FirewalldDaemons", "wait_until"]

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


class FirewalldDaemons:
    """dbus-daemon and firewalld, each started and ended by itself.

    Args:
        directory: where their files go; it is there, and empty.
        within: the words before each of their commands, such as ``ip netns exec NAME``.
        backend: FirewallBackend of firewalld.conf(5); None is as the host has it.

    Attributes:
        bus: the bus's process, while it runs.
        process: firewalld's, while it runs.
    """

    def __init__(
        self, directory: Path, *, within: Sequence[str] = (), backend: str | None = None
    ) -> None:
        self._directory = directory
        self._within = within
        self._socket = directory / "bus"
        self.address: Final = f"unix:path={self._socket}"
        """What DBUS_SYSTEM_BUS_ADDRESS is for whoever is to speak with them."""
        self.environment: Final = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.address}
        (directory / "bus.conf").write_text(_BUS.format(socket=self._socket), encoding="utf-8")
        shutil.copytree(_ETC, directory / "etc")
        if backend is not None:
            _set_backend(directory / "etc" / "firewalld.conf", backend)
        self.bus: subprocess.Popen[bytes] | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def start_bus(self) -> None:
        """Start the bus, and wait for it.

        Raises:
            DaemonSilent: it did not begin.
        """
        settings = f"--config-file={self._directory / 'bus.conf'}"
        self.bus = self._start("dbus-daemon", settings, "--nofork", "--nopidfile")
        wait_until(self._socket.exists, "there is a bus")

    def start(self, *, within: Sequence[str] = ()) -> None:
        """Start firewalld, without waiting for it.

        Args:
            within: further words before its command.
        """
        etc, log = str(self._directory / "etc"), str(self._directory / "log")
        self.process = self._start(
            *(*within, "firewalld", "--nofork", "--nopid", "--system-config", etc),
            *("--log-target", "file", "--log-file", log),
        )

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*self._within, *command],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End firewalld, and leave the bus."""
        _end(self.process, how)
        self.process = None

    def stop_bus(self) -> None:
        """End the bus, and leave firewalld."""
        _end(self.bus, signal.SIGTERM)
        self.bus = None
        self._socket.unlink(missing_ok=True)

    def end(self) -> None:
        """End both; harmless where they don't run."""
        self.stop()
        self.stop_bus()


def _set_backend(settings: Path, backend: str) -> None:
    lines = settings.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("FirewallBackend")]
    settings.write_text("\n".join([*kept, f"FirewallBackend={backend}", ""]), encoding="utf-8")


def _end(process: subprocess.Popen[bytes] | None, how: signal.Signals) -> None:
    if process is not None:
        process.send_signal(how)
        process.wait(timeout=_PATIENCE)
