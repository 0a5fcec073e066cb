"""A packet, as far as iptables looks at it."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from translate.exceptions import InvalidPacket, InvalidRule
from translate.protocols import DCCP, ICMP, ICMPV6, SCTP, TCP, UDP, UDPLITE, protocol_name
from translate.types import Interface, IPAddress, IPVersion

__all__ = ["PORT_PROTOCOLS", "LinkType", "Packet", "State", "Status", "Translation"]

PORT_PROTOCOLS: Final = frozenset({TCP, UDP, UDPLITE, SCTP, DCCP})
LinkType: TypeAlias = Literal["unicast", "broadcast", "multicast"]
_ICMP_OF: Final = {IPVersion.V4: ICMP, IPVersion.V6: ICMPV6}
_MAC: Final = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
_LINK_TYPES: Final = (None, "unicast", "broadcast", "multicast")
_NUMBERS: Final = (
    ("protocol", 0xFF),
    ("sport", 0xFFFF),
    ("dport", 0xFFFF),
    ("icmp_type", 0xFF),
    ("icmp_code", 0xFF),
    ("tcp_flags", 0xFF),
    ("mark", 0xFFFFFFFF),
    ("connmark", 0xFFFFFFFF),
    ("length", 0xFFFF + 40),
    ("ttl", 0xFF),
    ("tos", 0xFF),
)


class State(enum.StrEnum):
    """What connection tracking makes of the packet, by the names that ``--ctstate`` has."""

    NEW = "NEW"
    ESTABLISHED = "ESTABLISHED"
    RELATED = "RELATED"
    INVALID = "INVALID"
    UNTRACKED = "UNTRACKED"


class Status(enum.StrEnum):
    """Which sides of the packet's flow are translated."""

    SNAT = "SNAT"
    DNAT = "DNAT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """New addresses and ports; None is one that stays.

    Args:
        source: the new source address.
        sport: the new source port.
        destination: the new destination address.
        dport: the new destination port.
    """

    source: IPAddress | None = None
    sport: int | None = None
    destination: IPAddress | None = None
    dport: int | None = None

    def __post_init__(self) -> None:
        for name in ("sport", "dport"):
            _check_number("translation", name, getattr(self, name), 0xFFFF)

    @classmethod
    def between(cls, before: Packet, after: Packet) -> Translation | None:
        """What is different after, or None."""
        changed = {
            name: getattr(after, name)
            for name in ("source", "sport", "destination", "dport")
            if getattr(after, name) != getattr(before, name)
        }
        return cls(**changed) if changed else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """A packet, its flow, and how it meets the host.

    What is None is not known, and a rule that asks for it cannot be decided.

    Args:
        source: the source address.
        destination: the destination address, of the same IP version.
        protocol: the protocol's number (for IPv6 the one behind all extension headers).
        in_interface: where it came in; None for a packet that the host itself sends.
        out_interface: where it leaves, to overrule the environment's routing; None to ask that.
        sport: the source port, for protocols with ports.
        dport: the destination port.
        icmp_type: the ICMP (or ICMPv6) type.
        icmp_code: the ICMP (or ICMPv6) code.
        tcp_flags: the TCP header's flags as bits: 1 FIN, 2 SYN, 4 RST, 8 PSH, 16 ACK, 32 URG,
            64 ECE, 128 CWR.
        tcp_options: the kinds of the TCP options.
        state: the state of connection tracking.
        status: the sides of its flow that were translated before it came.
        flow: for a packet of a known flow: what its addresses are translated to, as the flow's
            first packet decided. (In a reply the other way round: ``destination`` is the host
            behind SNAT, ``source`` the address that DNAT hides.)
        mark: the firewall mark.
        connmark: the flow's mark.
        length: the length of the IP packet with its headers, in bytes.
        fragment: whether it is a second or later fragment, which has no ports.
        ttl: the time to live, or hop limit.
        tos: the type of service, or traffic class: all 8 bits.
        mac_source: the sender's Ethernet address.
        link_type: who the Ethernet frame is for; None to tell by the destination address.

    Raises:
        InvalidPacket: no such packet can be.
    """

    source: IPAddress
    destination: IPAddress
    protocol: int
    in_interface: str | None = None
    out_interface: str | None = None
    sport: int | None = None
    dport: int | None = None
    icmp_type: int | None = None
    icmp_code: int | None = None
    tcp_flags: int | None = None
    tcp_options: frozenset[int] | None = None
    state: State = State.NEW
    status: frozenset[Status] = frozenset()
    flow: Translation | None = None
    mark: int = 0
    connmark: int = 0
    length: int | None = None
    fragment: bool = False
    ttl: int | None = None
    tos: int | None = None
    mac_source: str | None = None
    link_type: LinkType | None = None

    def __post_init__(self) -> None:
        for name, maximum in _NUMBERS:
            _check_number("packet", name, getattr(self, name), maximum)
        self._check_interfaces()
        self._check_versions()
        self._check_protocol()
        if self.flow is not None and self.state not in {State.ESTABLISHED, State.RELATED}:
            raise InvalidPacket(
                f"packet: state {self.state} has no flow yet; only ESTABLISHED and RELATED have"
            )
        if self.mac_source is not None and not _MAC.fullmatch(self.mac_source):
            raise InvalidPacket(
                f"packet: mac_source must read like '02:42:ac:11:00:02', not {self.mac_source!r}"
            )
        if self.link_type not in _LINK_TYPES:
            raise InvalidPacket(
                f"packet: link_type must be unicast, broadcast or multicast, not {self.link_type!r}"
            )

    def _check_interfaces(self) -> None:
        for name in ("in_interface", "out_interface"):
            value = getattr(self, name)
            if value is None:
                continue
            try:
                Interface(value)
            except InvalidRule as error:
                raise InvalidPacket(f"packet: {name}: {error}") from error

    def _check_versions(self) -> None:
        addresses = [self.source, self.destination]
        if self.flow is not None:
            addresses += [a for a in (self.flow.source, self.flow.destination) if a is not None]
        for address in addresses:
            if address.version != self.source.version:
                raise InvalidPacket(f"packet: {self.source} and {address} differ in IP version")

    def _check_protocol(self) -> None:
        icmp = _ICMP_OF[self.version]
        wanted = (
            (("sport", "dport"), PORT_PROTOCOLS, "a protocol with ports"),
            (("icmp_type", "icmp_code"), {icmp}, f"protocol {icmp}"),
            (("tcp_flags", "tcp_options"), {TCP}, f"protocol {TCP}"),
        )
        for names, protocols, what in wanted:
            for name in names:
                if getattr(self, name) is not None and self.protocol not in protocols:
                    raise InvalidPacket(
                        f"packet: {name} needs {what}, not {protocol_name(self.protocol)}"
                    )

    @property
    def version(self) -> IPVersion:
        """The IP version of its addresses."""
        return IPVersion(self.source.version)

    @property
    def is_tracked(self) -> bool:
        """Whether connection tracking knows its flow."""
        return self.state not in {State.INVALID, State.UNTRACKED}

    @property
    def has_ports(self) -> bool:
        """Whether its protocol has ports and this is no later fragment, which lacks them."""
        return self.protocol in PORT_PROTOCOLS and not self.fragment

    def with_source(self, address: IPAddress | None, port: int | None) -> Packet:
        """The packet with another source; None leaves that part as it is."""
        return replace(
            self,
            source=self.source if address is None else address,
            sport=self.sport if port is None else port,
        )

    def with_destination(self, address: IPAddress | None, port: int | None) -> Packet:
        """The packet with another destination; None leaves that part as it is."""
        return replace(
            self,
            destination=self.destination if address is None else address,
            dport=self.dport if port is None else port,
        )


def _check_number(what: str, name: str, value: int | None, maximum: int) -> None:
    if value is not None and not 0 <= value <= maximum:
        raise InvalidPacket(f"{what}: {name} must be 0 to {maximum}, not {value}")
