"""Events of the bridge driver: what it leaves at a warning, as libnetwork does."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import ClassVar

from nfcore.events._event import Event

__all__ = ["DeletionSkipped", "DriverStepFailed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverStepFailed(Event):
    """A step failed that the driver goes on without.

    Attributes:
        step: what it was.
        error: why it failed.
    """

    logger: ClassVar[str] = "nfcore.bridge"
    level: ClassVar[int] = logging.WARNING
    message: ClassVar[str] = "driver step failed"

    step: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionSkipped(Event):
    """A rule could not be deleted, which is no error when something is taken back.

    Attributes:
        rule: the rule, as an iptables command.
        error: why.
    """

    logger: ClassVar[str] = "nfcore.bridge"
    level: ClassVar[int] = logging.DEBUG
    message: ClassVar[str] = "deletion skipped"

    rule: str
    error: str
