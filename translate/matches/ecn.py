"""``-m ecn``: explicit congestion notification, in the IP and the TCP header (RFC 3168)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import match, payload
from translate.protocols import TCP
from translate.rule import Match, Rule
from translate.types import Negatable, Statement
from translate.values.ecn import ecn_from_json
from translate.values.options import read_negatable
from translate.values.uints import read_uint

__all__ = ["Ecn", "EcnExtension"]

_MAX_ECT: Final = 3
_FLAGS: Final = payload("tcp", "flags")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ecn(Match):
    """``--ecn-tcp-ece``, ``--ecn-tcp-cwr`` and ``--ecn-ip-ect NUMBER``.

    Args:
        ece: whether the TCP flag ECE must be set; None is not asked.
        cwr: the same of CWR.
        ect: the bits of the IP header.
    """

    name: ClassVar[str] = "ecn"
    ece: bool | None = None
    cwr: bool | None = None
    ect: Negatable[int] | None = None

    def __post_init__(self) -> None:
        if self.ece is None and self.cwr is None and self.ect is None:
            raise InvalidRule("ecn: --ecn-tcp-ece, --ecn-tcp-cwr or --ecn-ip-ect must be given")
        if self.ect is not None and not 0 <= self.ect.value <= _MAX_ECT:
            raise InvalidRule(f"ecn: ect must be 0 to {_MAX_ECT}, not {self.ect.value}")


class EcnExtension(MatchExtension[Ecn]):
    """Translates ``-m ecn``.

    Where one option is turned round, iptables-translate turns round all that follow, and looks for
    exact flags (``tcp flags != cwr``); and it writes ``ip ecn`` for IPv6, too.
    """

    name = "ecn"
    value = Ecn
    options = (
        Option(name="ecn-tcp-cwr", words=0, negatable=True),
        Option(name="ecn-tcp-ece", words=0, negatable=True),
        Option(name="ecn-ip-ect", negatable=True),
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Ecn:
        ece, cwr = given.get("ecn-tcp-ece"), given.get("ecn-tcp-cwr")
        for flag in (ece, cwr):
            if flag is not None and not context.has_protocol(TCP):
                raise flag.error("needs -p tcp")
        return Ecn(
            ece=None if ece is None else not ece.negated,
            cwr=None if cwr is None else not cwr.negated,
            ect=read_negatable(given.get("ecn-ip-ect"), _read_ect),
        )

    def format(self, value: Ecn, context: ParseContext) -> Sequence[str]:
        del context
        words: list[str] = []
        for option, flag in (("--ecn-tcp-ece", value.ece), ("--ecn-tcp-cwr", value.cwr)):
            if flag is not None:
                words += [option] if flag else ["!", option]
        if value.ect is not None:
            words += [*value.ect.bang, "--ecn-ip-ect", str(value.ect.value)]
        return words

    def to_nft(self, value: Ecn, rule: Rule) -> list[Statement]:
        statements = [
            match(_FLAGS, name, op="in" if flag else "!")
            for name, flag in (("ecn", value.ece), ("cwr", value.cwr))
            if flag is not None
        ]
        if value.ect is not None:
            left = payload(rule.version.family, "ecn")
            statements.append(match(left, value.ect.value, negated=value.ect.negated))
        return statements

    def from_nft(self, cursor: Cursor) -> Ecn | None:
        ece = _flag_from_nft(cursor, "ecn")
        cwr = _flag_from_nft(cursor, "cwr")
        ect = _ect_from_nft(cursor)
        if ece is None and cwr is None and ect is None:
            return None
        return Ecn(ece=ece, cwr=cwr, ect=ect)


def _read_ect(given: Given) -> int:
    return read_uint(given, maximum=_MAX_ECT)


def _flag_from_nft(cursor: Cursor, name: str) -> bool | None:
    view = cursor.match_on(_FLAGS)
    if view is None or view.op not in {"in", "!"} or view.right not in (name, [name]):
        return None
    if not cursor.may_imply(TCP):
        return None
    cursor.imply(TCP)
    cursor.take()
    return not view.negated


def _ect_from_nft(cursor: Cursor) -> Negatable[int] | None:
    view = cursor.match_on(payload(cursor.version.family, "ecn"))
    if view is None or not view.is_equality:
        return None
    ect = ecn_from_json(view.right)
    if ect is None:
        return None
    cursor.take()
    return Negatable(ect, view.negated)
