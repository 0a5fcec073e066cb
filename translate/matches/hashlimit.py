"""``-m hashlimit``: a rate for each address, port or pair of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.matches._hashlimit_meter import declare_set, read_meter, write_meter, write_set
from translate.matches._hashlimit_rates import (
    MODES,
    BytesRate,
    PacketsRate,
    burst_in_units,
    in_units_text,
    rate_in_units,
    read_bytes_burst,
    read_hash_rate,
    read_size,
)
from translate.nft.cursor import Cursor
from translate.rule import Match, Rule
from translate.types import IPVersion, Statement
from translate.values.hosts import read_prefix_length
from translate.values.packet_rates import RATE_UNITS, packet_rate_text
from translate.values.texts import size_in_bytes
from translate.values.uints import read_uint

__all__ = ["Hashlimit", "HashlimitExtension"]

_NAME_BYTES: Final = 254
_MAX_ENTRIES: Final = 1 << 20
_GC_INTERVAL: Final = 1000
_WORD: Final = 0xFFFFFFFF
_MAX_RATE_INTERVAL: Final = 0x7FFFFFFF
"""Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashlimit(Match):
    """The rate, what has one of its own, and the table that keeps them.

    Args:
        table_name: ``--hashlimit-name``.
        above: ``--hashlimit-above`` rather than ``--hashlimit-upto``.
        rate: the rate and burst, rounded as iptables-save does.
        modes: ``--hashlimit-mode``, in the order of iptables-save.
        source_length: ``--hashlimit-srcmask``, the bits of the source address that count.
        destination_length: ``--hashlimit-dstmask``.
        expire: ``--hashlimit-htable-expire`` in milliseconds.
        size: ``--hashlimit-htable-size`` in buckets; 0 leaves it to the kernel.
        entries: ``--hashlimit-htable-max``; 0 leaves it to the kernel.
        gc_interval: ``--hashlimit-htable-gcinterval`` in milliseconds.
        rate_interval: with ``--hashlimit-rate-match``, ``--hashlimit-rate-interval`` in seconds.
    """

    name: ClassVar[str] = "hashlimit"
    table_name: str
    above: bool
    rate: PacketsRate | BytesRate
    modes: tuple[str, ...] = ()
    source_length: int
    destination_length: int
    expire: int
    size: int = 0
    entries: int = 0
    gc_interval: int = _GC_INTERVAL
    rate_interval: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= size_in_bytes(self.table_name) <= _NAME_BYTES:
            raise InvalidRule(f"hashlimit: a name has 1 to {_NAME_BYTES} bytes")
        if "/" in self.table_name or self.table_name in {".", ".."}:
            raise InvalidRule(f"hashlimit: {self.table_name!r} cannot be a file's name in /proc")
        if self.modes != tuple(mode for mode in MODES if mode in self.modes):
            raise InvalidRule(f"hashlimit: {self.modes}: of {', '.join(MODES)}, in that order")
        for what in ("expire", "gc_interval"):
            if not 1 <= getattr(self, what) <= _WORD:
                raise InvalidRule(f"hashlimit: {what} must be 1 to {_WORD} milliseconds")
        for what in ("size", "entries"):
            if not 0 <= getattr(self, what) <= _MAX_ENTRIES:
                raise InvalidRule(f"hashlimit: {what} must be 0 to {_MAX_ENTRIES}")
        interval = self.rate_interval
        if interval is not None and not 1 <= interval <= _MAX_RATE_INTERVAL:
            raise InvalidRule(f"hashlimit: rate interval must be 1 to {_MAX_RATE_INTERVAL} seconds")

    def has_side_effects(self) -> bool:
        return True


