"""``-j HMARK``: set the mark to a hash of what tells flows apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, Option, ParseContext, TargetExtension
from translate.rule import Target
from translate.types import IPVersion
from translate.values.hosts import read_prefix_length
from translate.values.uints import read_uint

__all__ = ["Hmark", "HmarkExtension"]

_MAXIMA: Final = MappingProxyType(
    {
        "sport_mask": 0xFFFF,
        "dport_mask": 0xFFFF,
        "spi_mask": 0xFFFFFFFF,
        "sport": 0xFFFF,
        "dport": 0xFFFF,
        "spi": 0xFFFFFFFF,
        "proto_mask": 0xFFFF,
        "rnd": 0xFFFFFFFF,
        "mod": 0xFFFFFFFF,
        "offset": 0xFFFFFFFF,
    }
)
_DIGITS: Final = MappingProxyType(
    {"sport_mask": 4, "dport_mask": 4, "spi_mask": 8, "sport": 4, "dport": 4, "spi": 8}
)
_PREFIXES: Final = ("src_prefix", "dst_prefix")
_HASHED: Final = (*_PREFIXES, *(name for name in _MAXIMA if name not in {"rnd", "mod", "offset"}))
_TUPLE: Final = MappingProxyType(
    {
        "src": "src_prefix",
        "dst": "dst_prefix",
        "sport": "sport_mask",
        "dport": "dport_mask",
        "spi": "spi_mask",
        "proto": "proto_mask",
        "ct": "conntrack",
    }
)


def _key(field: str) -> str:
    return f"hmark-{field.replace('_', '-')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hmark(Target):
    """What goes into the hash, and what is made of it; None leaves a part out.

    Args:
        mod: ``--hmark-mod``, how many marks there are.
        rnd: ``--hmark-rnd``, the hash's seed.
        offset: ``--hmark-offset``, the first mark.
        src_prefix: bits of the source address that count.
        dst_prefix: bits of the destination address that count.
        sport_mask: bits of the source port that count.
        dport_mask: bits of the destination port that count.
        spi_mask: bits of the security parameter index that count.
        proto_mask: bits of the protocol that count.
        sport: bits to set in the source port.
        dport: bits to set in the destination port.
        spi: bits to set in the security parameter index.
        conntrack: take addresses and ports from connection tracking.
    """

    name: ClassVar[str] = "HMARK"
    mod: int
    rnd: int
    offset: int | None = None
    src_prefix: int | None = None
    dst_prefix: int | None = None
    sport_mask: int | None = None
    dport_mask: int | None = None
    spi_mask: int | None = None
    proto_mask: int | None = None
    sport: int | None = None
    dport: int | None = None
    spi: int | None = None
    conntrack: bool = False

    def __post_init__(self) -> None:
        for name, maximum in (*_MAXIMA.items(), *((prefix, 128) for prefix in _PREFIXES)):
            if not 0 <= (getattr(self, name) or 0) <= maximum:
                raise InvalidRule(f"hmark: {name} must be 0 to {maximum}")
        if self.mod == 0:
            raise InvalidRule("hmark: mod must be above 0")
        if not self.conntrack and all(getattr(self, name) is None for name in _HASHED):
            raise InvalidRule("hmark: nothing to hash: --hmark-tuple or the like must be given")
        for spi, ports in (
            (self.spi_mask, (self.sport_mask, self.dport_mask)),
            (self.spi, (self.sport, self.dport)),
        ):
            if spi is not None and ports != (None, None):
                raise InvalidRule("hmark: ports and a security parameter index exclude each other")


class HmarkExtension(TargetExtension[Hmark]):
    """Translates ``-j HMARK``."""

    name = "HMARK"
    value = Hmark
    options = (
        Option(name="hmark-tuple"),
        *(Option(name=_key(field)) for field in (*_PREFIXES, *_MAXIMA)),
    )
    no_native_form = "nft's jhash gives the same packet another number"

    def parse(self, given: GivenOptions, context: ParseContext) -> Hmark:
        fields: dict[str, Any] = {}
        for option in given:
            if option.option.key == "hmark-tuple":
                fields |= _parse_tuple(option, context.version)
                continue
            field = option.option.key.removeprefix("hmark-").replace("-", "_")
            if field in fields:
                raise option.error("--hmark-tuple says this already")
            if field in _PREFIXES:
                fields[field] = read_prefix_length(option, context.version)
            else:
                fields[field] = read_uint(
                    option, maximum=_MAXIMA[field], minimum=1 if field == "mod" else 0
                )
        for field in ("mod", "rnd"):
            if field not in fields:
                raise given.error(f"--{_key(field)} must be given")
        return Hmark(**fields)

    def format(self, value: Hmark, context: ParseContext) -> Sequence[str]:
        del context
        words: list[str] = []
        for field in (*_PREFIXES, *_MAXIMA):
            number = getattr(value, field)
            if number is not None:
                words += [f"--{_key(field)}", _format_number(field, number)]
        return [*words, "--hmark-tuple", "ct"] if value.conntrack else words


def _format_number(field: str, number: int) -> str:
    if field in _DIGITS:
        return f"0x{number:0{_DIGITS[field]}x}"
    if field == "proto_mask":
        return f"{number:#04x}"
    return f"{number:#010x}" if field == "rnd" else str(number)


def _parse_tuple(given: Given, version: IPVersion) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for word in given.value.split(","):
        field = _TUPLE.get(word.lower())
        if field is None:
            raise given.error(f"unknown part {word!r}: a list of {', '.join(_TUPLE)}")
        if field in _PREFIXES:
            fields[field] = version.bits
        else:
            fields[field] = True if field == "conntrack" else _MAXIMA[field]
    return fields
