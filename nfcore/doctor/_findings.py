"""One thing that the doctor found."""

from __future__ import annotations

import enum
from dataclasses import dataclass

__all__ = ["Finding", "Level"]


class Level(enum.Enum):
    """How it stands."""

    OK = "ok"
    NOTE = "note"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at.

    Args:
        subject: what was looked at.
        level: how it stands.
        detail: what was found.
        remedy: the command that mends it, or None.
    """

    subject: str
    level: Level
    detail: str
    remedy: str | None = None
