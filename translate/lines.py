"""Many iptables commands, one a line, each translated to one line of output."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from translate.argv import scan
from translate.command import Action, Command, parse_command
from translate.exceptions import ParseError, TranslationError
from translate.nft.commands import to_nft_commands, without_repeated_declarations
from translate.protocols import protocol_name
from translate.registry import DEFAULT_REGISTRY, Registry
from translate.save import format_rule, join_words
from translate.types import IPVersion
from translate.words import split_shell_line

__all__ = ["format_command", "translate_lines"]


def translate_lines(
    lines: Iterable[str],
    *,
    to: Literal["json", "save"] = "json",
    version: IPVersion | None = None,
    registry: Registry = DEFAULT_REGISTRY,
) -> Iterator[str]:
    """Translate commands as a stream.

    Args:
        lines: one iptables command each, quoted as for a shell (or as iptables-save prints them);
            it may begin with the program's name or without one (``-A INPUT …``, ``-t nat -A …``).
        to: ``json`` for nft's form, ``save`` for iptables-save's.
        version: the IP version of lines without a program's name; without it IPv4, or IPv6 where
            there is ``-6``.
        registry: the extensions to know.

    Yields:
        Exactly one line for each line given, without its line break:

        * ``{"nftables": [...]}``, all commands of the line in one array;
        * with ``save``, ``-A CHAIN …``; several rules of one line are joined with `` ; ``;
        * ``{"error": "…"}`` for a line that is no command (a blank one or a comment too), that
          iptables would refuse, or that nft has no form for. Some matches do without their ``-p``
          in nft's form, as with iptables-translate; not in iptables' own.

        It never raises because of a line.
    """
    for line in lines:
        try:
            yield _translate(line, to, version, registry)
        except TranslationError as error:
            yield json.dumps({"error": str(error)})
        except Exception as error:  # noqa: BLE001 - the other lines must not suffer from a bug
            yield json.dumps({"error": f"internal error: {type(error).__name__}: {error}"})


def _translate(
    line: str, to: Literal["json", "save"], version: IPVersion | None, registry: Registry
) -> str:
    if "\0" in line:
        raise ParseError(f"a NUL at character {line.index(chr(0)) + 1}: no argument can hold one")
    words = split_shell_line(line)
    if not words:
        raise ParseError("the line is blank: an iptables command was expected")
    if words[0].startswith("#"):
        raise ParseError("the line is a comment: an iptables command was expected")
    commands = parse_command(words, version=version, registry=registry)
    if to == "save":
        _check_protocol_is_written(words, commands, registry)
        text = " ; ".join(format_command(command, registry=registry) for command in commands)
        if "\n" in text:
            raise ParseError("the save form would hold a line break")
        return text
    made: list[dict[str, Any]] = []
    for command in commands:
        made += to_nft_commands(command, registry=registry)
    return json.dumps({"nftables": without_repeated_declarations(made)})


def _check_protocol_is_written(
    words: Sequence[str], commands: Sequence[Command], registry: Registry
) -> None:
    """Refuse what the kernel would: it is told the protocol by ``-p`` alone.

    nft's form says the protocol itself, and iptables-translate asks no kernel.
    """
    rule = commands[0].rule
    has_program = not words[0].startswith(("-", "!"))
    if rule is None or "-p" in words or (has_program and words[0].endswith("-translate")):
        return
    for value in rule.matches:
        extension = registry.of_match(value)
        own = extension.protocols if not extension.may_be_a_protocol else ()
        number = extension.implied_protocol or next(iter(own), None)
        if number is None:
            continue
        scanned = scan(words[has_program:], version=rule.version, registry=registry)
        if "protocol" not in scanned.builtins:
            raise ParseError(f"-m {value.name} needs -p {protocol_name(number)}")
        return


def format_command(command: Command, *, registry: Registry = DEFAULT_REGISTRY) -> str:
    """A command as it would stand in an iptables-save file: its words quoted, without ``-t``."""
    words = [command.action.option]
    if command.chain is not None:
        words.append(command.chain)
    if command.number is not None and (command.action is not Action.INSERT or command.number > 1):
        words.append(str(command.number))
    words += [word for word in (command.new_name, command.policy) if word is not None]
    if command.counters is not None:
        words += ["-c", str(command.counters.packets), str(command.counters.bytes)]
    if command.rule is not None:
        words += format_rule(command.rule, registry=registry)
    if command.zero:
        words.append(Action.ZERO.option)
    return join_words(words)
