"""``nfcore bench``, where what it needs is installed. Importing this costs next to nothing."""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["run"]

_NEEDED = ("jinja2", "matplotlib", "numpy", "psutil", "pyperf")


def run(arguments: Sequence[str]) -> None:
    """Measure nfcore beside the other ways of programming Docker's firewall.

    Args:
        arguments: those after ``nfcore bench``.

    Raises:
        SystemExit: the command has ended, or a library that only it needs is not installed.
    """
    try:
        from bench.cli import main  # noqa: PLC0415 - half a second that only this command needs
    except ModuleNotFoundError as error:
        if error.name not in _NEEDED:
            raise
        sys.exit(
            f"nfcore bench needs {error.name}, which is not installed: pip install 'nfcore[bench]'"
        )
    main(arguments, program="nfcore bench")
