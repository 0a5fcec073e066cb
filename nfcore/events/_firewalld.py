"""Events of firewalld, where one runs."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import ClassVar

from nfcore.events._event import Event

__all__ = [
    "FirewalldAbsent",
    "FirewalldRefusal",
    "FirewalldReloaded",
    "FirewalldSetUp",
    "FirewalldTakenBack",
    "InterfaceElsewhere",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewalldAbsent(Event):
    """There is no firewalld to tell of bridges; told once for each reason.

    Attributes:
        reason: what is missing.
    """

    logger: ClassVar[str] = "nfcore.firewalld"
    level: ClassVar[int] = logging.DEBUG
    message: ClassVar[str] = "firewalld absent"

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewalldRefusal(Event):
    """firewalld, or the bus, refused or died in the middle of a call; told once for each error.

    Attributes:
        error: what it answered.
    """

    logger: ClassVar[str] = "nfcore.firewalld"
    level: ClassVar[int] = logging.WARNING
    message: ClassVar[str] = "firewalld left as it is"

    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewalldReloaded(Event):
    """firewalld has reloaded or appeared, so what is not permanent is programmed again."""

    logger: ClassVar[str] = "nfcore.firewalld"
    level: ClassVar[int] = logging.INFO
    message: ClassVar[str] = "firewalld reloaded"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewalldSetUp(Event):
    """Docker's zone, its policy or both were added, and firewalld reloaded.

    Attributes:
        zone: the zone, if it was added.
        policy: the policy, if it was added.
    """

    logger: ClassVar[str] = "nfcore.firewalld"
    level: ClassVar[int] = logging.INFO
    message: ClassVar[str] = "firewalld set up"

    zone: str | None = None
    policy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewalldTakenBack(Event):
    """What had been added was removed again, since the transaction failed.

    Attributes:
        zone: the zone, if it was removed.
        policy: the policy, if it was removed.
    """

    logger: ClassVar[str] = "nfcore.firewalld"
    level: ClassVar[int] = logging.INFO
    message: ClassVar[str] = "firewalld put back"

    zone: str | None = None
    policy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceElsewhere(Event):
    """An interface stays in another zone, where somebody else put it; told once.

    Attributes:
        interface: its name.
        error: what firewalld answered.
    """

    logger: ClassVar[str] = "nfcore.firewalld"
    level: ClassVar[int] = logging.WARNING
    message: ClassVar[str] = "interface in another zone"

    interface: str
    error: str
