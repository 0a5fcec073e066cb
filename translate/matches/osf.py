"""``-m osf``: the operating system that a TCP connection's first packet looks like (IPv4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import match
from translate.nft.strings import string_from_json, string_json
from translate.protocols import TCP
from translate.rule import Match, Rule
from translate.types import IPVersion, Negatable, Statement
from translate.values.hooks import require_chain
from translate.values.uints import read_uint

__all__ = ["Osf", "OsfExtension"]

_INCOMING: Final = frozenset({"PREROUTING", "INPUT", "FORWARD"})
_GENRE_BYTES: Final = 31
_NFT_GENRE_BYTES: Final = 15
_TTL: Final = (None, "loose", "skip")
"""nft's words for iptables' numbers; strict is what it does without a word."""
_UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Osf(Match):
    """The options of ``-m osf``.

    Args:
        genre: ``--genre``, a name of the fingerprints' file.
        ttl: ``--ttl``: 0 compares it, 1 takes a lower one too, 2 doesn't look.
        ttl_written: whether ``--ttl 0``, the default, is printed; no part of equality.
        log: ``--log``: 0 logs every signature that fits, 1 the first, 2 all known ones.
    """

    name: ClassVar[str] = "osf"
    genre: Negatable[str]
    ttl: int = 0
    ttl_written: bool = field(default=False, compare=False)
    log: int | None = None

    def __post_init__(self) -> None:
        genre = self.genre.value
        length = len(genre.encode(errors="surrogateescape"))
        if not 1 <= length <= _GENRE_BYTES or any(c.isspace() or c == "\0" for c in genre):
            raise InvalidRule(
                f"osf: a genre has 1 to {_GENRE_BYTES} bytes and no white space: {genre!r}"
            )
        if self.ttl not in {0, 1, 2}:
            raise InvalidRule(f"osf: ttl must be 0 to 2, not {self.ttl}")
        if self.log not in {None, 0, 1, 2}:
            raise InvalidRule(f"osf: log must be 0 to 2, not {self.log}")


class OsfExtension(MatchExtension[Osf]):
    """Translates ``-m osf``."""

    name = "osf"
    value = Osf
    versions = frozenset({IPVersion.V4})
    options = (Option(name="genre", negatable=True), Option(name="ttl"), Option(name="log"))
    caveats = ("where several signatures fit, iptables looks for the genre among all, nft at one",)

    def parse(self, given: GivenOptions, context: ParseContext) -> Osf:
        genre = given.require("genre", "--genre must be given")
        if not context.has_protocol(TCP):
            raise given.error("needs -p tcp")
        require_chain(given, context, _INCOMING)
        ttl, log = given.get("ttl"), given.get("log")
        return Osf(
            genre=Negatable(genre.value, genre.negated),
            ttl=0 if ttl is None else read_uint(ttl, maximum=2),
            ttl_written=ttl is not None,
            log=None if log is None else read_uint(log, maximum=2),
        )

    def format(self, value: Osf, context: ParseContext) -> Sequence[str]:
        del context
        words = [*value.genre.bang, "--genre", value.genre.value]
        if value.ttl or value.ttl_written:
            words += ["--ttl", str(value.ttl)]
        if value.log is not None:
            words += ["--log", str(value.log)]
        return words

    def to_nft(self, value: Osf, rule: Rule) -> list[Statement]:
        del rule
        if value.log is not None:
            raise Untranslatable("-m osf --log", "nft's osf does not log")
        if value.genre.value == _UNKNOWN:
            raise Untranslatable(
                "-m osf --genre unknown", "nft takes it for every system that no signature fits"
            )
        right = string_json("-m osf --genre", value.genre.value, maximum=_NFT_GENRE_BYTES)
        ttl = _TTL[value.ttl]
        return [match(_left(ttl), right, negated=value.genre.negated)]

    def from_nft(self, cursor: Cursor) -> Osf | None:
        view = cursor.match_on(*(_left(ttl) for ttl in _TTL))
        if view is None or not view.is_equality or not cursor.has_protocol(TCP):
            return None
        genre = string_from_json(view.right, maximum=_NFT_GENRE_BYTES)
        if genre is None or genre == _UNKNOWN or any(c.isspace() for c in genre):
            return None
        cursor.take()
        ttl = view.left["osf"].get("ttl")
        return Osf(genre=Negatable(genre, view.negated), ttl=_TTL.index(ttl))


def _left(ttl: str | None) -> dict[str, Any]:
    return {"osf": {"key": "name"} if ttl is None else {"key": "name", "ttl": ttl}}
