"""Consoles and tables."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

__all__ = ["console", "counted", "error_console", "print_json", "print_table", "table"]

_FIRST_COLUMN: Final = "bold cyan"
_COLUMNS: Final[Mapping[str, str]] = MappingProxyType(
    {"BRIDGE": "green", "IPV4": "yellow", "IPV6": "yellow", "MODE": "magenta"}
)


def console() -> Console:
    """Standard output; colours only where it is a terminal."""
    return Console(highlight=False)


def error_console() -> Console:
    """Standard error."""
    return Console(stderr=True, highlight=False)


def counted(number: int, thing: str) -> str:
    """So many things: ``1 rule``, ``2 rules``."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def print_json(value: Any) -> None:
    """One JSON document for programs to read."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """A plain table without lines; colours show where the output is a terminal."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for index, column in enumerate(columns):
        made.add_column(column, style=_FIRST_COLUMN if index == 0 else _COLUMNS.get(column))
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    return made


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; as wide as it needs where the output is no terminal."""
    out = console()
    if not out.is_terminal:
        out.width = 10_000
    out.print(table(columns, rows))
