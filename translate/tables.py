"""iptables' tables and their built-in chains, and where those hook into the kernel."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from translate.types import IPVersion, Statement

__all__ = ["TABLE_CHAINS", "base_chain_json"]

TABLE_CHAINS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "filter": ("INPUT", "FORWARD", "OUTPUT"),
        "nat": ("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
        "mangle": ("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
        "raw": ("PREROUTING", "OUTPUT"),
        "security": ("INPUT", "FORWARD", "OUTPUT"),
    }
)
"""The built-in chains of each table, in the order in which iptables-save prints them."""

_PRIORITIES: Final = MappingProxyType({"filter": 0, "mangle": -150, "raw": -300, "security": 50})
_DESTINATION_NAT: Final = -100
_SOURCE_NAT: Final = 100


def base_chain_json(
    version: IPVersion, table: str, chain: str, *, policy: str | None = None
) -> Statement:
    """A chain as libnftables-json(5) writes it; a built-in one with the hook iptables-nft gives it.

    Args:
        version: the IP version.
        table: the table.
        chain: the chain.
        policy: a built-in chain's policy in iptables' words, or None to leave it alone.
    """
    body: dict[str, Any] = {"family": version.family, "table": table, "name": chain}
    if chain in TABLE_CHAINS.get(table, ()):
        kind = "route" if (table, chain) == ("mangle", "OUTPUT") else "filter"
        priority = _PRIORITIES.get(table)
        if priority is None:
            kind = "nat"
            priority = _DESTINATION_NAT if chain in {"PREROUTING", "OUTPUT"} else _SOURCE_NAT
        body |= {"type": kind, "hook": chain.lower(), "prio": priority}
        if policy is not None:
            body["policy"] = policy.lower()
    return body
