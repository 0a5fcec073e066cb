from __future__ import annotations

import io

from rich.console import Console

from bench.progress import Progress


def shown(*, terminal: bool) -> str:
    file = io.StringIO()
    with Progress(Console(file=file, force_terminal=terminal, width=100), 4) as progress:
        progress.says("create [1]")
        progress.tick()
        progress.step()
    return file.getvalue()


def test_a_terminal_shows_a_bar_with_the_steps() -> None:
    text = shown(terminal=True)
    assert "1/4" in text
    assert "create [1]  turn 1" in text


def test_anything_else_gets_a_line_for_each_thing_begun() -> None:
    assert shown(terminal=False) == "    0 s  create [1]\n"
