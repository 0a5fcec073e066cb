"""The real firewalld, on a bus of its own, in a network namespace of its own."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from bench.peers import FirewalldDaemons, wait_until
from tests.cli.conftest import Run, nfcore
from tests.system.test_published import Lab, new_lab

__all__ = ["nfcore"]


class RealFirewalld(FirewalldDaemons):
    """dbus-daemon and firewalld, and firewall-cmd to them.

    Args:
        netns: the network namespace to run them in.
        directory: where their files go.
        backend: FirewallBackend of firewalld.conf(5); ``iptables-legacy`` is ``iptables`` on a host
            whose alternatives say that iptables is iptables-legacy.
    """

    def __init__(self, netns: str, directory: Path, backend: str) -> None:
        kind = backend.removesuffix("-legacy")
        super().__init__(directory, within=("ip", "netns", "exec", netns), backend=kind)
        self._shell = "" if kind == backend else _legacy_alternatives(directory / "alternatives")

    def start(self, *, within: Sequence[str] = ()) -> None:
        """Start firewalld, and wait until it runs."""
        super().start(within=(*within, "sh", "-c", f'{self._shell} exec "$@"', "sh"))
        wait_until(lambda: self.run("--state", check=False) == "running\n", "firewalld runs")

    def run(self, *arguments: str, check: bool = True) -> str:
        """What firewall-cmd prints."""
        done = subprocess.run(
            ["firewall-cmd", *arguments],
            env=self.environment,
            check=check,
            capture_output=True,
            text=True,
        )
        return done.stdout


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
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", running.address)
    try:
        running.start_bus()
        running.start()
        yield running
    finally:
        running.end()
