"""Events of a host's networks: what came, what went, what was put back."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from nfcore.events._event import Event

__all__ = ["NetworksChanged", "NetworksCounted", "RulesRepaired", "TablesNotRead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworksChanged(Event):
    """A piece of work on networks and ports is done.

    Attributes:
        work: what was asked for: ``apply``, ``create network``, ``remove network``, ``publish
            ports``, ``release ports`` or ``remove leaks``.
        layout: how networks lie in the kernel (``rules`` or ``sets``).
        changes: how many rules, chains and policies were changed, in iptables' terms.
        ports: how many ports were published and released.
        flows_cleared: how many tracked connections were forgotten.
    """

    logger: ClassVar[str] = "nfcore.host"
    level: ClassVar[int] = logging.INFO
    message: ClassVar[str] = "networks changed"

    work: str
    layout: str
    changes: int
    ports: int
    flows_cleared: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworksCounted(Event):
    """How many networks and ports are in place.

    Attributes:
        networks: how many networks.
        ports: how many published ports.
    """

    logger: ClassVar[str] = "nfcore.host"
    level: ClassVar[int] = logging.DEBUG
    message: ClassVar[str] = "networks counted"

    networks: int
    ports: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TablesNotRead(Event):
    """An explanation goes without tables beside iptables' own, which could not be read.

    Attributes:
        tables: which.
        error: why not.
    """

    logger: ClassVar[str] = "nfcore.host"
    level: ClassVar[int] = logging.INFO
    message: ClassVar[str] = "other tables not read"

    tables: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesRepaired(Event):
    """What somebody had changed was put back.

    Attributes:
        culprits: who committed what had to be put back, as ``PROGRAM (process PID)``; none where
            that is not known.
        changes: how many rules, chains and policies were put back.
        missing: what was put back, as iptables commands with + and -; the first few.
        seconds: the gap: from when the first notification came until the repair was committed.
    """

    logger: ClassVar[str] = "nfcore.host"
    level: ClassVar[int] = logging.INFO
    message: ClassVar[str] = "rules repaired"

    culprits: Sequence[str]
    changes: int
    missing: Sequence[str]
    seconds: float
