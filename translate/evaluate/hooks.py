"""Where packets meet rules: netfilter's hooks, and the tables at each in the order of priority."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["TABLES_AT", "Hook"]


class Hook(enum.StrEnum):
    """A hook, by the name that iptables gives its built-in chains."""

    PREROUTING = "PREROUTING"
    INPUT = "INPUT"
    FORWARD = "FORWARD"
    OUTPUT = "OUTPUT"
    POSTROUTING = "POSTROUTING"

    @property
    def translates_destination(self) -> bool:
        """Whether the nat table changes destinations here; elsewhere it changes sources."""
        return self in {Hook.PREROUTING, Hook.OUTPUT}


TABLES_AT: Final[Mapping[Hook, tuple[str, ...]]] = MappingProxyType(
    {
        Hook.PREROUTING: ("raw", "mangle", "nat"),
        Hook.INPUT: ("mangle", "filter", "security", "nat"),
        Hook.FORWARD: ("mangle", "filter", "security"),
        Hook.OUTPUT: ("raw", "mangle", "nat", "filter", "security"),
        Hook.POSTROUTING: ("mangle", "nat"),
    }
)
"""By linux/netfilter_ipv4.h: raw -300, mangle -150, nat -100, filter 0, security 50, nat 100.

Connection tracking (-200) comes right after raw.
"""
