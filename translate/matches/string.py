"""``-m string``: a pattern somewhere in the packet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import (
    CString,
    Given,
    GivenOptions,
    MatchExtension,
    Option,
    ParseContext,
)
from translate.rule import Match
from translate.values.uints import read_uint

__all__ = ["String", "StringExtension"]

_ALGORITHMS: Final = ("bm", "kmp")
_PATTERN_BYTES: Final = 128
_LAST_OFFSET: Final = 0xFFFF
_PRINTABLE: Final = range(0x20, 0x7F)
_HEX_BLOCK: Final = re.compile(r"(?: ?[0-9a-fA-F]{2})+ ?")


@dataclass(frozen=True, slots=True, kw_only=True)
class String(Match):
    """The options of ``-m string``.

    Args:
        pattern: ``--string`` or ``--hex-string``, the bytes to find.
        algorithm: ``--algo``, bm (Boyer-Moore) or kmp (Knuth-Morris-Pratt).
        first: ``--from``, the offset in bytes at which the search begins.
        last: ``--to``, the offset at which it ends.
        ignore_case: ``--icase``.
        negated: whether ``!`` stands before the pattern.
    """

    name: ClassVar[str] = "string"
    pattern: bytes
    algorithm: str
    first: int = 0
    last: int = _LAST_OFFSET
    ignore_case: bool = False
    negated: bool = False

    def __post_init__(self) -> None:
        if not 1 <= len(self.pattern) <= _PATTERN_BYTES:
            raise InvalidRule(f"a pattern has 1 to {_PATTERN_BYTES} bytes, not {len(self.pattern)}")
        if self.algorithm not in _ALGORITHMS:
            raise InvalidRule(f"--algo must be bm or kmp, not {self.algorithm!r}")
        if not 0 <= self.first <= self.last <= _LAST_OFFSET:
            raise InvalidRule(
                f"--from {self.first} --to {self.last} must be 0 to {_LAST_OFFSET} and not run "
                "backwards"
            )


class StringExtension(MatchExtension[String]):
    """Parses and formats ``-m string``."""

    name = "string"
    value = String
    options = (
        Option(name="from"),
        Option(name="to"),
        Option(name="algo"),
        Option(name="string", negatable=True, excludes=frozenset({"hex-string"})),
        Option(name="hex-string", negatable=True, excludes=frozenset({"string"})),
        Option(name="icase", words=0),
    )
    no_native_form = "nft compares bytes at fixed offsets and does not search"

    def parse(self, given: GivenOptions, context: ParseContext) -> String:
        del context
        text, hexadecimal = given.get("string"), given.get("hex-string")
        pattern = text or hexadecimal
        if pattern is None:
            raise given.error("--string or --hex-string must be given")
        first, last = given.get("from"), given.get("to")
        return String(
            pattern=_bytes(pattern.value) if hexadecimal is None else _read_hex(hexadecimal),
            algorithm=given.require("algo", "--algo must be given: bm or kmp").value,
            first=0 if first is None else read_uint(first, maximum=_LAST_OFFSET),
            last=_LAST_OFFSET if last is None else read_uint(last, maximum=_LAST_OFFSET),
            ignore_case="icase" in given,
            negated=pattern.negated,
        )

    def format(self, value: String, context: ParseContext) -> Sequence[str]:
        del context
        words = ["!"] if value.negated else []
        # iptables doesn't print a backslash at the end as text.
        if value.pattern.endswith(b"\\") or any(b not in _PRINTABLE for b in value.pattern):
            words += ["--hex-string", CString(f"|{value.pattern.hex()}|")]
        else:
            words += ["--string", CString(value.pattern.decode("ascii"))]
        words += ["--algo", value.algorithm]
        if value.first != 0:
            words += ["--from", str(value.first)]
        if value.last != _LAST_OFFSET:
            words += ["--to", str(value.last)]
        if value.ignore_case:
            words.append("--icase")
        return words


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def _read_hex(given: Given) -> bytes:
    r"""Text with bytes in hexadecimal between ``|``; outside, ``\`` takes what follows as it is.

    iptables doesn't look at the character behind a closing ``|``: it is always text.
    """
    text = given.value
    pattern = b""
    at = 0
    while at < len(text):
        if text[at] == "|":
            end = text.find("|", at + 1)
            if end < 0 and at + 1 == len(text):
                break  # iptables passes over a lone one at the end
            block = text[at + 1 : end if end >= 0 else len(text)]
            pattern += _read_block(block, given, closed=end >= 0)
            pattern += _bytes(text[end + 1 : end + 2])
            at = end + 2
        elif text[at] == "\\":
            if at + 1 == len(text):
                raise given.error(f"nothing follows the backslash at the end of {text!r}")
            pattern += _bytes(text[at + 1])
            at += 2
        else:
            pattern += _bytes(text[at])
            at += 1
    return pattern


def _read_block(block: str, given: Given, *, closed: bool) -> bytes:
    if not closed or not _HEX_BLOCK.fullmatch(block):
        raise given.error(f"{block!r} after '|' must be pairs of hexadecimal digits up to a '|'")
    return bytes.fromhex(block)
