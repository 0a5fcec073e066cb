"""Every error that nfcore raises on purpose, in one tree.

::

    NetfilterError                      (translate.exceptions)
    ├── TranslationError                (translate.exceptions)
    │   ├── ParseError
    │   ├── InvalidRule
    │   └── Untranslatable
    ├── EvaluationError                 (translate.exceptions)
    │   ├── InvalidEnvironment
    │   ├── InvalidPacket
    │   └── InvalidRuleset
    └── NfcoreError
        ├── InvalidInput                a file, an option or a value that cannot be right
        ├── Conflict                    a right request that the present state forbids
        ├── NotFound                    no such network, port, chain or rule
        ├── BackendUnavailable          no usable executor, with what each answered
        │   └── NotPermitted            this process may not program a firewall
        ├── MissingExtra                an optional library is not installed; says how to install it
        ├── CommitRefused               the kernel or tool refused a transaction; nothing changed
        ├── PartlyCommitted             part of a transaction could not be taken back; says which
        ├── Overtaken                   others committed first; nothing changed
        ├── ListingFailed               the kernel's ruleset could not be read
        ├── EventsLost                  the kernel's notifications no longer make a whole
        ├── Locked                      another engine is at work
        ├── SetupFailed                 a step of the host's set-up around the rules failed
        ├── DriverError                 a step of the bridge driver failed, and why
        └── TransactionClosed           a transaction used after its end
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from translate.exceptions import (
    InvalidRule,
    NetfilterError,
    ParseError,
    TranslationError,
    Untranslatable,
)

if TYPE_CHECKING:
    from nfcore.operations import Operation, TableRef

__all__ = [
    "BackendUnavailable",
    "CommitRefused",
    "Conflict",
    "DriverError",
    "EventsLost",
    "InvalidInput",
    "InvalidRule",
    "ListingFailed",
    "Locked",
    "MissingExtra",
    "NetfilterError",
    "NfcoreError",
    "NotFound",
    "NotPermitted",
    "Overtaken",
    "ParseError",
    "PartlyCommitted",
    "SetupFailed",
    "TransactionClosed",
    "TranslationError",
    "Untranslatable",
]


class NfcoreError(NetfilterError):
    """The root of the engine's own errors."""


class InvalidInput(NfcoreError, ValueError):
    """Something a user wrote cannot be right.

    Args:
        message: what is wrong and what would be right.
        file: the file it stands in, or None.
        line: the line in that file (1 is the first), or None.
        key: the dotted key in that file (``networks.front.ipam``), or None.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        key: str | None = None,
    ) -> None:
        self.message: Final = message
        self.file: Final = file
        self.line: Final = line
        self.key: Final = key
        super().__init__(message)

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        return ": ".join(part for part in (place, self.key, self.message) if part)


class Conflict(NfcoreError):
    """The request is well formed, but what is there already forbids it."""


class NotFound(NfcoreError, LookupError):
    """What was asked for is not there."""


class BackendUnavailable(NfcoreError):
    """No executor can be used here; the message says what was tried and what each answered."""


class NotPermitted(BackendUnavailable):
    """No executor can be used here, because this process may not program a firewall."""


class MissingExtra(NfcoreError):
    """An optional library is not installed.

    Args:
        library: the library.
        extra: the extra of nfcore's that brings it.
        purpose: what it is needed for.
    """

    def __init__(self, library: str, *, extra: str, purpose: str) -> None:
        self.library: Final = library
        self.extra: Final = extra
        super().__init__(
            f"{purpose} needs {library}, which is not installed: pip install 'nfcore[{extra}]'"
        )


class EventsLost(NfcoreError):
    """Notifications of the kernel's were lost, or one could not be read.

    Whoever keeps a picture of the ruleset must list it anew.
    """


class Locked(NfcoreError):
    """Another engine is at work; the message names it and the time that was waited."""


class ListingFailed(NfcoreError):
    """The present ruleset could not be read; the message holds the answer."""


class DriverError(NfcoreError):
    """A step of the bridge driver failed; says which, in the driver's own words, and why."""


class SetupFailed(NfcoreError):
    """A bridge or a sysctl could not be set up; names the command that would have done the same."""


class TransactionClosed(NfcoreError):
    """The transaction was committed or abandoned already."""


class CommitRefused(NfcoreError):
    """The kernel (or the tool that stands for it) refused the transaction; nothing of it stays.

    Args:
        answer: what the kernel or tool said, verbatim.
        index: which operation failed (0 is the first), or None where that cannot be told.
        operation: that operation, or None.
        call_site: ``file:line in function`` of the caller that asked for it, or None.
    """

    def __init__(
        self,
        answer: str,
        *,
        index: int | None = None,
        operation: Operation | None = None,
        call_site: str | None = None,
    ) -> None:
        self.answer: Final = answer
        self.index: Final = index
        self.operation: Final = operation
        self.call_site: Final = call_site
        super().__init__(answer)

    def __str__(self) -> str:
        parts = ["the transaction was refused"]
        if self.index is not None:
            parts.append(f" at operation {self.index}")
        if self.operation is not None:
            parts.append(f" ({self.operation})")
        if self.call_site is not None:
            parts.append(f" asked for at {self.call_site}")
        return f"{''.join(parts)}: {self.answer}; nothing was changed"


class Overtaken(NfcoreError):
    """Others committed since the ruleset was looked at; nothing of the transaction was done.

    (Where the kernel's acknowledgement was lost, it may have been: whoever plans anew, over the
    ruleset as it is then, finds out.)
    """


class PartlyCommitted(NfcoreError):
    """A transaction failed half-way, and what was in place of it could not be taken back.

    Only iptables-legacy's tables, which are committed one by one, can come to this.

    Args:
        answer: what failed, and what failed when it was to be taken back.
        tables: each table that the transaction touches, and how it stands now.
    """

    def __init__(self, answer: str, *, tables: Mapping[TableRef, str]) -> None:
        self.answer: Final = answer
        self.tables: Final = tables
        super().__init__(answer)

    def __str__(self) -> str:
        states = ", ".join(f"{table} {state}" for table, state in self.tables.items())
        return f"the transaction failed and could not be undone: {self.answer}; now {states}"
