"""iptables-legacy's own programs, and scripts that stand in for them in PATH."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.netns import in_netns

Fake = Callable[[str, str], Path]
"""Put a shell script in front of a program: its name, and what the script does.

In the script ``$real`` is the real program, and ``$call`` the number of this call (1 is the first).
"""

__all__ = ["RUN", "Fake", "saved"]

RUN = 'exec "$real" "$@"'


def saved(netns: str) -> str:
    """What iptables-legacy-save and its twin print, with counters, without their remarks."""
    printed = (
        in_netns(netns, [f"{program}-legacy-save", "-c"]).stdout
        for program in ("iptables", "ip6tables")
    )
    return "".join(
        f"{line}\n" for text in printed for line in text.splitlines() if not line.startswith("#")
    )
