"""``-m udp``: ports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from translate.matches._ports import PortsExtension, PortsMatch
from translate.protocols import UDP

__all__ = ["Udp", "UdpExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Udp(PortsMatch):
    """``--sport`` and ``--dport``."""

    name: ClassVar[str] = "udp"


class UdpExtension(PortsExtension[Udp]):
    """Translates ``-m udp``."""

    name = "udp"
    value = Udp
    protocols = (UDP,)
