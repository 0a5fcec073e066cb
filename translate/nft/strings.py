"""Strings compared whole: a name of a conntrack helper, of an operating system."""

from __future__ import annotations

from typing import Any, Final

from translate.exceptions import Untranslatable

__all__ = ["JSON_WORDS", "string_from_json", "string_json"]

JSON_WORDS: Final = frozenset(
    {
        "ah",
        "comp",
        "dccp",
        "esp",
        "icmp",
        "icmpv6",
        "redirect",
        "sctp",
        "tcp",
        "udp",
        "udplite",
    }
)
"""What libnftables 1.0.6 reads in JSON as a protocol or an ICMP type, whatever it stands beside."""


def string_json(what: str, text: str, *, maximum: int) -> str:
    """The string as libnftables reads it: an ``@`` before it names a set, a ``*`` is a wildcard.

    Args:
        what: the match, for the error.
        text: the string.
        maximum: how many bytes the kernel compares.

    Raises:
        Untranslatable: it is empty, too long, or libnftables would take it for something else.
    """
    try:
        length = len(text.encode())
    except UnicodeEncodeError:
        raise Untranslatable(f"{what} {text!r}", "nft's JSON takes UTF-8 only") from None
    if not 0 < length <= maximum:
        raise Untranslatable(f"{what} {text!r}", f"nft compares 1 to {maximum} bytes")
    if text in JSON_WORDS:
        raise Untranslatable(f"{what} {text!r}", "libnftables takes it for a protocol in JSON")
    if _has_meaning(text):
        raise Untranslatable(f"{what} {text!r}", "nft takes '@', '*' and '\\' for syntax there")
    return text


def string_from_json(value: Any, *, maximum: int) -> str | None:
    """The string that such a test compares with, or None for anything else."""
    if not isinstance(value, str) or _has_meaning(value):
        return None
    return value if 0 < len(value.encode(errors="surrogatepass")) <= maximum else None


def _has_meaning(text: str) -> bool:
    return text.startswith("@") or text.endswith("*") or "\\" in text or not text.isprintable()
