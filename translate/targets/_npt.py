"""What ``-j DNPT`` and ``-j SNPT`` share: two IPv6 prefixes (RFC 6296)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Network
from typing import Any, ClassVar, Final, Generic, TypeVar

from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, Option, ParseContext, TargetExtension
from translate.rule import Target
from translate.types import IPVersion, address_text
from translate.values.hosts import read_host

__all__ = ["NptExtension", "NptTarget"]

_LONGEST: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class NptTarget(Target):
    """``--src-pfx``, the prefix to replace, and ``--dst-pfx``, the one to write."""

    source: IPv6Network
    destination: IPv6Network

    def __post_init__(self) -> None:
        for prefix in (self.source, self.destination):
            if prefix.prefixlen > _LONGEST:
                raise InvalidRule(f"{self.name}: {prefix} is longer than {_LONGEST} bits")


N = TypeVar("N", bound=NptTarget)


class NptExtension(TargetExtension[N], Generic[N]):
    """One of the two; subclasses say in which chains."""

    value: ClassVar[type[Any]]
    versions = frozenset({IPVersion.V6})
    tables = frozenset({"mangle"})
    options = (Option(name="src-pfx"), Option(name="dst-pfx"))
    no_native_form = "nft cannot keep a checksum as it was by adjusting an address"

    def parse(self, given: GivenOptions, context: ParseContext) -> N:
        del context
        made: N = self.value(
            source=_parse_prefix(given.require("src-pfx", "--src-pfx must be given")),
            destination=_parse_prefix(given.require("dst-pfx", "--dst-pfx must be given")),
        )
        return made

    def format(self, value: N, context: ParseContext) -> Sequence[str]:
        del context
        return ["--src-pfx", _text(value.source), "--dst-pfx", _text(value.destination)]


def _parse_prefix(given: Given) -> IPv6Network:
    host = read_host(given, IPVersion.V6)
    if host.network.address != host.written:
        raise given.error(f"{given.value!r} has bits outside of its prefix")
    return IPv6Network((int(host.written), host.length))


def _text(prefix: IPv6Network) -> str:
    return f"{address_text(prefix.network_address)}/{prefix.prefixlen}"
