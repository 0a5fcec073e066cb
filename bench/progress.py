"""What a run says while it goes on."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status

__all__ = ["Progress"]


class Progress:
    """A line that tells what is being measured, and for how long the run has gone on.

    Args:
        console: where; only a terminal is shown the line.
    """

    def __init__(self, console: Console) -> None:
        self._status = Status("", console=console)
        self._began = time.monotonic()
        self._what = ""
        self._turns = 0

    def says(self, what: str) -> None:
        """Begin something."""
        self._what = what
        self._turns = 0
        self._show()

    def tick(self) -> None:
        """One more turn."""
        self._turns += 1
        self._show()

    def _show(self) -> None:
        elapsed = time.monotonic() - self._began
        self._status.update(f"{elapsed:4.0f} s  {self._what}  turn {self._turns}")

    def __enter__(self) -> Self:
        self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._status.stop()
