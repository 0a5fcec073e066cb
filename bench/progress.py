"""What a run says while it goes on."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

__all__ = ["Progress"]


class Progress:
    """A bar, what is being measured, and for how long the run has gone on.

    Args:
        console: where; one that is no terminal gets a line for each thing that is begun.
        steps: how many steps there are.
    """

    def __init__(self, console: Console, steps: int) -> None:
        self._console = console
        self._bar = Bar(
            TimeElapsedColumn(),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.description}", markup=False),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("", total=steps)
        self._began = time.monotonic()
        self._what = ""
        self._turns = 0

    def says(self, what: str) -> None:
        """Begin something."""
        self._what = what
        self._turns = 0
        if not self._console.is_terminal:
            self._console.print(f"{time.monotonic() - self._began:5.0f} s  {what}", markup=False)
        self._bar.update(self._task, description=what)

    def tick(self) -> None:
        """One more turn of it."""
        self._turns += 1
        self._bar.update(self._task, description=f"{self._what}  turn {self._turns}")

    def step(self) -> None:
        """One step is done."""
        self._bar.advance(self._task)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._console.is_terminal:
            self._bar.stop()
