"""What those without root are told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.netns import in_netns


def without_rights(netns: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a module's command as a process that may do no more than any user's."""
    drop = ("setpriv", "--bounding-set", "-all", "--inh-caps", "-all")
    return in_netns(netns, [*drop, sys.executable, "-m", *command], check=False)


@pytest.mark.parametrize("command", ["network ls", "save", "port ls", "watch FILE", "apply FILE"])
def test_commands_say_what_to_do(netns: str, tmp_path: Path, command: str) -> None:
    file = tmp_path / "compose.yml"
    file.write_text("networks: {front: {ipam: {config: [{subnet: 10.1.0.0/24}]}}}\n")
    done = without_rights(netns, "nfcore", *command.replace("FILE", str(file)).split())
    assert done.returncode == 1
    assert done.stderr == (
        "nfcore: nf_tables needs root, or CAP_NET_ADMIN in this network namespace: sudo nfcore …, "
        "or try a file without with nfcore apply --sandbox FILE\n"
    )


def test_another_namespace_is_not_entered(netns: str) -> None:
    done = without_rights(netns, "nfcore", "network", "ls", "--netns", netns)
    assert f"network namespace '{netns}' cannot be entered without root" in done.stderr


def test_doctor_sends_nobody_to_install_what_is_there(netns: str) -> None:
    found = without_rights(netns, "nfcore", "doctor").stdout
    lines = iter(found.splitlines())
    remedies = [next(lines).strip() for line in lines if "needs root" in line]
    assert remedies == ["-> sudo nfcore …"] * 3  # the backend, and both ways to libnftables
