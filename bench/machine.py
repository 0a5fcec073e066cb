"""What a run was made on: machine, versions, and what pyperf says about its steadiness."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from collections.abc import Mapping
from importlib import metadata
from typing import Final

import pyperf

__all__ = ["collect_metadata"]

_FROM_PYPERF: Final = (
    "date",
    "cpu_model_name",
    "cpu_count",
    "cpu_config",
    "load_avg_1min",
    "python_version",
)
_PACKAGES: Final = ("nfcore", "pip-nftables", "pyroute2", "cffi", "pyperf")
_TOOLS: Final = (
    ("nft", ("nft", "--version")),
    ("iptables", ("iptables-nft", "--version")),
    ("iproute2", ("ip", "-V")),
    ("firewalld", ("firewall-offline-cmd", "--version")),
)
_VERSION: Final = re.compile(r"v?\d+\.[\w.]+")


def collect_metadata() -> dict[str, str | int | float]:
    """The machine, and the versions of kernel, libraries and tools; no names of host or user."""
    known: Mapping[str, str | int | float] = pyperf.Run([1.0]).get_metadata()
    collected = {key: known[key] for key in _FROM_PYPERF if key in known}
    allowed = sorted(os.sched_getaffinity(0))
    collected["cpus_allowed"] = ", ".join(map(str, allowed))
    collected["cpu_of_the_peers"] = allowed[-1]
    collected["cpus_of_the_traffic"] = ", ".join(map(str, allowed[:-1] or allowed))
    collected["kernel"] = platform.release()
    collected["machine"] = platform.machine()
    for package in _PACKAGES:
        collected[package] = metadata.version(package)
    for name, command in _TOOLS:
        collected[name] = _version_of(command)
    collected["pyperf_advice"] = _advice()
    return collected


def _version_of(command: tuple[str, ...]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "none"
    found = _VERSION.search(done.stdout) or _VERSION.search(done.stderr)
    return found[0] if found else "none"


def _advice() -> str:
    """What pyperf would change about this machine to make times steadier; nothing is changed."""
    command = [sys.executable, "-m", "pyperf", "system", "show"]
    shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    advice = shown.partition("Advices\n")[2].partition("Warnings\n")[0].partition("Run ")[0]
    lines = (line.strip() for line in advice.splitlines())
    return "; ".join(line for line in lines if line.strip("=")) or "none"
