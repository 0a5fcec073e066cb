"""Numbers as iptables reads them: strtoul(3) with base 0, and a range to fall in."""

from __future__ import annotations

import re

__all__ = ["parse_uint"]

# White space as C's isspace(3) has it: strtoul skips it before a number.
_UINT = re.compile(
    r"[ \t-\r]*\+?(?:0[xX](?P<hex>[0-9a-fA-F]+)|0(?P<octal>[0-7]*)|(?P<decimal>[1-9][0-9]*))"
)


def parse_uint(text: str, *, maximum: int = 0xFFFFFFFF, minimum: int = 0) -> int | None:
    """The number that ``text`` says in decimal, hexadecimal (0x) or octal (0).

    Returns:
        The number, or None where the text is no number or falls outside of the range.
    """
    if text.isdecimal() and text.isascii() and text[0] != "0":
        number = int(text)
        return number if minimum <= number <= maximum else None
    found = _UINT.fullmatch(text)
    if found is None:
        return None
    if found["hex"] is not None:
        number = int(found["hex"], 16)
    elif found["octal"] is not None:
        number = int(found["octal"] or "0", 8)
    else:
        number = int(found["decimal"])
    return number if minimum <= number <= maximum else None
