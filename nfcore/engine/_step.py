"""One operation of a transaction."""

from __future__ import annotations

from typing import NamedTuple

from nfcore.engine._callsite import CallSite
from nfcore.operations import Operation

__all__ = ["Step"]


class Step(NamedTuple):
    """One operation, and who asked for it."""

    operation: Operation
    site: CallSite | None = None
