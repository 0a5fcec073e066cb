"""Addresses and masks in every notation that ``-s`` and ``-d`` take."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

from translate.exceptions import InvalidRule
from translate.numbers import parse_uint
from translate.types import IPAddress, IPVersion, MaskedAddress

__all__ = ["mask_of_length", "parse_address", "parse_masked"]

_OCTETS: Final = 4


def mask_of_length(length: int, version: IPVersion) -> IPAddress:
    """The mask with ``length`` leading ones."""
    bits = version.bits
    value = ((1 << length) - 1) << (bits - length)
    return IPv4Address(value) if version is IPVersion.V4 else IPv6Address(value)


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
        return MaskedAddress(IPv4Address(int(IPv4Address(bytes(octets))) & int(mask)), mask)
    address = parse_address(address_text, version)
    return MaskedAddress(IPv6Address(int(address) & int(mask)), mask)


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


def _octets(text: str, *, pad: bool) -> list[int] | None:
    parts = text.split(".")
    if len(parts) > _OCTETS or (len(parts) < _OCTETS and not pad):
        return None
    octets = [parse_uint(part, maximum=255) for part in parts]
    numbers = [octet for octet in octets if octet is not None]
    if len(numbers) != len(octets):
        return None
    return numbers + [0] * (_OCTETS - len(numbers))


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
