"""From a typed rule to the words and the line that iptables-save prints."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from translate.extension import CString, ParseContext, Quoted, Text
from translate.opaque import Opaque
from translate.protocols import protocol_name
from translate.registry import DEFAULT_REGISTRY, Registry
from translate.rule import Goto, Jump, Rule, Verdict
from translate.types import Interface, MaskedAddress, Negatable

__all__ = ["format_rule", "quote", "save_line"]

_UNQUOTED_TEXT: Final = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPED: Final = re.compile(r"""(["\\'])""")
_ESCAPED_IN_C: Final = re.compile(r"""(["\\])""")
_UNQUOTED_WORD: Final = re.compile(r"""[^\s"'\\]+""")


def format_rule(rule: Rule, *, registry: Registry = DEFAULT_REGISTRY) -> list[str]:
    """The arguments after the chain's name, in the form and order that iptables-save prints.

    Args:
        rule: the rule.
        registry: the extensions to know.

    Returns:
        One word each, unquoted.
    """
    words: list[str] = []
    words += _address("-s", rule.source)
    words += _address("-d", rule.destination)
    words += _interface("-i", rule.in_interface)
    words += _interface("-o", rule.out_interface)
    if rule.protocol is not None:
        words += [*rule.protocol.bang, "-p", protocol_name(rule.protocol.value)]
    if rule.fragment is not None:
        words += [*rule.fragment.bang, "-f"]
    context = context_of(rule)
    for match in rule.matches:
        words += ["-m", match.name, *registry.of_match(match).format(match, context)]
    target = rule.target
    match target:
        case None:
            pass
        case Verdict(verdict=word) | Jump(chain=word):
            words += ["-j", word]
        case Goto(chain=word):
            words += ["-g", word]
        case _:
            words += ["-j", target.name, *registry.of_target(target).format(target, context)]
    return words


def save_line(rule: Rule, *, registry: Registry = DEFAULT_REGISTRY) -> str:
    """The rule's line in iptables-save's output: ``-A CHAIN …``."""
    words = ["-A", rule.chain, *format_rule(rule, registry=registry)]
    return join_words(words)


def is_opaque(rule: Rule) -> bool:
    """Whether the rule holds statements that iptables has no words for."""
    return any(isinstance(match, Opaque) for match in rule.matches)


def join_words(words: Iterable[str]) -> str:
    """One line from words, each quoted as iptables-save quotes it."""
    return " ".join(quote(word) for word in words)


def quote(word: str) -> str:
    r"""A word as xtables_save_string prints it: in double quotes, with ``\`` before ``"\'``."""
    unquoted = _UNQUOTED_TEXT if isinstance(word, Text) else _UNQUOTED_WORD
    if not isinstance(word, Quoted) and unquoted.fullmatch(word):
        return word
    escaped = _ESCAPED_IN_C if isinstance(word, CString) else _ESCAPED
    return '"' + escaped.sub(r"\\\1", word) + '"'


def context_of(rule: Rule) -> ParseContext:
    """What extensions may know of the rule around them."""
    return ParseContext(
        version=rule.version,
        table=rule.table,
        chain=rule.chain,
        protocol=rule.protocol,
        matches=tuple(match.name for match in rule.matches),
    )


def _address(option: str, value: Negatable[MaskedAddress] | None) -> list[str]:
    return [] if value is None else [*value.bang, option, str(value.value)]


def _interface(option: str, value: Negatable[Interface] | None) -> list[str]:
    return [] if value is None else [*value.bang, option, value.value.name]
