"""Addresses and masks in every notation that ``-s`` and ``-d`` take."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from socket import AF_INET, inet_pton
from typing import Final

from translate.exceptions import InvalidRule
from translate.numbers import parse_uint
from translate.types import IPAddress, IPVersion, MaskedAddress

__all__ = ["mask_of_length", "parse_address", "parse_masked"]

_OCTETS: Final = 4
_MASKS: Final = 256
"""So many masks are known by their text: most addresses are behind one of a few."""
_IPV4_MASKS: Final = tuple(IPv4Address((1 << 32) - (1 << (32 - n))) for n in range(33))
_IPV6_MASKS: Final = tuple(IPv6Address((1 << 128) - (1 << (128 - n))) for n in range(129))


def mask_of_length(length: int, version: IPVersion) -> IPAddress:
    """The mask with ``length`` leading ones.

    Raises:
        InvalidRule: an address has fewer bits, or the length is below 0.
    """
    if not 0 <= length <= version.bits:
        raise InvalidRule(f"a mask's length must be 0 to {version.bits}, not {length}")
    return _IPV4_MASKS[length] if version is IPVersion.V4 else _IPV6_MASKS[length]


def parse_address(text: str, version: IPVersion) -> IPAddress:
    """One address in numeric notation, without a mask.

    Raises:
        InvalidRule: it is none of this IP version. Host names are refused: what they mean depends
            on where and when they are asked for.
    """
    if version is IPVersion.V6:
        try:
            if "%" not in text:
                return IPv6Address(text)
        except AddressValueError:
            pass
        raise InvalidRule(f"{text!r} is not an IPv6 address{_hint(text, version)}")
    octets = _octets(text, pad=False)
    if octets is None:
        raise InvalidRule(f"{text!r} is not an IPv4 address{_hint(text, version)}")
    return IPv4Address(bytes(octets))


def parse_masked(text: str, version: IPVersion) -> MaskedAddress:
    """One address with or without a mask: ``ADDR``, ``ADDR/LENGTH`` or ``ADDR/MASK``.

    As xtables_ipparse_multiple: short IPv4 addresses are filled up with zeros (``10/8``), numbers
    may be octal or hexadecimal, bits outside the mask are cleared, and with an empty mask the
    address is not looked at (``any/0``).

    Raises:
        InvalidRule: address or mask cannot be read.
    """
    address_text, slash, mask_text = text.partition("/")
    mask = _parse_mask(mask_text, version) if slash else mask_of_length(version.bits, version)
    if int(mask) == 0 and slash:
        return MaskedAddress(mask, mask)
    if version is IPVersion.V4:
        octets = _octets(address_text, pad=True)
        if octets is None:
            raise InvalidRule(
                f"{address_text!r} is not an IPv4 address{_hint(address_text, version)}"
            )
        return MaskedAddress(IPv4Address(int.from_bytes(octets) & int(mask)), mask)
    address = parse_address(address_text, version)
    return MaskedAddress(IPv6Address(int(address) & int(mask)), mask)


@lru_cache(maxsize=_MASKS)
def _parse_mask(text: str, version: IPVersion) -> IPAddress:
    length = parse_uint(text, maximum=version.bits)
    if length is not None:
        return mask_of_length(length, version)
    if version is IPVersion.V4:
        octets = _octets(text, pad=False)
        if octets is not None:
            return IPv4Address(bytes(octets))
    else:
        try:
            return IPv6Address(text)
        except AddressValueError:
            pass
    raise InvalidRule(
        f"invalid mask {text!r}: a length from 0 to {version.bits}, or a mask in address notation"
    )


def _octets(text: str, *, pad: bool) -> Sequence[int] | None:
    try:
        return inet_pton(AF_INET, text)  # as nearly all are written, in a tenth of the time
    except (OSError, ValueError):
        pass
    parts = text.split(".")
    if len(parts) > _OCTETS or (len(parts) < _OCTETS and not pad):
        return None
    octets = []
    for part in parts:
        octet = parse_uint(part, maximum=255)
        if octet is None:
            return None
        octets.append(octet)
    return octets if len(octets) == _OCTETS else octets + [0] * (_OCTETS - len(octets))


def _hint(text: str, version: IPVersion) -> str:
    other = IPv6Address if version is IPVersion.V4 else IPv4Address
    try:
        other(text)
    except AddressValueError:
        return (
            ""
            if not any(c.isalpha() for c in text) or ":" in text
            else (" (host names are not resolved: write the address)")
        )
    return f" but an IPv{10 - version.value} address in an IPv{version.value} rule"
