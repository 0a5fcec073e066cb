"""The prefix that LOG and NFLOG put before their messages."""

from __future__ import annotations

from translate.exceptions import InvalidRule
from translate.extension import Given
from translate.values.texts import cut_to_bytes, size_in_bytes

__all__ = ["check_log_prefix", "read_log_prefix"]


def read_log_prefix(given: Given, *, size: int) -> str:
    """The prefix, cut to ``size`` bytes as iptables does.

    Raises:
        ParseError: it is empty or holds a line break.
    """
    if not given.value:
        raise given.error("the prefix is empty: at least one character is needed")
    if "\n" in given.value:
        raise given.error("a prefix may not hold a line break")
    return cut_to_bytes(given.value, size)


def check_log_prefix(prefix: str | None, *, size: int) -> None:
    """See that the kernel can hold a prefix.

    Raises:
        InvalidRule: it is empty, longer than ``size`` bytes, or holds a line break.
    """
    if prefix is None:
        return
    if not prefix or "\n" in prefix or "\0" in prefix:
        raise InvalidRule(f"a log prefix is not empty and holds no line break or NUL: {prefix!r}")
    if size_in_bytes(prefix) > size:
        raise InvalidRule(f"log prefix is longer than {size} bytes: {prefix!r}")
