"""An address of the packet under a mask, as the key of a set or meter."""

from __future__ import annotations

from typing import Any, NamedTuple

from translate.addresses import mask_of_length, parse_address
from translate.exceptions import InvalidRule
from translate.nft.statements import bitwise_and, payload
from translate.types import IPAddress, IPVersion, MaskedAddress, address_text

__all__ = ["MaskedField", "masked_field", "read_masked_field"]


class MaskedField(NamedTuple):
    """A field of the IP header, and the bits of it that count."""

    name: str
    mask: IPAddress

    @property
    def length(self) -> int | None:
        """The mask as a prefix length, or None where it is none."""
        return MaskedAddress(self.mask, self.mask).prefix_length


def masked_field(name: str, mask: IPAddress | int, version: IPVersion) -> Any:
    """``ip NAME`` or ``ip6 NAME``, with ``& MASK`` where not all bits count.

    Args:
        name: ``saddr`` or ``daddr``.
        mask: the mask, or its length in bits.
        version: the IP version.
    """
    mask = mask_of_length(mask, version) if isinstance(mask, int) else mask
    field = payload(version.family, name)
    if mask == mask_of_length(version.bits, version):
        return field
    return bitwise_and(field, address_text(mask))


def read_masked_field(value: Any, version: IPVersion) -> MaskedField | None:
    """The field and mask, or None for anything else."""
    mask = None
    if isinstance(value, dict) and isinstance(value.get("&"), list) and len(value["&"]) == 2:
        value, mask = value["&"]
    field = value.get("payload") if isinstance(value, dict) else None
    if not isinstance(field, dict) or set(field) != {"protocol", "field"}:
        return None
    if field["protocol"] != version.family or field["field"] not in ("saddr", "daddr"):
        return None
    if mask is None:
        return MaskedField(field["field"], mask_of_length(version.bits, version))
    try:
        return MaskedField(field["field"], parse_address(mask, version))
    except (InvalidRule, TypeError, AttributeError):
        return None
