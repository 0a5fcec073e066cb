"""Reads a file in iptables-save's format, as iptables-restore does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from translate.argv import scan
from translate.build import BUILTIN_CHAINS
from translate.collector import collector_resting
from translate.command import Action, Command, build_commands, check_policy, check_user_chain
from translate.exceptions import ParseError
from translate.files.lines import ChainLine, CommandLine, Entry, SaveFile, TableLines
from translate.forms import form_of
from translate.numbers import parse_uint
from translate.registry import DEFAULT_REGISTRY, Registry
from translate.tables import TABLE_CHAINS
from translate.types import Counters, IPVersion
from translate.words import split_restore_line

__all__ = ["read_save"]

_COUNTERS: Final = re.compile(r"\[(?P<packets>[^:\]]*):(?P<bytes>[^\]]*)\]")
_NOT_IN_FILE: Final = frozenset({"table", "wait", "wait-interval"})
_LARGEST: Final = (1 << 64) - 1
_OTHER_VERSION: Final = {IPVersion.V4: ("-6", "--ipv6"), IPVersion.V6: ("-4", "--ipv4")}


def read_save(
    text: str, *, version: IPVersion = IPVersion.V4, registry: Registry = DEFAULT_REGISTRY
) -> SaveFile:
    """Read a whole file.

    Deliberately stricter than iptables-restore: counters must be numbers, a chain may not be called
    as a target is, a quote may not stay open to the end of its line, ``-V`` and ``-h`` are refused.
    Laxer in one thing: the last line needs no line break, and lines may be of any length.

    Args:
        text: the file's text.
        version: the IP version that it is for. Lines that name the other one (``-6``) are skipped,
            as iptables-restore skips them.
        registry: the extensions to know.

    Returns:
        What its lines say. Whether they can be carried out shows in `settle_save`.

    Raises:
        ParseError: a line is wrong; it is named, with the option and its position on the line.
    """
    reader = _Reader(version, registry)
    with collector_resting():
        for number, line in enumerate(text.split("\n"), 1):
            try:
                reader.read(line, number)
            except ParseError as error:
                raise ParseError(
                    error.message, option=error.option, position=error.position, line=number
                ) from error.__cause__
    return reader.file()


class _Reader:
    def __init__(self, version: IPVersion, registry: Registry) -> None:
        self._version = version
        self._registry = registry
        self._tables: list[TableLines] = []
        self._remarks: list[str] = []
        self._table: str | None = None
        self._opened_at = 0
        self._entries: list[Entry] = []

    def file(self) -> SaveFile:
        if self._table is not None:
            raise ParseError(f"table {self._table} has no COMMIT at its end", line=self._opened_at)
        return SaveFile(
            version=self._version, tables=tuple(self._tables), remarks=tuple(self._remarks)
        )

    def read(self, line: str, number: int) -> None:
        if not line:
            return
        first = line[0]
        if first == "#":
            self._remarks.append(line)
            return
        if "\0" in line:
            raise ParseError("the line holds a NUL")
        if line.endswith("\r"):
            raise ParseError("the line ends in a carriage return: lines end in a newline alone")
        if self._table is None:
            self._open(line, number)
        elif line == "COMMIT":
            self._close()
        elif first == ":":
            self._entries.append(self._chain(line, number, self._table))
        else:
            commands = self._commands(line, self._table)
            self._entries += (CommandLine(command=one, line=number) for one in commands)

    # -- tables and chains ----------------------------------------------------------------------

    def _open(self, line: str, number: int) -> None:
        names = line[1:].split()
        if line[0] != "*":
            raise ParseError(f"{line[:40]!r} is outside of a table: *TABLE was expected")
        if not names or names[0] not in TABLE_CHAINS:
            raise ParseError(f"no table {line[1:]!r}: {', '.join(TABLE_CHAINS)}")
        self._table, self._opened_at = names[0], number

    def _close(self) -> None:
        self._tables.append(
            TableLines(
                version=self._version,
                name=self._table or "",
                entries=tuple(self._entries),
                remarks=tuple(self._remarks),
                line=self._opened_at,
            )
        )
        self._table = None
        self._entries.clear()
        self._remarks.clear()

    def _chain(self, line: str, number: int, table: str) -> ChainLine:
        words = line[1:].split(maxsplit=2)
        if len(words) < 2:
            raise ParseError(f"{line!r} should read :CHAIN POLICY [PACKETS:BYTES]")
        name, policy = words[0], words[1]
        if name not in TABLE_CHAINS[table]:
            check_user_chain(ParseError, name, table, self._registry)
        counters = None
        if len(words) > 2:
            found = _COUNTERS.match(words[2])
            counters = None if found is None else _counters(found)
            if counters is None:
                raise ParseError(f"{words[2]!r} should read [PACKETS:BYTES]")
        if policy == "-":
            return ChainLine(name=name, counters=counters, line=number)
        check_policy(ParseError, policy, table, name)
        return ChainLine(name=name, policy=policy, counters=counters, line=number)

    # -- commands -------------------------------------------------------------------------------

    def _commands(self, line: str, table: str) -> tuple[Command, ...]:
        counters = None
        if line[0] == "[":
            found = _COUNTERS.match(line)
            counters = None if found is None else _counters(found)
            if found is None or counters is None:
                raise ParseError(f"{line[:40]!r} should begin with [PACKETS:BYTES]")
            line = line[found.end() :]
        words = split_restore_line(line)
        appended = self._appended(words, table, counters)
        if appended is not None:
            return (appended,)
        if self._is_for_other_version(words):
            return ()
        scanned = scan(words, version=self._version, registry=self._registry)
        if not _NOT_IN_FILE.isdisjoint(scanned.builtins):
            given = next(scanned.builtins[key] for key in scanned.builtins if key in _NOT_IN_FILE)
            raise given.error("cannot be used in a file")
        commands = build_commands(scanned, table=table, registry=self._registry)
        if counters is None:
            return commands
        return tuple(_with_counters(command, counters) for command in commands)

    def _appended(
        self, words: Sequence[str], table: str, counters: Counters | None
    ) -> Command | None:
        """The command of ``-A CHAIN …``, which nearly all are; None where it has no form."""
        if len(words) < 2 or words[0] != "-A":
            return None
        _, chain, *args = words
        if chain in BUILTIN_CHAINS and chain not in TABLE_CHAINS[table]:
            return None
        form = form_of(
            args, version=self._version, table=table, chain=chain, registry=self._registry
        )
        rule = None if form is None else form.fill(args, counters)
        if rule is None:
            return None
        return Command(
            action=Action.APPEND, version=self._version, table=table, chain=chain, rule=rule
        )

    def _is_for_other_version(self, words: list[str]) -> bool:
        spellings = _OTHER_VERSION[self._version]
        if spellings[0] not in words and spellings[1] not in words:
            return False
        other = IPVersion.V6 if self._version is IPVersion.V4 else IPVersion.V4
        try:
            scanned = scan(words, version=other, registry=self._registry)
        except ParseError:
            return False
        return spellings[1].removeprefix("--") in scanned.builtins


def _counters(found: re.Match[str]) -> Counters | None:
    packets = parse_uint(found["packets"].strip(" "), maximum=_LARGEST)
    size = parse_uint(found["bytes"].strip(" "), maximum=_LARGEST)
    if packets is None or size is None:
        return None
    return Counters(packets=packets, bytes=size)


def _with_counters(command: Command, counters: Counters) -> Command:
    """What stands before a command is its rule's, unless the rule itself says otherwise (-c)."""
    if command.rule is not None and command.action in {
        Action.APPEND,
        Action.INSERT,
        Action.REPLACE,
    }:
        if command.rule.counters is not None:
            return command
        return replace(command, rule=replace(command.rule, counters=counters))
    if command.action is Action.POLICY:
        return replace(command, counters=command.counters or counters)
    raise ParseError(f"{command.action.option} takes no counters before it")
