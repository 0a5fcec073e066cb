"""``-m rateest``: compares rates that the RATEEST target estimates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.rule import Match
from translate.values.rates import rate_text, read_rate
from translate.values.uints import read_uint

__all__ = ["Rateest", "RateestExtension"]

_NAME_BYTES: Final = 15
_COMPARISONS: Final = ("lt", "gt", "eq")
_UINT_MAX: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Rateest(Match):
    """The options of ``-m rateest``.

    Args:
        first: ``--rateest`` or ``--rateest1``, an estimator.
        second: ``--rateest2``, the estimator to compare with; None compares with fixed rates.
        delta: ``--rateest-delta``, whether the fixed rates are subtracted from the estimators'.
        comparison: lt, gt or eq.
        negated: whether ``!`` stands before it.
        by_bytes: whether bytes per second are compared.
        by_packets: whether packets per second are compared.
        bytes1: subtracted from the first, with ``delta``; else 0.
        bytes2: subtracted from the second, with ``delta``; compared with where there is none.
        packets1: as ``bytes1``.
        packets2: as ``bytes2``.
    """

    name: ClassVar[str] = "rateest"
    first: str
    second: str | None = None
    delta: bool = False
    comparison: str
    negated: bool = False
    by_bytes: bool = False
    by_packets: bool = False
    bytes1: int = 0
    bytes2: int = 0
    packets1: int = 0
    packets2: int = 0

    def __post_init__(self) -> None:
        for estimator in (self.first, self.second):
            if estimator is None:
                continue
            if not 1 <= len(estimator.encode(errors="surrogateescape")) <= _NAME_BYTES:
                raise InvalidRule(
                    f"an estimator's name has 1 to {_NAME_BYTES} bytes: {estimator!r}"
                )
        if self.comparison not in _COMPARISONS:
            raise InvalidRule(f"rateest: lt, gt or eq, not {self.comparison!r}")
        if not self.by_bytes and not self.by_packets:
            raise InvalidRule("--rateest-bps or --rateest-pps must be given")
        rates = (self.bytes1, self.bytes2, self.packets1, self.packets2)
        if not all(0 <= rate <= _UINT_MAX for rate in rates):
            raise InvalidRule(f"rateest: rates {rates} must be 0 to 2**32-1")
        unused = () if self.delta else (rates[::2] if self.second is None else rates)
        if any(unused) or (not self.by_bytes and any(rates[:2])):
            raise InvalidRule("rateest: a rate is given that nothing compares with")
        if not self.by_packets and any(rates[2:]):
            raise InvalidRule("rateest: a packet rate is given that nothing compares with")


class RateestExtension(MatchExtension[Rateest]):
    """Parses and formats ``-m rateest``."""

    name = "rateest"
    value = Rateest
    options = (
        Option(name="rateest1"),
        Option(name="rateest", key="rateest1"),
        Option(name="rateest2"),
        # To getopt_long(3) these have no value: iptables looks for one in the next word.
        Option(name="rateest-bps1", words=0, optional=True),
        Option(name="rateest-pps1", words=0, optional=True),
        Option(name="rateest-bps2", words=0, optional=True),
        Option(name="rateest-bps", key="rateest-bps2", words=0, optional=True),
        Option(name="rateest-pps2", words=0, optional=True),
        Option(name="rateest-pps", key="rateest-pps2", words=0, optional=True),
        Option(name="rateest-delta", words=0),
        # iptables-save prints the comparison twice where both kinds of rate are compared.
        *(
            Option(name=f"rateest-{word}", words=0, negatable=True, repeatable=True)
            for word in _COMPARISONS
        ),
    )
    no_native_form = "nft has no rate estimators"

    def parse(self, given: GivenOptions, context: ParseContext) -> Rateest:
        del context
        by_bytes = "rateest-bps1" in given or "rateest-bps2" in given
        by_packets = "rateest-pps1" in given or "rateest-pps2" in given
        comparison = _read_comparison(given, twice=by_bytes and by_packets)
        first = given.require("rateest1", "--rateest or --rateest1 must be given")
        second = given.get("rateest2")
        rates = {
            key: given.get(key)
            for key in ("rateest-bps1", "rateest-bps2", "rateest-pps1", "rateest-pps2")
        }
        used1 = "rateest-delta" in given
        used2 = used1 or second is None
        return Rateest(
            first=first.value,
            second=None if second is None else second.value,
            delta=used1,
            comparison=comparison.option.name[-2:],
            negated=comparison.negated,
            by_bytes=by_bytes,
            by_packets=by_packets,
            bytes1=_bytes(rates["rateest-bps1"], used=used1),
            bytes2=_bytes(rates["rateest-bps2"], used=used2),
            packets1=_packets(rates["rateest-pps1"], used=used1),
            packets2=_packets(rates["rateest-pps2"], used=used2),
        )

    def format(self, value: Rateest, context: ParseContext) -> Sequence[str]:
        del context
        words = ["--rateest-delta"] if value.delta else []
        words += ["--rateest" if value.second is None else "--rateest1", value.first]
        for on, unit, texts in (
            (value.by_bytes, "bps", (rate_text(value.bytes1), rate_text(value.bytes2))),
            (value.by_packets, "pps", (str(value.packets1), str(value.packets2))),
        ):
            if on:
                words += _comparison(value, unit, texts)
        if value.second is not None:
            words += ["--rateest2", value.second]
        return words


def _read_comparison(given: GivenOptions, *, twice: bool) -> Given:
    names = {f"rateest-{word}" for word in _COMPARISONS}
    options = [option for option in given if option.option.name in names]
    if not options:
        raise given.error("--rateest-lt, --rateest-gt or --rateest-eq must be given")
    for other in options[1:]:
        if (other.option, other.negated) != (options[0].option, options[0].negated):
            raise other.error(f"cannot be used with {options[0].written}")
        if not twice:
            raise other.error("this option may be given only once")
    return options[0]


def _comparison(value: Rateest, unit: str, texts: tuple[str, str]) -> list[str]:
    words = [f"--rateest-{unit}1", texts[0]] if value.delta else []
    words += [*(["!"] if value.negated else []), f"--rateest-{value.comparison}"]
    words.append(f"--rateest-{unit}2" if value.delta else f"--rateest-{unit}")
    return words if value.second is not None and not value.delta else [*words, texts[1]]


def _bytes(given: Given | None, *, used: bool) -> int:
    """A rate; 0 where there is none, or where iptables reads it and doesn't use it."""
    rate = 0 if given is None or not given.words else read_rate(given)
    return rate if used else 0


def _packets(given: Given | None, *, used: bool) -> int:
    rate = 0 if given is None or not given.words else read_uint(given)
    return rate if used else 0