class HashlimitExtension(MatchExtension[Hashlimit]):
    """Translates ``-m hashlimit`` into a meter, as iptables-translate does where it can.

    A meter is one rule's; where there are others in the table, it is a named set, which those of
    one name have in common.
    """

    name = "hashlimit"
    value = Hashlimit
    options = (
        Option(name="hashlimit-upto", key="rate", negatable=True),
        Option(name="hashlimit-above", key="rate", negatable=True),
        Option(name="hashlimit", key="rate", negatable=True),
        Option(name="hashlimit-burst"),
        Option(name="hashlimit-mode"),
        Option(name="hashlimit-srcmask"),
        Option(name="hashlimit-dstmask"),
        Option(name="hashlimit-name"),
        Option(name="hashlimit-htable-size"),
        Option(name="hashlimit-htable-max"),
        Option(name="hashlimit-htable-expire"),
        Option(name="hashlimit-htable-gcinterval"),
        Option(name="hashlimit-rate-match", words=0),
        Option(name="hashlimit-rate-interval"),
    )
    caveats = (
        "a meter's entries live from their first packet on, not from the last one on",
        "rules of one name and with other rates or modes count apart; so do IP versions and tables",
        "without -p, packets without ports are told apart by the bytes in the ports' place",
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Hashlimit:
        rate = given.require("rate", "--hashlimit-upto or --hashlimit-above must be given")
        name = given.require("hashlimit-name", "--hashlimit-name must be given")
        counts, unit = _parse_rate(given, rate)
        numbers = _parse_numbers(given)
        if "hashlimit-rate-match" in given:
            numbers.setdefault("rate_interval", RATE_UNITS[unit])
        else:
            numbers.pop("rate_interval", None)
        numbers.setdefault("expire", _default_expire(counts, RATE_UNITS[unit]))
        return Hashlimit(
            table_name=name.value,
            above=(rate.option.name == "hashlimit-above") != rate.negated,
            rate=counts,
            modes=_parse_modes(given.get("hashlimit-mode")),
            source_length=_parse_mask(given.get("hashlimit-srcmask"), context.version),
            destination_length=_parse_mask(given.get("hashlimit-dstmask"), context.version),
            **numbers,
        )

    def format(self, value: Hashlimit, context: ParseContext) -> Sequence[str]:
        rate, expire = value.rate, _default_expire(value.rate)
        words = ["--hashlimit-above" if value.above else "--hashlimit-upto"]
        if isinstance(rate, PacketsRate):
            words += [packet_rate_text(rate.count, rate.unit), "--hashlimit-burst", str(rate.burst)]
        else:
            words.append(f"{in_units_text(rate_in_units(rate))}/s")
            if rate.burst:
                words += ["--hashlimit-burst", in_units_text(burst_in_units(rate))]
        if value.modes:
            words += ["--hashlimit-mode", ",".join(value.modes)]
        words += ["--hashlimit-name", value.table_name]
        full = context.version.bits
        for option, number, default in (
            ("htable-size", value.size, 0),
            ("htable-max", value.entries, 0),
            ("htable-gcinterval", value.gc_interval, _GC_INTERVAL),
            ("htable-expire", value.expire, expire),
            ("srcmask", value.source_length, full),
            ("dstmask", value.destination_length, full),
        ):
            if number != default:
                words += [f"--hashlimit-{option}", str(number)]
        if value.rate_interval is not None:
            words.append("--hashlimit-rate-match")
            if value.rate_interval != 1:
                words += ["--hashlimit-rate-interval", str(value.rate_interval)]
        return words

    def to_nft(self, value: Hashlimit, rule: Rule) -> list[Statement]:
        _check_native(value, rule)
        return [write_meter(value, rule)]

    def to_nft_shared(self, value: Hashlimit, rule: Rule) -> list[Statement]:
        _check_native(value, rule)
        return [write_set(value, rule)]

    def declarations_shared(self, value: Hashlimit, rule: Rule) -> list[Statement]:
        return [declare_set(value, rule)]

    def from_nft(self, cursor: Cursor) -> Hashlimit | None:
        fields = read_meter(cursor)
        if fields is None:
            return None
        try:
            value = Hashlimit(**fields)
        except InvalidRule:
            return None
        cursor.take()
        return value


def _check_native(value: Hashlimit, rule: Rule) -> None:
    full = rule.version.bits
    for what, given, reason in (
        ("--hashlimit-rate-match", value.rate_interval is not None, "nft measures no rates"),
        ("--hashlimit-htable-size", value.size, "nft's sets find their own size"),
        ("--hashlimit-htable-max", value.entries, "a full nft set does not drop packets"),
        (
            "--hashlimit-htable-gcinterval",
            value.gc_interval != _GC_INTERVAL,
            "nft's sets are cleaned up as they go",
        ),
        (
            "--hashlimit-srcmask without srcip",
            value.source_length != full and "srcip" not in value.modes,
            "it has no effect",
        ),
        (
            "--hashlimit-dstmask without dstip",
            value.destination_length != full and "dstip" not in value.modes,
            "it has no effect",
        ),
    ):
        if given:
            raise Untranslatable(what, reason)


def _parse_rate(given: GivenOptions, option: Given) -> tuple[PacketsRate | BytesRate, str]:
    """The rate, and the unit that it was written in."""
    burst = given.get("hashlimit-burst")
    read = read_hash_rate(option, matched="hashlimit-rate-match" in given)
    if isinstance(read, BytesRate):
        return read_bytes_burst(read, burst), "second"
    (count, unit), written = read
    packets = PacketsRate.DEFAULT_BURST if burst is None else read_size(burst)
    return PacketsRate(count=count, unit=unit, burst=packets), written


def _parse_numbers(given: GivenOptions) -> dict[str, Any]:
    numbers: dict[str, Any] = {}
    for key, field, maximum in (
        ("htable-size", "size", _WORD),
        ("htable-max", "entries", _WORD),
        ("htable-gcinterval", "gc_interval", _WORD),
        ("htable-expire", "expire", _WORD),
        ("rate-interval", "rate_interval", _MAX_RATE_INTERVAL),
    ):
        option = given.get(f"hashlimit-{key}")
        if option is not None:
            minimum = 0 if field in {"size", "entries"} else 1
            number = read_uint(option, minimum=minimum, maximum=maximum)
            numbers[field] = number if minimum else min(number, _MAX_ENTRIES)
    return numbers


def _parse_modes(given: Given | None) -> tuple[str, ...]:
    if given is None or not given.value:
        return ()
    words = given.value.removesuffix(",").split(",")
    for word in words:
        if word not in MODES:
            raise given.error(f"unknown mode {word!r}: a list of {', '.join(MODES)}")
    return tuple(mode for mode in MODES if mode in words)


def _parse_mask(given: Given | None, version: IPVersion) -> int:
    return version.bits if given is None else read_prefix_length(given, version)


_EXPIRES: Final = MappingProxyType({False: 15_000, True: 60_000})
"""Milliseconds, for rates in bytes without and with a burst."""


def _default_expire(rate: PacketsRate | BytesRate, seconds: int | None = None) -> int:
    if isinstance(rate, BytesRate):
        return _EXPIRES[bool(rate.burst)]
    return 1000 * (RATE_UNITS[rate.unit] if seconds is None else seconds)
