"""What a test comes to: yes, no, or that it cannot be known from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NoReturn, TypeAlias

__all__ = ["Decision", "Undecidable", "negate"]


@dataclass(frozen=True, slots=True)
class Undecidable:
    """Neither yes nor no.

    Args:
        reason: what would have to be known, in words that follow a rule ("the packet's length is
            not given").
        about: ``match`` where the rule either matches or not, ``effect`` where what it would do to
            the packet is unknown too.
    """

    reason: str
    about: Literal["match", "effect"] = "match"

    def __bool__(self) -> NoReturn:
        raise TypeError(f"neither true nor false: {self.reason}")


Decision: TypeAlias = bool | Undecidable


def negate(decision: Decision, negated: bool) -> Decision:
    """The decision turned round where ``!`` asks for it; what is undecidable stays so."""
    return decision if isinstance(decision, Undecidable) else decision != negated
