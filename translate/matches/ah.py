"""``-m ah``: fields of an authentication header (RFC 4302)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.headers import HeaderLength
from translate.nft.intervals import interval_from_nft, interval_to_nft
from translate.nft.statements import match, meta, payload
from translate.protocols import AH, protocol_name
from translate.rule import Match, Rule
from translate.types import IPVersion, Negatable, Statement
from translate.values.intervals import Interval, read_partial
from translate.values.options import read_negatable
from translate.values.uints import read_uint

__all__ = ["Ah", "AhExtension"]

_ANY_LENGTH: Final = Negatable(0)
_ONLY_IPV6: Final = frozenset({IPVersion.V6})
_SPI: Final = payload("ah", "spi")
_RESERVED: Final = payload("ah", "reserved")
_PROTOCOL: Final = match(meta("l4proto"), "ah")
_LENGTH: Final = HeaderLength(payload("ah", "hdrlength"), unit=4, least=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ah(Match):
    """``--ahspi``, and for IPv6 ``--ahlen`` and ``--ahres``.

    Args:
        spi: the security parameters index; None is any.
        length: the header's length in octets; None is any.
        reserved_zero: the reserved field must be zero.
    """

    name: ClassVar[str] = "ah"
    spi: Negatable[Interval] | None = None
    length: Negatable[int] | None = None
    reserved_zero: bool = False

    def __post_init__(self) -> None:
        if self.length == _ANY_LENGTH:
            raise InvalidRule("ah: length 0 is any length: None")
        if self.length is not None and not 0 <= self.length.value <= 0xFFFFFFFF:
            raise InvalidRule(f"ah: length must be 0 to 4294967295, not {self.length.value}")


class AhExtension(MatchExtension[Ah]):
    """Translates ``-m ah``.

    IPv6 finds the header behind others, and has no use for ``-p``: ip6tables looks behind it for
    the protocol, nft takes it for the protocol. iptables-translate compares ``--ahlen`` with a
    count of four octets, and turns ``--ahres`` round.
    """

    name = "ah"
    value = Ah
    protocols = (AH,)
    may_be_a_protocol = True
    options = (
        Option(name="ahspi", negatable=True),
        Option(name="ahlen", negatable=True, versions=_ONLY_IPV6),
        Option(name="ahres", words=0, versions=_ONLY_IPV6),
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Ah:
        if context.version is IPVersion.V4:
            if not context.has_protocol(AH):
                raise given.error("needs -p ah before it")
            for option in given:
                if IPVersion.V4 not in option.option.versions:
                    raise option.error("belongs to ip6tables")
        length = read_negatable(given.get("ahlen"), read_uint)
        return Ah(
            spi=read_partial(given.get("ahspi")),
            length=None if length == _ANY_LENGTH else length,
            reserved_zero="ahres" in given,
        )

    def format(self, value: Ah, context: ParseContext) -> Sequence[str]:
        del context
        words: list[str] = []
        if value.spi is not None:
            words += [*value.spi.bang, "--ahspi", value.spi.value.text(":")]
        if value.length is not None:
            words += [*value.length.bang, "--ahlen", str(value.length.value)]
        if value.reserved_zero:
            words.append("--ahres")
        return words

    def to_nft(self, value: Ah, rule: Rule) -> list[Statement]:
        statements: list[Statement] = []
        if value.spi is not None:
            statements.append(interval_to_nft(_SPI, value.spi))
        if value.length is not None and value.length.value == 0:
            raise Untranslatable("-m ah ! --ahlen 0", "the kernel takes 0 for any length: it holds")
        if value.length is not None:
            statements.append(_LENGTH.to_nft(value.length, "-m ah --ahlen"))
        if value.reserved_zero:
            statements.append(match(_RESERVED, 0))
        said_before = rule.has_side_effects_before("ah")
        if not statements and not (said_before and rule.protocol is not None):
            statements.append(_PROTOCOL)
        if rule.version is IPVersion.V6 and rule.protocol is not None:
            if rule.protocol != Negatable(AH):
                raise Untranslatable(
                    f"-m ah with -p {protocol_name(rule.protocol.value)}",
                    "nft takes the authentication header itself for the packet's protocol",
                )
            if not said_before:
                statements.append(_PROTOCOL)
        return statements

    def needs_hint(self, value: Ah) -> bool:
        return value == Ah()

    def from_hint(self, cursor: Cursor) -> Ah | None:
        value = self.from_nft(cursor)
        if value is None and cursor.peek() == _PROTOCOL:
            cursor.take()
            value = Ah()
            if cursor.version is IPVersion.V4:
                cursor.imply(AH)
        return value

    def from_nft(self, cursor: Cursor) -> Ah | None:
        is_v4 = cursor.version is IPVersion.V4
        if not (cursor.may_imply(AH) if is_v4 else cursor.fits(AH)):
            return None
        spi = interval_from_nft(cursor, _SPI)
        length = _LENGTH.from_nft(cursor)
        view = cursor.match_on(_RESERVED)
        reserved_zero = view is not None and view.op == "==" and type(view.right) is int
        if reserved_zero and view is not None and view.right == 0:
            cursor.take()
        else:
            reserved_zero = False
        value = Ah(spi=spi, length=length, reserved_zero=reserved_zero)
        if value == Ah():
            return None
        if is_v4:
            cursor.imply(AH)
        return value
