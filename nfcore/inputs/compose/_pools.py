"""Docker's default address pools, for networks that give no subnet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network
from typing import Final

from nfcore.exceptions import InvalidInput
from translate import IPNetwork

__all__ = ["free_pools"]

_DEFAULT_POOLS: Final = (
    *((f"172.{second}.0.0/16", 16) for second in range(17, 32)),
    ("192.168.0.0/16", 20),
)
"""Each range and the prefix length of the subnets cut from it, as the daemon has them."""


def free_pools(taken: Iterable[IPNetwork]) -> Iterator[IPv4Network]:
    """The default subnets in Docker's order, without those that overlap a taken one.

    Docker also passes over what the host's routes use; here only the file counts, so that the same
    file always gives the same subnets.

    Raises:
        InvalidInput: once all of them are used up.
    """
    used = [subnet for subnet in taken if isinstance(subnet, IPv4Network)]
    for pool, prefix in _DEFAULT_POOLS:
        for subnet in IPv4Network(pool).subnets(new_prefix=prefix):
            if not any(subnet.overlaps(other) for other in used):
                yield subnet
    raise InvalidInput(
        "Docker's default address pools (172.17.0.0/16 to 172.31.0.0/16, then 192.168.0.0/16 in "
        "/20 steps) are used up: give a subnet in ipam.config"
    )
