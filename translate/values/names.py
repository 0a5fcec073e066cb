"""Comma-separated lists of names, as conntrack and addrtype take them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from translate.exceptions import InvalidRule
from translate.extension import Given

__all__ = ["check_names", "read_names"]


def read_names(given: Given, known: Sequence[str]) -> tuple[str, ...]:
    """The names in a list, each once, in the order of ``known``.

    A name may be shortened, and written in any case; where a beginning fits several names, the
    first of them is meant (strncasecmp(3) over the known names in order).

    Raises:
        ParseError: a word is the beginning of none.
    """
    found = set()
    for word in given.value.split(","):
        name = next((name for name in known if word and name.startswith(word.upper())), None)
        if name is None:
            raise given.error(f"unknown name {word!r}: {', '.join(known)}")
        found.add(name)
    return tuple(name for name in known if name in found)


def check_names(what: str, names: Sequence[str], known: Collection[str]) -> None:
    """See that a value's names are known ones, each once, in order.

    Raises:
        InvalidRule: they are not.
    """
    if list(names) != [name for name in known if name in names]:
        raise InvalidRule(
            f"{what}: {tuple(names)} must be known names, each once, in the order of "
            f"{', '.join(known)}"
        )
