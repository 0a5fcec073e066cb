"""The real firewalld, on a bus of its own, in a network namespace of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run, nfcore
from tests.system.test_published import Lab, new_lab

__all__ = ["nfcore"]

BUS = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=SOCKET</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow send_type="method_call"/>
    <allow send_type="signal"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
  </policy>
</busconfig>
"""
_PATIENCE = 60.0


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until a function says yes."""
    end = time.monotonic() + _PATIENCE
    while not holds():
        assert time.monotonic() < end, f"still not: {what}"
        time.sleep(0.05)


class RealFirewalld:
    """dbus-daemon and firewalld, and firewall-cmd to them.

    Args:
        netns: the network namespace to run them in.
        directory: where their files go.
        backend: FirewallBackend of firewalld.conf(5); ``iptables-legacy`` is ``iptables`` on a host
            whose alternatives say that iptables is iptables-legacy.
    """

    def __init__(self, netns: str, directory: Path, backend: str) -> None:
        self._netns = netns
        self._directory = directory
        self._socket = directory / "bus"
        self.environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self._socket}"}
        (directory / "bus.conf").write_text(BUS.replace("SOCKET", str(self._socket)))
        shutil.copytree("/etc/firewalld", directory / "etc")
        path = directory / "etc" / "firewalld.conf"
        lines = [x for x in path.read_text().splitlines() if not x.startswith("FirewallBackend")]
        kind = backend.removesuffix("-legacy")
        path.write_text("\n".join([*lines, f"FirewallBackend={kind}", ""]))
        self._before = "" if kind == backend else _legacy_alternatives(directory / "alternatives")
        self.bus: subprocess.Popen[bytes] | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def start_bus(self) -> None:
        configuration = f"--config-file={self._directory / 'bus.conf'}"
        self.bus = self._start("dbus-daemon", configuration, "--nofork", "--nopidfile")
        until(self._socket.exists, "there is a bus")

    def start(self) -> None:
        self.process = self._start(
            *("sh", "-c", f'{self._before} exec "$@"', "sh"),
            *("firewalld", "--nofork", "--nopid", "--system-config", str(self._directory / "etc")),
            *("--log-target", "file", "--log-file", str(self._directory / "log")),
        )
        until(lambda: self.run("--state", check=False) == "running\n", "firewalld runs")

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["ip", "netns", "exec", self._netns, *command],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def run(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            ["firewall-cmd", *arguments],
            env=self.environment,
            check=check,
            capture_output=True,
            text=True,
        )
        return done.stdout

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
        """End both."""
        self.stop()
        self.stop_bus()


def _end(process: subprocess.Popen[bytes] | None, how: signal.Signals) -> None:
    if process is not None:
        process.send_signal(how)
        process.wait(timeout=_PATIENCE)


def _legacy_alternatives(directory: Path) -> str:
    """The shell command that makes iptables iptables-legacy, in ip-netns(8)'s own mounts only."""
    shutil.copytree("/etc/alternatives", directory, symlinks=True)
    for program in ("iptables", "ip6tables"):
        for suffix in ("", "-save", "-restore"):
            link = directory / f"{program}{suffix}"
            link.unlink()
            link.symlink_to(f"/usr/sbin/{program}-legacy{suffix}")
    return f"mount --bind '{directory}' /etc/alternatives &&"


@pytest.fixture(params=["nftables", "iptables", "iptables-legacy"])
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """firewalld's backend. With iptables-nft it finds tables that hold native expressions
    unusable, so there nfcore has tables of its own. iptables-legacy sees none of them, but both
    kinds of tables are in use then, and nfcore asks which to program."""
    chosen: str = request.param
    if chosen == "iptables":
        monkeypatch.setenv("NFCORE_TABLE_PREFIX", "docker-")
    if chosen == "iptables-legacy":
        monkeypatch.setenv("NFCORE_BACKEND", "nftables")
    return chosen


@pytest.fixture
def lab(backend: str, nfcore: Run) -> Iterator[Lab]:
    """The lab, in tables that the backend can live with."""
    del backend
    with new_lab(nfcore) as made:
        yield made


@pytest.fixture
def firewalld(
    backend: str, lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RealFirewalld]:
    """firewalld on the lab's host, on what this process takes for the system bus."""
    running = RealFirewalld(lab.host, tmp_path, backend)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", running.environment["DBUS_SYSTEM_BUS_ADDRESS"])
    try:
        running.start_bus()
        running.start()
        yield running
    finally:
        running.end()
