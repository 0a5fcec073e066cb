"""``-m ipvs``: what the kernel's virtual server knows of the packet's connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.ports import parse_port
from translate.protocols import protocol_in_option
from translate.rule import Match
from translate.types import Negatable
from translate.values.hosts import Host, read_host

__all__ = ["Ipvs", "IpvsExtension"]

_DIRECTIONS: Final = ("ORIGINAL", "REPLY")
_METHODS: Final = ("GATE", "IPIP", "MASQ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ipvs(Match):
    """What is asked; anything else implies that it is an IPVS connection.

    Args:
        ipvs: ``--ipvs``, only where nothing else is asked.
        protocol: ``--vproto`` by number.
        address: ``--vaddr``.
        port: ``--vport``.
        direction: ``--vdir``: ``ORIGINAL`` or ``REPLY``.
        method: ``--vmethod``: ``GATE``, ``IPIP`` or ``MASQ``.
        control_port: ``--vportctl``.
    """

    name: ClassVar[str] = "ipvs"
    ipvs: Negatable[bool] | None = None
    protocol: Negatable[int] | None = None
    address: Negatable[Host] | None = None
    port: Negatable[int] | None = None
    direction: str | None = None
    method: Negatable[str] | None = None
    control_port: Negatable[int] | None = None

    def __post_init__(self) -> None:
        others = (self.protocol, self.address, self.port, self.method, self.control_port)
        asked = self.direction is not None or any(other is not None for other in others)
        if asked == (self.ipvs is not None):
            raise InvalidRule("ipvs: either --ipvs alone, or any of the other options")
        if self.direction not in (None, *_DIRECTIONS):
            raise InvalidRule(f"ipvs direction {self.direction!r}: {', '.join(_DIRECTIONS)}")
        if self.method is not None and self.method.value not in _METHODS:
            raise InvalidRule(f"ipvs method {self.method.value!r}: {', '.join(_METHODS)}")


class IpvsExtension(MatchExtension[Ipvs]):
    """Translates ``-m ipvs``."""

    name = "ipvs"
    value = Ipvs
    options = (
        Option(name="ipvs", words=0, negatable=True),
        Option(name="vproto", negatable=True),
        Option(name="vaddr", negatable=True),
        Option(name="vport", negatable=True),
        Option(name="vdir"),
        Option(name="vmethod", negatable=True),
        Option(name="vportctl", negatable=True),
    )
    no_native_form = "nftables does not ask the virtual server"

    def parse(self, given: GivenOptions, context: ParseContext) -> Ipvs:
        asked = given.get("ipvs")
        if not given:
            raise given.error("at least one option must be given")
        if asked is not None and asked.negated and len(given.given) > 1:
            raise asked.error("'! --ipvs' cannot be used with other options")
        address, direction = given.get("vaddr"), given.get("vdir")
        alone = asked is not None and len(given.given) == 1
        return Ipvs(
            ipvs=Negatable(value=True, negated=asked.negated) if asked and alone else None,
            protocol=_read_protocol(given.get("vproto")),
            address=None
            if address is None
            else Negatable(read_host(address, context.version), address.negated),
            port=_read_port(given.get("vport")),
            direction=None if direction is None else _read_word(direction, _DIRECTIONS),
            method=_read_method(given.get("vmethod")),
            control_port=_read_port(given.get("vportctl")),
        )

    def format(self, value: Ipvs, context: ParseContext) -> Sequence[str]:
        del context
        words = [] if value.ipvs is None else [*value.ipvs.bang, "--ipvs"]
        if value.protocol is not None:
            words += [*value.protocol.bang, "--vproto", str(value.protocol.value)]
        if value.address is not None:
            words += [*value.address.bang, "--vaddr", str(value.address.value)]
        if value.port is not None:
            words += [*value.port.bang, "--vport", str(value.port.value)]
        if value.direction is not None:
            words += ["--vdir", value.direction]
        if value.method is not None:
            words += [*value.method.bang, "--vmethod", value.method.value]
        if value.control_port is not None:
            words += [*value.control_port.bang, "--vportctl", str(value.control_port.value)]
        return words


def _read_protocol(given: Given | None) -> Negatable[int] | None:
    if given is None:
        return None
    number = protocol_in_option(given.value)
    if number is None:
        raise given.error(f"unknown protocol {given.value!r}: a name or a number up to 255")
    return Negatable(number, given.negated)


def _read_port(given: Given | None) -> Negatable[int] | None:
    return None if given is None else Negatable(parse_port(given.value, given, None), given.negated)


def _read_word(given: Given, known: tuple[str, ...]) -> str:
    word = given.value.upper()
    if word not in known:
        raise given.error(f"{given.value!r} is none of {', '.join(known)}")
    return word


def _read_method(given: Given | None) -> Negatable[str] | None:
    return None if given is None else Negatable(_read_word(given, _METHODS), given.negated)
