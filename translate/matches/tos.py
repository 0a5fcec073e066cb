"""``-m tos``: the type of service byte (IPv6: the traffic class).

iptables-translate has no form for it. nft knows the byte as two fields, and lists a test of the
whole byte as two tests, one for each; that cannot be read back where it is turned round. A set of
equal members stays one test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import (
    MatchView,
    bitwise_and,
    match,
    number_from_json,
    payload,
    raw_payload,
    set_members,
    set_of,
)
from translate.rule import Match, Rule
from translate.types import IPVersion, Statement
from translate.values.dscp import dscp_from_json
from translate.values.ecn import ecn_from_json
from translate.values.tos import MAX_TOS, read_tos

__all__ = ["Tos", "TosExtension"]

_DSCP_MASK: Final = 0xFC
_DSCP_SHIFT: Final = 2
_ECN_MASK: Final = 0x03
_OF_FIELDS: Final = frozenset({_DSCP_MASK, _ECN_MASK, MAX_TOS})
# IPv6's byte lies across two, behind the four bits of the version.
_SHIFT: Final = {IPVersion.V4: 0, IPVersion.V6: 4}
_BYTES: Final = {IPVersion.V4: raw_payload("nh", 8, 8), IPVersion.V6: raw_payload("nh", 0, 16)}
_BYTE: Final = {IPVersion.V4: raw_payload("nh", 8, 8), IPVersion.V6: raw_payload("nh", 4, 8)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tos(Match):
    """``--tos VALUE/MASK``.

    Args:
        tos: the value; with bits outside of the mask it is never found.
        mask: the bits to look at.
        negated: whether the test is turned round.
    """

    name: ClassVar[str] = "tos"
    tos: int
    mask: int = MAX_TOS
    negated: bool = False

    def __post_init__(self) -> None:
        for name in ("tos", "mask"):
            if not 0 <= getattr(self, name) <= MAX_TOS:
                raise InvalidRule(f"tos: {name} must be 0 to {MAX_TOS:#x}")


class TosExtension(MatchExtension[Tos]):
    """Translates ``-m tos``."""

    name = "tos"
    value = Tos
    options = (Option(name="tos", negatable=True),)

    def parse(self, given: GivenOptions, context: ParseContext) -> Tos:
        del context
        option = given.require("tos", "--tos must be given")
        tos, mask = read_tos(option)
        return Tos(tos=tos, mask=mask, negated=option.negated)

    def format(self, value: Tos, context: ParseContext) -> Sequence[str]:
        del context
        bang = ["!"] if value.negated else []
        return [*bang, "--tos", f"{value.tos:#04x}/{value.mask:#04x}"]

    def to_nft(self, value: Tos, rule: Rule) -> list[Statement]:
        in_sets = value.mask in _OF_FIELDS or _is_misread(value.mask)
        if in_sets and value.tos & ~value.mask:
            raise Untranslatable(
                f"-m tos --tos {value.tos:#04x}/{value.mask:#04x}",
                "with bits outside of the mask it never matches, and nft cannot list it",
            )
        shift = _SHIFT[rule.version]
        left: Any = _BYTES[rule.version]
        mask = MAX_TOS if _is_misread(value.mask) else value.mask
        if mask != MAX_TOS or shift:
            left = bitwise_and(left, mask << shift)
        right: Any = value.tos << shift
        if _is_misread(value.mask):
            right = set_of([number << shift for number in _found(value)])
        elif in_sets:
            right = set_of([right] * 2)
        return [match(left, right, negated=value.negated)]

    def from_nft(self, cursor: Cursor) -> Tos | None:
        view = cursor.match()
        if view is None or not view.is_equality:
            return None
        value = _set_of_one(view, cursor.version) or _masked(view, cursor.version)
        if value is not None:
            cursor.take()
        return value


def _is_misread(mask: int) -> bool:
    """Whether libnftables 1.0.6 lists a test under this mask as one of the ECN field alone."""
    return mask & 0x07 == _ECN_MASK and mask != _ECN_MASK


def _found(value: Tos) -> list[int]:
    """Every byte that the test holds for."""
    return [byte for byte in range(MAX_TOS + 1) if byte & value.mask == value.tos]


def _set_of_one(view: MatchView, version: IPVersion) -> Tos | None:
    """A test of one of nft's two fields, or of both."""
    members = set_members(view.right)
    if members and view.left in (_BYTE[version], _whole(version)):
        shift = 0 if view.left == _BYTE[version] else _SHIFT[version]
        return _of_bytes(members, shift, negated=view.negated)
    if not members or any(member != members[0] for member in members):
        return None
    number: int | None = None
    mask, shift = MAX_TOS, 0
    if view.left == payload(version.family, "dscp"):
        number, mask, shift = dscp_from_json(members[0]), _DSCP_MASK, _DSCP_SHIFT
    elif view.left == payload(version.family, "ecn"):
        number, mask = ecn_from_json(members[0]), _ECN_MASK
    else:
        # As it was before libnftables has listed it.
        read = _masked(MatchView(view.op, view.left, members[0]), version)
        return read if read is not None and read.mask in _OF_FIELDS else None
    return None if number is None else Tos(tos=number << shift, mask=mask, negated=view.negated)


def _whole(version: IPVersion) -> Any:
    """The whole byte, as it was before libnftables has listed it."""
    shift = _SHIFT[version]
    return bitwise_and(_BYTES[version], MAX_TOS << shift) if shift else _BYTES[version]


def _of_bytes(members: Sequence[Any], shift: int, *, negated: bool) -> Tos | None:
    """The value and mask that all these bytes and no others fit."""
    found = {number_from_json(member, maximum=MAX_TOS << shift) for member in members}
    numbers = [number >> shift for number in found if number is not None]
    if None in found or any(number << shift not in found for number in numbers):
        return None
    varying = 0
    for number in numbers:
        varying |= number ^ numbers[0]
    if len(numbers) != 1 << varying.bit_count():
        return None
    mask = MAX_TOS & ~varying
    return Tos(tos=numbers[0] & mask, mask=mask, negated=negated)


def _masked(view: MatchView, version: IPVersion) -> Tos | None:
    left, mask = view.left, MAX_TOS << _SHIFT[version]
    if isinstance(left, dict) and isinstance(left.get("&"), list) and len(left["&"]) == 2:
        left, mask = left["&"]
    elif version is IPVersion.V6:
        return None
    number, bits = number_from_json(view.right), number_from_json(mask)
    if left != _BYTES[version] or number is None or bits is None:
        return None
    shift = _SHIFT[version]
    if number & ~(MAX_TOS << shift) or bits & ~(MAX_TOS << shift):
        return None
    return Tos(tos=number >> shift, mask=bits >> shift, negated=view.negated)
