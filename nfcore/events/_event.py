"""What every event has, and how it is told."""

from __future__ import annotations

import logging
from abc import ABC
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, ClassVar, Final

__all__ = ["Event", "Observer", "emit", "is_wanted"]

_logger_named: Final = lru_cache(maxsize=64)(logging.getLogger)
_CALLER: Final = 2
"""A log record's place in the code is that of whoever tells, not of this module."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(ABC):
    """Something that happened, as one line of a log: a constant message, and fields.

    Attributes:
        logger: the name of the logger that it goes to.
        level: how grave it is (`logging`).
        message: what the line says, the same every time.
    """

    logger: ClassVar[str]
    level: ClassVar[int]
    message: ClassVar[str]

    def fields(self) -> Mapping[str, Any]:
        """The line's fields; those that are not known are left out."""
        named = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: value for name, value in named if value is not None}


Observer = Callable[[Event], None]
"""Told of every event besides the log; a program's metrics, say."""


def is_wanted(kind: type[Event], observer: Observer | None) -> bool:
    """Whether anybody would hear of such an event, so that it is worth making."""
    return observer is not None or _logger_named(kind.logger).isEnabledFor(kind.level)


def emit(event: Event, observer: Observer | None = None) -> None:
    """Log an event, and tell the observer.

    Args:
        event: what happened.
        observer: who else is to be told; None is nobody.
    """
    logger = _logger_named(event.logger)
    if logger.isEnabledFor(event.level):
        logger.log(event.level, event.message, extra=event.fields(), stacklevel=_CALLER)
    if observer is not None:
        observer(event)
