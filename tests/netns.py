"""Running commands inside a network namespace that a test made."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

__all__ = ["in_netns"]


def in_netns(
    netns: str, argv: Sequence[str], *, check: bool = True, stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command inside a named network namespace and return what it printed."""
    return subprocess.run(
        ["ip", "netns", "exec", netns, *argv],
        check=check,
        capture_output=True,
        text=True,
        input=stdin,
    )
