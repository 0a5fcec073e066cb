"""Who asked for an operation, so that a refused commit can name them."""

from __future__ import annotations

import sys
from types import CodeType, FrameType
from typing import Final, NamedTuple

__all__ = ["CallSite", "caller", "drivers_caller"]

_ENGINE: Final = ("nfcore.engine", "contextlib")
_OWN: Final = (*_ENGINE, "nfcore.bridge", "nfcore.layout")


class CallSite(NamedTuple):
    """A line of code. It keeps no frame alive, and its text is made only when asked for."""

    code: CodeType
    line: int

    def __str__(self) -> str:
        return f"{self.code.co_filename}:{self.line} in {self.code.co_qualname}"


def caller() -> CallSite:
    """The innermost line outside the engine, the bridge driver and the layouts: their user's call.

    The operation itself tells which rule it was; what a user lacks is which of their own calls
    made it.
    """
    return _site(_outside(_OWN, _frame()))


def drivers_caller() -> CallSite | None:
    """The same where it is the driver or a layout that called the engine, or None.

    They make all changes of a network in one block, so that their caller need be looked for only
    once: for each change anew, it is a fifth of what planning a network takes.
    """
    asking = _outside(_ENGINE, _frame())
    outside = _outside(_OWN, asking)
    return None if outside is asking else _site(outside)


def _frame() -> FrameType:
    return sys._getframe(1)  # noqa: SLF001 - inspect.stack() reads source files at every call


def _outside(packages: tuple[str, ...], frame: FrameType) -> FrameType:
    while frame.f_globals.get("__name__", "").startswith(packages) and frame.f_back is not None:
        frame = frame.f_back
    return frame


def _site(frame: FrameType) -> CallSite:
    return CallSite(frame.f_code, frame.f_lineno)
