"""``-j ULOG``: what was before NFLOG (IPv4; newer kernels have it no more)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, Option, ParseContext, TargetExtension, Text
from translate.rule import Target
from translate.types import IPVersion
from translate.values.log_prefixes import check_log_prefix, read_log_prefix
from translate.values.uints import read_uint

__all__ = ["Ulog", "UlogExtension"]

_PREFIX_BYTES: Final = 31
_RANGES: Final = MappingProxyType(
    {"nlgroup": (1, 32), "cprange": (0, 0xFFFFFFFF), "qthreshold": (1, 50)}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ulog(Target):
    """Where to and how much.

    Args:
        nlgroup: ``--ulog-nlgroup``.
        prefix: ``--ulog-prefix``, at most 31 bytes.
        cprange: ``--ulog-cprange`` in bytes; 0 is the whole packet.
        qthreshold: ``--ulog-qthreshold`` in packets.
    """

    name: ClassVar[str] = "ULOG"
    nlgroup: int = 1
    prefix: str | None = None
    cprange: int = 0
    qthreshold: int = 1

    def __post_init__(self) -> None:
        check_log_prefix(self.prefix, size=_PREFIX_BYTES)
        for name, (first, last) in _RANGES.items():
            if not first <= getattr(self, name) <= last:
                raise InvalidRule(f"ulog: {name} must be {first} to {last}")


class UlogExtension(TargetExtension[Ulog]):
    """Translates ``-j ULOG``."""

    name = "ULOG"
    value = Ulog
    versions = frozenset({IPVersion.V4})
    options = (Option(name="ulog-prefix"), *(Option(name=f"ulog-{name}") for name in _RANGES))
    no_native_form = "the kernel has no ULOG any more: use -j NFLOG"

    def parse(self, given: GivenOptions, context: ParseContext) -> Ulog:
        del context
        prefix = given.get("ulog-prefix")
        numbers = {
            name: read_uint(option, minimum=first, maximum=last)
            for name, (first, last) in _RANGES.items()
            if (option := given.get(f"ulog-{name}")) is not None
        }
        return Ulog(
            prefix=None if prefix is None else read_log_prefix(prefix, size=_PREFIX_BYTES),
            **numbers,
        )

    def format(self, value: Ulog, context: ParseContext) -> Sequence[str]:
        del context
        words = [] if value.prefix is None else ["--ulog-prefix", Text(value.prefix)]
        if value.nlgroup != 1:
            words += ["--ulog-nlgroup", str(value.nlgroup)]
        if value.cprange:
            words += ["--ulog-cprange", str(value.cprange)]
        if value.qthreshold != 1:
            words += ["--ulog-qthreshold", str(value.qthreshold)]
        return words
