"""What the lines of an iptables-save file say, in order: chains and commands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from translate.command import Command
from translate.types import Counters, IPVersion

__all__ = ["ChainLine", "CommandLine", "Entry", "SaveFile", "TableLines"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLine:
    """``:CHAIN POLICY [PACKETS:BYTES]``: the chain is there from here on, and empty if it is new.

    Args:
        name: the chain's name.
        policy: ``ACCEPT`` or ``DROP``; None for ``-``.
        counters: the policy's counters, or None where none are given.
        line: the line's number, 1 is the first.
    """

    name: str
    policy: str | None = None
    counters: Counters | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLine:
    """One command; a line with lists of addresses makes several.

    Args:
        command: the command. Counters in brackets before it are its rule's (or its policy's).
        line: the line's number, 1 is the first.
    """

    command: Command
    line: int = field(default=0, compare=False)


Entry: TypeAlias = ChainLine | CommandLine


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLines:
    """The lines from ``*TABLE`` to ``COMMIT``.

    Args:
        version: the IP version.
        name: the table.
        entries: its chains and commands, in order.
        remarks: the comment lines before the table and in it, with their ``#``.
        line: the number of the line ``*TABLE``.
    """

    version: IPVersion
    name: str
    entries: tuple[Entry, ...] = ()
    remarks: tuple[str, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveFile:
    """A whole file.

    Args:
        version: the IP version that it is for; the format itself doesn't say.
        tables: its tables in order; one may come several times.
        remarks: the comment lines after the last table.
    """

    version: IPVersion
    tables: tuple[TableLines, ...] = ()
    remarks: tuple[str, ...] = ()
