"""The small values that rules are made of."""

from __future__ import annotations

import enum
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from translate.exceptions import InvalidRule

__all__ = [
    "Counters",
    "IPAddress",
    "IPNetwork",
    "IPVersion",
    "Interface",
    "MaskedAddress",
    "Negatable",
    "PortRange",
    "Statement",
    "address_text",
]

T = TypeVar("T")
IPAddress: TypeAlias = IPv4Address | IPv6Address
IPNetwork: TypeAlias = IPv4Network | IPv6Network
Statement: TypeAlias = dict[str, Any]
"""One statement of an nft rule, as libnftables-json(5) writes it."""

_INTERFACE_NAME_BYTES = 15


class IPVersion(enum.IntEnum):
    """The IP version that a rule is for."""

    V4 = 4
    V6 = 6

    __hash__ = int.__hash__  # equal to a number, so hashed as one; Enum's own is a Python function

    @property
    def program(self) -> Literal["iptables", "ip6tables"]:
        """The command that programs this version."""
        return "iptables" if self is IPVersion.V4 else "ip6tables"

    @property
    def family(self) -> Literal["ip", "ip6"]:
        """The address family, as nft names it."""
        return "ip" if self is IPVersion.V4 else "ip6"

    @property
    def bits(self) -> Literal[32, 128]:
        """The length of an address in bits."""
        return 32 if self is IPVersion.V4 else 128

    @classmethod
    def of(cls, family: str) -> IPVersion | None:
        """The version of an nft family, or None for one that iptables has no command for."""
        return {"ip": cls.V4, "ip6": cls.V6}.get(family)


@dataclass(frozen=True, slots=True)
class Negatable(Generic[T]):
    """A value and whether the test is turned round with ``!``."""

    value: T
    negated: bool = False

    @property
    def bang(self) -> list[str]:
        """``["!"]`` where the test is turned round, else nothing: what stands before the option."""
        return ["!"] if self.negated else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Packets and bytes that a rule has seen."""

    packets: int = 0
    bytes: int = 0

    def __post_init__(self) -> None:
        for name in ("packets", "bytes"):
            value = getattr(self, name)
            if not 0 <= value < 1 << 64:
                raise InvalidRule(f"counters: {name} must be 0 to 2**64-1, not {value}")


@dataclass(frozen=True, slots=True)
class Interface:
    """An interface name; a ``+`` at its end stands for any continuation, as in iptables(8).

    The kernel holds a name in 15 bytes and a NUL; iptables refuses '/' and white space in none but
    the kernel's own checks do (dev_valid_name), so such a name could never match.
    """

    name: str

    def __post_init__(self) -> None:
        if not self.name:
            raise InvalidRule("an interface name cannot be empty")
        if "/" in self.name or " " in self.name or not self.name.isprintable():
            bad = next(c for c in self.name if c in "/ " or not c.isprintable())
            raise InvalidRule(
                f"interface name {self.name!r} holds {bad!r}: the kernel allows no '/', "
                "white space or control character in a name"
            )
        if len(self.name.encode()) > _INTERFACE_NAME_BYTES:
            raise InvalidRule(
                f"interface name {self.name!r} is longer than {_INTERFACE_NAME_BYTES} bytes"
            )

    @property
    def is_wildcard(self) -> bool:
        """Whether the name ends in ``+``."""
        return self.name.endswith("+")

    def __str__(self) -> str:
        return self.name


def address_text(address: IPAddress) -> str:
    """An address as inet_ntop(3) writes it, and so iptables and nft.

    Unlike Python's own form it ends in dotted quads where the address holds an IPv4 one
    (``::ffff:10.0.0.1``).
    """
    if isinstance(address, IPv4Address):
        return socket.inet_ntoa(address.packed)
    return socket.inet_ntop(socket.AF_INET6, address.packed)


@dataclass(frozen=True, slots=True)
class MaskedAddress:
    """An address under a mask that need not be a prefix (``10.0.0.0/255.0.255.0``).

    ``address`` has no bit outside ``mask``.
    """

    address: IPAddress
    mask: IPAddress

    def __post_init__(self) -> None:
        if self.address.version != self.mask.version:
            raise InvalidRule(f"address {self.address} and mask {self.mask} differ in IP version")
        if int(self.address) & ~int(self.mask):
            raise InvalidRule(f"address {self.address} has bits outside its mask {self.mask}")

    @classmethod
    def of_network(cls, network: IPNetwork) -> MaskedAddress:
        """The same set of addresses as a network in prefix notation."""
        return cls(network.network_address, network.netmask)

    @property
    def prefix_length(self) -> int | None:
        """The mask as a prefix length in bits, or None where its ones are not contiguous."""
        bits = self.mask.max_prefixlen
        inverted = int(self.mask) ^ ((1 << bits) - 1)
        return None if inverted & (inverted + 1) else bits - inverted.bit_length()

    @property
    def network(self) -> IPNetwork | None:
        """The same in prefix notation, or None where there is none."""
        length = self.prefix_length
        if length is None:
            return None
        if isinstance(self.address, IPv4Address):
            return IPv4Network((self.address, length))
        return IPv6Network((self.address, length))

    def __str__(self) -> str:
        length = self.prefix_length
        mask = address_text(self.mask) if length is None else length
        return f"{address_text(self.address)}/{mask}"


@dataclass(frozen=True, slots=True)
class PortRange:
    """Ports from ``first`` to ``last``, both included."""

    first: int
    last: int

    def __post_init__(self) -> None:
        for port in (self.first, self.last):
            if not 0 <= port <= 0xFFFF:
                raise InvalidRule(f"port {port} is not in 0 to 65535")
        if self.first > self.last:
            raise InvalidRule(f"port range {self.first}:{self.last} runs backwards")

    @classmethod
    def single(cls, port: int) -> PortRange:
        """One port."""
        return cls(port, port)

    @property
    def is_single(self) -> bool:
        """Whether the range holds just one port."""
        return self.first == self.last

    def __str__(self) -> str:
        return str(self.first) if self.is_single else f"{self.first}:{self.last}"
