"""``ADDRESS[/PREFIX]`` as options of libxtables' type HOSTMASK take it (conntrack, policy)."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Final

from translate.addresses import mask_of_length, parse_address
from translate.exceptions import InvalidRule
from translate.extension import Given
from translate.numbers import parse_uint
from translate.types import IPAddress, IPVersion, MaskedAddress, address_text

__all__ = ["Host", "read_address", "read_host", "read_prefix_length"]

_NOT_IN_ADDRESSES: Final = re.compile(r"[+\s]")


@dataclass(frozen=True, slots=True)
class Host:
    """An address under a prefix.

    Unlike with ``-s``, iptables keeps the bits outside of the prefix and prints them again. They
    are ``written``, and no part of what makes two hosts equal: the kernel doesn't look at them.
    """

    network: MaskedAddress
    written: IPAddress = field(compare=False)

    def __post_init__(self) -> None:
        if self.network.prefix_length is None:
            raise InvalidRule(f"{self.network}: the mask must be a prefix")

    @classmethod
    def of(cls, address: IPAddress, length: int) -> Host:
        """The address under a prefix of ``length`` bits."""
        mask = mask_of_length(length, IPVersion(address.version))
        masked = type(address)(int(address) & int(mask))
        return cls(MaskedAddress(masked, mask), address)

    @property
    def length(self) -> int:
        """The length of the prefix in bits."""
        return self.network.prefix_length or 0

    def __str__(self) -> str:
        text = address_text(self.written)
        return text if self.length == self.written.max_prefixlen else f"{text}/{self.length}"


def read_host(given: Given, version: IPVersion) -> Host:
    """The address and prefix that an option was given.

    Raises:
        ParseError: either cannot be read. Host names are not looked up.
    """
    address_text_, slash, mask_text = given.value.partition("/")
    try:
        address = read_address(address_text_, version)
    except InvalidRule as error:
        raise given.error(str(error)) from error
    length = read_prefix_length(given, version, mask_text) if slash else version.bits
    return Host.of(address, length)


def read_address(text: str, version: IPVersion) -> IPAddress:
    """One address, which IPv4 lets be short as inet_aton(3) does.

    Raises:
        InvalidRule: it is none of this IP version. Host names are not looked up.
    """
    if version is IPVersion.V4 and text and not _NOT_IN_ADDRESSES.search(text):
        try:
            # Short forms too: 10.1 is 10.0.0.1, not 10.1.0.0 as with -s.
            return IPv4Address(socket.inet_aton(text))
        except (OSError, UnicodeEncodeError):
            pass
    address = parse_address(text, version)
    if version is IPVersion.V4:
        raise InvalidRule(f"{text!r} is not an IPv4 address")
    return address


def read_prefix_length(given: Given, version: IPVersion, text: str | None = None) -> int:
    """The length of a prefix, given as such or as a mask in address notation.

    Args:
        given: the option.
        version: the IP version.
        text: the part of its value to read; None is all of it.

    Raises:
        ParseError: it is neither.
    """
    text = given.value if text is None else text
    length = parse_uint(text, maximum=version.bits)
    if length is None:
        try:
            mask = parse_address(text, version)
            length = MaskedAddress(mask, mask).prefix_length
        except InvalidRule:
            pass
    if length is None:
        raise given.error(
            f"invalid mask {text!r}: a prefix length from 0 to {version.bits}, "
            "or a prefix in address notation"
        )
    return length
