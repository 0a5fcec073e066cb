"""A connection's addresses under prefixes.

nft compares the leading bytes of such an address where a prefix ends at a byte's edge, and 1.0.6
lists those bytes as if they were the trailing ones: 10.1.0.0/16 as 0.0.10.1. Read back, leading
zero bytes stand for a shorter prefix; where that would be wrong, a mask is written, which nft lists
as it is.
"""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Any

from translate.nft.statements import MatchView, bitwise_and, match, number_from_json, prefix
from translate.types import IPAddress, IPVersion, Negatable, Statement, address_text
from translate.values.hosts import Host

__all__ = ["host_from_nft", "host_to_nft"]


def host_to_nft(left: dict[str, Any], test: Negatable[Host]) -> Statement:
    """The statement that compares ``left`` with a host."""
    host = test.value
    address, length = host.network.address, host.length
    text = address_text(address)
    if length % 8 or length == 0:
        return match(left, prefix(text, length), negated=test.negated)
    listed = type(address)(int(address) >> (address.max_prefixlen - length))
    if _host_as_listed(listed) != host:
        mask = address_text(host.network.mask)
        return match(bitwise_and(left, mask), text, negated=test.negated)
    right = text if length == address.max_prefixlen else prefix(text, length)
    return match(left, right, negated=test.negated)


def host_from_nft(
    view: MatchView | None, lefts: Collection[dict[str, Any]], version: IPVersion
) -> Negatable[Host] | None:
    """Read such a statement, if one of ``lefts`` is what it compares."""
    if view is None or not view.is_equality:
        return None
    left, mask = view.left, None
    if isinstance(left, dict) and isinstance(left.get("&"), list) and len(left["&"]) == 2:
        left, mask = left["&"]
    host = _read_host(view.right, mask, version) if left in lefts else None
    return None if host is None else Negatable(host, view.negated)


def _host_as_listed(address: IPAddress) -> Host:
    bits = address.max_prefixlen
    number = int(address)
    zero_bytes = bits // 8 - (number.bit_length() + 7) // 8
    if zero_bytes in (0, bits // 8) or (bits == 128 and number == 1):
        return Host.of(address, bits)
    return Host.of(type(address)(number << 8 * zero_bytes), bits - 8 * zero_bytes)


def _read_host(right: Any, mask: Any, version: IPVersion) -> Host | None:
    kind = IPv4Address if version is IPVersion.V4 else IPv6Address
    try:
        if isinstance(right, str) and mask is None:
            return _host_as_listed(kind(right))
        if isinstance(right, str) and isinstance(mask, str):
            host = Host.of(kind(right), int(kind(mask)).bit_count())
            exact = host.network.mask == kind(mask) and host.network.address == host.written
            return host if exact else None
        body = right.get("prefix") if isinstance(right, dict) else None
        if mask is None and isinstance(body, dict) and isinstance(body.get("addr"), str):
            length = number_from_json(body.get("len"), maximum=version.bits)
            return None if length is None else Host.of(kind(body["addr"]), length)
    except AddressValueError:
        return None
    return None
