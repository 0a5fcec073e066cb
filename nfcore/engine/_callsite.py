"""Who asked for an operation, so that a refused commit can name them."""

from __future__ import annotations

import sys
from types import CodeType
from typing import Final, NamedTuple

__all__ = ["CallSite", "caller"]

_OWN_PACKAGES: Final = ("nfcore.engine", "nfcore.bridge", "contextlib")


class CallSite(NamedTuple):
    """A line of code. It keeps no frame alive, and its text is made only when asked for."""

    code: CodeType
    line: int

    def __str__(self) -> str:
        return f"{self.code.co_filename}:{self.line} in {self.code.co_qualname}"


def caller() -> CallSite:
    """The innermost line outside the engine and the bridge driver: their user's call.

    The operation itself tells which rule it was; what a user lacks is which of their own calls
    made it.
    """
    frame = sys._getframe(1)  # noqa: SLF001 - inspect.stack() reads source files at every call
    while frame.f_globals.get("__name__", "").startswith(_OWN_PACKAGES):
        if frame.f_back is None:
            break
        frame = frame.f_back
    return CallSite(frame.f_code, frame.f_lineno)
