"""``-m dccp``: ports, packet types (RFC 4340, section 5.1) and options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import Given, GivenOptions, Option
from translate.matches._ports import PORT_OPTIONS, PortsExtension, PortsMatch
from translate.nft.cursor import Cursor
from translate.nft.statements import match, payload, set_members, set_of, value_range
from translate.numbers import parse_uint
from translate.protocols import DCCP
from translate.types import Negatable, Statement

__all__ = ["Dccp", "DccpExtension"]

_INVALID: Final = "INVALID"
_FIRST_INVALID: Final = 10
_LAST_INVALID: Final = 15
_TYPES: Final = (
    "REQUEST",
    "RESPONSE",
    "DATA",
    "ACK",
    "DATAACK",
    "CLOSEREQ",
    "CLOSE",
    "RESET",
    "SYNC",
    "SYNCACK",
    _INVALID,
)
_BY_NFT: Final = MappingProxyType(
    {name.lower(): number for number, name in enumerate(_TYPES) if name != _INVALID}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dccp(PortsMatch):
    """``--sport``, ``--dport``, ``--dccp-types`` and ``--dccp-option``.

    Args:
        types: names of packet types, in the order of their numbers; INVALID is 10 to 15.
        option: the number of an option that must be there.
    """

    name: ClassVar[str] = "dccp"
    types: Negatable[tuple[str, ...]] | None = None
    option: Negatable[int] | None = None

    def __post_init__(self) -> None:
        if self.types is not None and (
            not self.types.value
            or [*self.types.value] != [name for name in _TYPES if name in self.types.value]
        ):
            raise InvalidRule(
                f"dccp: {self.types.value} must be known types, each once, in the order of "
                f"{', '.join(_TYPES)}"
            )
        if self.option is not None and not 1 <= self.option.value <= 255:
            raise InvalidRule(f"dccp option must be 1 to 255, not {self.option.value}")


class DccpExtension(PortsExtension[Dccp]):
    """Translates ``-m dccp``."""

    name = "dccp"
    value = Dccp
    protocols = (DCCP,)
    keeps_all_ports = True
    caveats = (
        "--dccp-types INVALID: type 10 in iptables, all six reserved ones (10 to 15) in nft, as "
        "with iptables-translate",
    )
    options = (
        *PORT_OPTIONS,
        Option(name="dccp-types", negatable=True),
        Option(name="dccp-option", negatable=True),
    )

    def parse_more(self, given: GivenOptions) -> Mapping[str, Any]:
        return {
            "types": _parse_types(given.get("dccp-types")),
            "option": _parse_option(given.get("dccp-option")),
        }

    def format_more(self, value: Dccp) -> Sequence[str]:
        words: list[str] = []
        if value.types is not None:
            words += [*value.types.bang, "--dccp-types", ",".join(value.types.value)]
        if value.option is not None:
            words += [*value.option.bang, "--dccp-option", str(value.option.value)]
        return words

    def more_to_nft(self, value: Dccp, *, guarded: bool) -> list[Statement]:
        del guarded
        if value.option is not None:
            raise Untranslatable("-m dccp --dccp-option", "nft 1.0.6 cannot look for DCCP options")
        if value.types is None:
            return []
        members = [_type_json(name) for name in value.types.value]
        right = members[0] if len(members) == 1 else set_of(members)
        return [match(payload("dccp", "type"), right, negated=value.types.negated)]

    def more_from_nft(self, cursor: Cursor) -> Mapping[str, Any]:
        view = cursor.match_on(payload("dccp", "type"))
        if view is None or not view.is_equality:
            return {}
        members = set_members(view.right)
        numbers: set[int] = set()
        for member in [view.right] if members is None else members:
            numbers |= _type_numbers(member)
            if not _type_numbers(member):
                return {}
        invalid = set(range(_FIRST_INVALID, _LAST_INVALID + 1))
        if not numbers or numbers & invalid not in (set(), invalid):
            return {}
        cursor.take()
        names = tuple(name for number, name in enumerate(_TYPES) if number in numbers)
        return {"types": Negatable(names, view.negated)}


def _parse_types(given: Given | None) -> Negatable[tuple[str, ...]] | None:
    if given is None:
        return None
    names = {word.upper() for word in given.value.split(",") if word}
    unknown = sorted(names - {*_TYPES})
    if unknown or not names:
        what = f"unknown DCCP type {unknown[0]!r}" if unknown else "no DCCP type is given"
        raise given.error(f"{what}: {', '.join(_TYPES)}")
    return Negatable(tuple(name for name in _TYPES if name in names), given.negated)


def _parse_option(given: Given | None) -> Negatable[int] | None:
    if given is None:
        return None
    number = parse_uint(given.value, maximum=255, minimum=1)
    if number is None:
        raise given.error(f"invalid DCCP option {given.value!r}: a number from 1 to 255")
    return Negatable(number, given.negated)


def _type_json(name: str) -> Any:
    return value_range(_FIRST_INVALID, _LAST_INVALID) if name == _INVALID else name.lower()


def _type_numbers(member: Any) -> set[int]:
    """The types that a name, a number or a range of them says; none for anything else."""
    ends = member["range"] if isinstance(member, dict) and "range" in member else [member, member]
    if not isinstance(ends, list) or len(ends) != 2:
        return set()
    numbers = [_BY_NFT.get(end) if isinstance(end, str) else end for end in ends]
    first, last = numbers
    if not isinstance(first, int) or not isinstance(last, int):
        return set()
    return set(range(first, last + 1)) if 0 <= first <= last <= _LAST_INVALID else set()
