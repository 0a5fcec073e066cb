"""What firewalld, or the bus in its stead, answers when it will not."""

from __future__ import annotations

from typing import Final

__all__ = ["FirewalldRefused"]

_UNKNOWN_METHOD: Final = "org.freedesktop.DBus.Error.UnknownMethod"


class FirewalldRefused(Exception):
    """firewalld answered with an error.

    Args:
        name: the D-Bus error's name.
        text: what firewalld said, such as ``NAME_CONFLICT: docker``.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name: Final = name
        self.text: Final = text
        super().__init__(text or name)

    @property
    def code(self) -> str:
        """What firewalld calls it, such as ``NAME_CONFLICT``; empty for an error of the bus."""
        return "" if self.is_unknown_method else self.text.partition(":")[0]

    @property
    def is_unknown_method(self) -> bool:
        """Whether this firewalld is too old to know what was called."""
        return self.name == _UNKNOWN_METHOD
