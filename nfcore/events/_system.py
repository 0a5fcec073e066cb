"""Events of the host around the rules: connections, sysctls, devices."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import ClassVar

from nfcore.events._event import Event

__all__ = [
    "BridgeMade",
    "BridgeRefused",
    "BridgeRemoved",
    "ConntrackUnavailable",
    "DeviceChanged",
    "FlowsCleared",
    "FlowsNotRead",
    "SysctlPutBack",
    "SysctlSet",
    "TakeBackFailed",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowsCleared(Event):
    """The kernel was made to forget tracked connections.

    Attributes:
        flows: how many.
    """

    logger: ClassVar[str] = "nfcore.system"
    level: ClassVar[int] = logging.INFO
    message: ClassVar[str] = "flows cleared"

    flows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConntrackUnavailable(Event):
    """Tracked connections could not be looked at, so none were forgotten.

    Attributes:
        error: why not.
    """

    logger: ClassVar[str] = "nfcore.system"
    level: ClassVar[int] = logging.WARNING
    message: ClassVar[str] = "conntrack unavailable"

    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowsNotRead(Event):
    """An explanation goes without tracked connections, which could not be read.

    Attributes:
        error: why not.
    """

    logger: ClassVar[str] = "nfcore.system"
    level: ClassVar[int] = logging.INFO
    message: ClassVar[str] = "flows not read"

    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SysctlSet(Event):
    """A sysctl was set.

    Attributes:
        key: its name, with slashes.
        value: its value.
    """

    logger: ClassVar[str] = "nfcore.system"
    level: ClassVar[int] = logging.INFO
    message: ClassVar[str] = "sysctl set"

    key: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SysctlPutBack(Event):
    """A sysctl was put back as it was, since a later step failed.

    Attributes:
        key: its name, with slashes.
        value: its value again.
        others: how many sysctls of interfaces, which setting it had set too, are as they were too.
    """

    logger: ClassVar[str] = "nfcore.system"
    level: ClassVar[int] = logging.INFO
    message: ClassVar[str] = "sysctl put back"

    key: str
    value: str
    others: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeMade(Event):
    """A bridge device was made.

    Attributes:
        bridge: its name.
        alias: its alias, which marks it as nfcore's.
    """

    logger: ClassVar[str] = "nfcore.system"
    level: ClassVar[int] = logging.INFO
    message: ClassVar[str] = "bridge made"

    bridge: str
    alias: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeRemoved(Event):
    """A bridge device that nfcore made was removed.

    Attributes:
        bridge: its name.
        reason: ``network removed``, or ``taken back`` where a later step failed.
    """

    logger: ClassVar[str] = "nfcore.system"
    level: ClassVar[int] = logging.INFO
    message: ClassVar[str] = "bridge removed"

    bridge: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeRefused(Event):
    """A device that is there cannot be a network's bridge.

    Attributes:
        bridge: its name.
        network: the network.
        error: why not.
    """

    logger: ClassVar[str] = "nfcore.system"
    level: ClassVar[int] = logging.INFO
    message: ClassVar[str] = "bridge refused"

    bridge: str
    network: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceChanged(Event):
    """A device got or lost an address, an alias, or was brought up or down.

    Attributes:
        device: its name.
        command: the command of ip(8) that does the same.
        taken_back: whether that was undone instead, since a later step failed.
    """

    logger: ClassVar[str] = "nfcore.system"
    level: ClassVar[int] = logging.DEBUG
    message: ClassVar[str] = "device changed"

    device: str
    command: str
    taken_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBackFailed(Event):
    """A change could not be undone after a later step failed.

    Attributes:
        command: the command that does what was to be undone.
        error: why not.
    """

    logger: ClassVar[str] = "nfcore.system"
    level: ClassVar[int] = logging.WARNING
    message: ClassVar[str] = "change not taken back"

    command: str
    error: str
