"""A progress bar for work that takes over a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.progress import Progress

from nfcore.cli._output import error_console

__all__ = ["late_progress"]

_SLOW_AFTER: Final = 1.0
"""Seconds of work after which the bar is shown."""


@contextmanager
def late_progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """Give a function to tell how many of ``total`` are done; it draws a bar once that takes long.

    Args:
        title: what the bar is called.
        total: how many there are.
    """
    began = time.monotonic()
    bar = Progress(console=error_console(), transient=True)
    task = bar.add_task(title, total=total)

    def done(count: int) -> None:
        if time.monotonic() - began > _SLOW_AFTER:
            bar.start()
            bar.update(task, completed=count)

    try:
        yield done
    finally:
        if bar.live.is_started:  # else it would print an empty line
            bar.stop()
