"""What must hold for any input at all. Each raises where it doesn't."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from translate import (
    IPVersion,
    NftRule,
    ParseError,
    Rule,
    TranslationError,
    Untranslatable,
    from_nft,
    parse,
    parse_command,
    save_line,
    to_nft,
    translate_lines,
)
from translate import format as format_rule
from translate.files import read_save, settle_save, write_save

__all__ = [
    "check_command",
    "check_file",
    "check_line",
    "check_rule",
    "check_statements",
    "is_json_for_libnftables",
]

_LARGEST = (1 << 63) - 1
_NOT_READ_AGAIN = "0b/s"
"""What iptables-save prints of a hashlimit rate below 16 bytes a second; iptables refuses it."""


def check_rule(
    words: Sequence[str], version: IPVersion, table: str, chain: str
) -> tuple[Rule, NftRule | None] | None:
    """Parsing accepts or raises ParseError; what it accepts comes back from every other form.

    Returns:
        The rule and its nft form, or None where the words were refused.
    """
    try:
        rule = parse(words, version=version, table=table, chain=chain)
    except ParseError as error:
        _check_error(error, words)
        return None
    formatted = format_rule(rule)
    if _NOT_READ_AGAIN in formatted:
        return rule, None
    try:
        again = parse(formatted, version=version, table=table, chain=chain)
    except ParseError as error:
        raise AssertionError(f"{words} became {formatted}, which is refused: {error}") from error
    if again != rule:
        raise AssertionError(f"{words} became {formatted}, which is another rule")
    if format_rule(again) != formatted:
        raise AssertionError(f"{formatted} isn't formatted as itself")
    save_line(rule)
    try:
        made = to_nft(rule)
    except Untranslatable:
        return rule, None
    if not is_json_for_libnftables([made.expr, made.declarations]):
        raise AssertionError(f"libnftables cannot read {made}")
    decoded, tag = from_nft(
        made.expr, version=version, table=table, chain=chain, comment=made.comment
    )
    if (decoded, tag) != (rule, None) and not _has_twins(rule):
        raise AssertionError(f"{formatted} was decoded as {format_rule(decoded)}")
    return rule, made


def _has_twins(rule: Rule) -> bool:
    """Whether a match comes twice: their statements may be read as those of one."""
    names = [match.name for match in rule.matches]
    return len(set(names)) != len(names)


def check_command(words: Sequence[str]) -> None:
    """A whole command is read, or refused with a ParseError."""
    try:
        commands = parse_command(words)
    except ParseError as error:
        _check_error(error, words)
        return
    if not commands:
        raise AssertionError(f"nothing came of {words}")


def _check_error(error: ParseError, words: Sequence[str]) -> None:
    if not str(error).strip() or error.message == "None":
        raise AssertionError(f"{words}: the error says nothing")
    if error.position is not None and not 0 <= error.position < len(words):
        raise AssertionError(f"{words}: {error} is at no word")


def check_line(line: str) -> None:
    """A line makes one line."""
    for to in ("json", "save"):
        answers = [*translate_lines([line], to="save" if to == "save" else "json")]
        if len(answers) != 1 or "\n" in answers[0]:
            raise AssertionError(f"{line!r} became {answers}")
        if "internal error" in answers[0]:
            raise AssertionError(answers[0])
        if to == "json":
            json.loads(answers[0])


def check_file(text: str, version: IPVersion) -> None:
    """A file is read or refused; its normal form is read as the same and written as it stands."""
    try:
        dumps = settle_save(read_save(text, version=version))
        written = write_save(dumps)
    except ParseError as error:
        if error.line is None:
            raise AssertionError(f"{error} names no line") from error
        return
    if f" {_NOT_READ_AGAIN}" in written:
        return
    again = settle_save(read_save(written, version=version))
    if write_save(again) != written:
        raise AssertionError(f"{text!r} has no stable form")


def check_statements(statements: Any, version: IPVersion, table: str, chain: str) -> None:
    """Whatever libnftables lists is decoded, and shown; what is encoded again is the same."""
    rule, _ = from_nft(statements, version=version, table=table, chain=chain)
    save_line(rule)
    try:
        made = to_nft(rule)
    except TranslationError:
        return
    again, _ = from_nft(made.expr, version=version, table=table, chain=chain, comment=made.comment)
    if again != rule:
        raise AssertionError(f"{statements} was decoded as {rule}, which came back as {again}")


def is_json_for_libnftables(value: Any) -> bool:
    """Whether jansson reads it: no number over 63 bits, no text that isn't UTF-8."""
    if isinstance(value, bool) or value is None:
        return True
    if isinstance(value, int):
        return -_LARGEST <= value <= _LARGEST
    if isinstance(value, str):
        return value.isascii() or _is_utf8(value)
    if isinstance(value, dict):
        return all(map(is_json_for_libnftables, [*value.keys(), *value.values()]))
    return isinstance(value, list | tuple) and all(map(is_json_for_libnftables, value))


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
