"""The errors of the translation layer.

The tree (``nfcore.exceptions`` hangs its own branches on the same root)::

    NetfilterError
    ├── TranslationError
    │   ├── ParseError          an argv or a line that iptables would refuse
    │   ├── InvalidRule         a rule built in code that cannot be right
    │   └── Untranslatable      a valid rule with no native nft form
    └── EvaluationError
        ├── InvalidEnvironment  addresses or routes that no host can have
        ├── InvalidPacket       a packet that cannot be
        └── InvalidRuleset      tables and chains that the kernel would refuse
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "EvaluationError",
    "InvalidEnvironment",
    "InvalidPacket",
    "InvalidRule",
    "InvalidRuleset",
    "NetfilterError",
    "ParseError",
    "TranslationError",
    "Untranslatable",
]


class NetfilterError(Exception):
    """The root of every error that nfcore and translate raise on purpose."""


class TranslationError(NetfilterError):
    """A rule could not be taken from one form into another."""


class ParseError(TranslationError, ValueError):
    """An iptables command that cannot be right.

    Args:
        message: what is wrong and what would be right.
        option: the option at fault as it was written, or None.
        position: its index in argv (0 is the first argument), or None.
        line: the line number in the file it came from (1 is the first), or None.
        file: that file's name, or None.
    """

    def __init__(
        self,
        message: str,
        *,
        option: str | None = None,
        position: int | None = None,
        line: int | None = None,
        file: str | None = None,
    ) -> None:
        self.message: Final = message
        self.option: Final = option
        self.position: Final = position
        self.line: Final = line
        self.file: Final = file
        super().__init__(message)

    def in_file(self, file: str) -> ParseError:
        """The same error, in a file of this name."""
        return ParseError(
            self.message, option=self.option, position=self.position, line=self.line, file=file
        )

    def __str__(self) -> str:
        where = []
        if self.file is not None:
            where.append(self.file if self.line is None else f"{self.file}:{self.line}")
        elif self.line is not None:
            where.append(f"line {self.line}")
        if self.option is not None:
            where.append(f"option {self.option!r}")
        if self.position is not None:
            where.append(f"argument {self.position}")
        return f"{', '.join(where)}: {self.message}" if where else self.message


class InvalidRule(TranslationError, ValueError):
    """A rule, match or target value that violates its own rules; names field and value."""


class Untranslatable(TranslationError):
    """A valid iptables rule that nft cannot express.

    Args:
        what: the match or target, in iptables' words (``-j CHECKSUM``).
        reason: why there is no native form.
    """

    def __init__(self, what: str, reason: str) -> None:
        self.what: Final = what
        self.reason: Final = reason
        super().__init__(f"{what} has no native nft form: {reason}")


class EvaluationError(NetfilterError, ValueError):
    """A packet's walk through rules was asked for that cannot be made."""


class InvalidEnvironment(EvaluationError):
    """Addresses or routes that no host can have; names interface and value."""


class InvalidPacket(EvaluationError):
    """A packet that cannot be; names field and value."""


class InvalidRuleset(EvaluationError):
    """Tables and chains that the kernel would refuse; names table, chain and rule."""
