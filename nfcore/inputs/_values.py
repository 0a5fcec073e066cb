"""Readers of single values: addresses, subnets, booleans, network names."""

from __future__ import annotations

import hashlib
import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_interface
from typing import Final, Literal, overload

from nfcore.exceptions import InvalidInput
from translate import IPAddress, IPNetwork, IPVersion

__all__ = [
    "check_key",
    "check_network_name",
    "check_usable",
    "default_bridge_name",
    "parse_address",
    "parse_address_of",
    "parse_boolean",
    "parse_subnet",
]

_TRUE: Final = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE: Final = frozenset({"0", "f", "F", "FALSE", "false", "False"})
_CIDR: Final = re.compile(r"[0-9A-Fa-f.:]+/[0-9]{1,3}")
_NAME: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_KEY: Final = re.compile(r"[a-zA-Z0-9._-]+")
_LONGEST_NAME: Final = 64
_SHORTEST_PREFIX: Final = 8
_LEAST_HOST_BITS: Final = 2


def parse_boolean(text: str) -> bool:
    """A boolean as Docker reads one (Go's ``strconv.ParseBool``).

    Raises:
        InvalidInput: for any other word.
    """
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise InvalidInput(f"{text!r} is no boolean: write true or false")


def parse_address(text: str) -> IPAddress:
    """An IPv4 or IPv6 address.

    Raises:
        InvalidInput: for text that is none, one with a zone, or an IPv4 address in IPv6 dress.
    """
    try:
        address = ip_address(text)
    except ValueError:
        raise InvalidInput(
            f"{text!r} is no IP address: write one like 172.20.0.10 or fd00:20::10"
        ) from None
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            raise InvalidInput(
                f"{text!r} has a zone ({address.scope_id}): write the address without it"
            )
        if address.ipv4_mapped is not None:
            raise InvalidInput(f"{text!r} is an IPv4 address: write {address.ipv4_mapped}")
    return address


@overload
def parse_address_of(text: str, version: Literal[IPVersion.V4]) -> IPv4Address: ...
@overload
def parse_address_of(text: str, version: Literal[IPVersion.V6]) -> IPv6Address: ...
@overload
def parse_address_of(text: str, version: IPVersion) -> IPAddress: ...
def parse_address_of(text: str, version: IPVersion) -> IPAddress:
    """An address of one IP version.

    Raises:
        InvalidInput: for no address, or one of the other version.
    """
    address = parse_address(text)
    if address.version != version:
        raise InvalidInput(f"{text} is an IPv{address.version} address: write an IPv{version} one")
    return address


def parse_subnet(text: str) -> IPNetwork:
    """A subnet in CIDR notation that a bridge can have.

    Raises:
        InvalidInput: for no CIDR, bits to the right of the prefix, a prefix shorter than 8 bits or
            with no room for a gateway and a container, and ranges that no bridge can have.
    """
    try:
        interface = ip_interface(text)
    except ValueError:
        interface = None
    if interface is None or not _CIDR.fullmatch(text):
        raise InvalidInput(f"{text!r} is no subnet: write one like 172.20.0.0/16 or fd00:20::/64")
    subnet = interface.network
    if interface.ip != subnet.network_address:
        raise InvalidInput(f"{text} has bits to the right of its prefix: it should be {subnet}")
    longest = subnet.max_prefixlen - _LEAST_HOST_BITS
    if not _SHORTEST_PREFIX <= subnet.prefixlen <= longest:
        raise InvalidInput(
            f"{text}: a bridge's IPv{subnet.version} prefix must be /{_SHORTEST_PREFIX} to "
            f"/{longest}, which leaves room for a gateway and a container"
        )
    if subnet.is_loopback or subnet.is_multicast or subnet.network_address.is_unspecified:
        raise InvalidInput(
            f"{text}: no bridge can have loopback, multicast or unspecified addresses: write one "
            "like 172.20.0.0/16 or fd00:20::/64"
        )
    return subnet


def check_usable(address: IPAddress, subnet: IPNetwork) -> None:
    """Refuse an address that no host of a subnet can have.

    Raises:
        InvalidInput: where it is outside, the subnet's own address or the broadcast address.
    """
    if address not in subnet:
        raise InvalidInput(f"{address} is not in the subnet {subnet}")
    if address == subnet.network_address:
        raise InvalidInput(f"{address} is the address of the subnet {subnet} itself: take another")
    if isinstance(address, IPv4Address) and address == subnet.broadcast_address:
        raise InvalidInput(f"{address} is the broadcast address of {subnet}: take another")


def check_network_name(name: str) -> str:
    """Refuse a name that Docker refuses, or one too long to be kept in a rule's comment.

    Raises:
        InvalidInput: for such a name.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f"{name!r} is no network name: it must begin with a letter or digit, and go on with "
            "letters, digits, '_', '.' and '-'"
        )
    if len(name) > _LONGEST_NAME:
        raise InvalidInput(f"network name {name!r} is longer than {_LONGEST_NAME} characters")
    return name


def check_key(key: str) -> None:
    """Refuse a key that Compose takes for no service or network.

    Raises:
        InvalidInput: for such a key.
    """
    if not _KEY.fullmatch(key):
        raise InvalidInput(f"{key!r} is no name: it must be of letters, digits, '_', '.' and '-'")


def default_bridge_name(name: str) -> str:
    """The bridge of a network that names none: ``br-`` and 12 hexadecimal digits, as in Docker.

    Docker takes the digits from the network's random id; here they are the start of the SHA-256 of
    its name, so that the same file always gives the same bridge.
    """
    return f"br-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
