"""Events of the engine and of the executors: transactions, listings, the lock."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from nfcore.events._event import Event

__all__ = [
    "CheckedWithoutKernel",
    "LockWaited",
    "PictureLost",
    "RulesetListed",
    "TransactionCommitted",
    "TransactionRefused",
    "TransactionUnchanged",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionCommitted(Event):
    """A transaction is in place.

    Attributes:
        backend: the executor that carried it out.
        operations: how many operations it had.
        adds: how many of them add something.
        deletes: how many of them take something away.
        kinds: how many there were of each kind (``add_rule``, ``delete_element``).
        look_seconds: time to know the ruleset as it was.
        plan_seconds: time from then until the operations were known, the caller's own included.
        encode_seconds: time to write them in the backend's language.
        commit_seconds: time of the backend and the kernel.
        take_in_seconds: time to carry them over to the picture of the ruleset.
        generation: the ruleset's generation afterwards, where the kernel counts it.
        call_site: the line of code that asked for the first operation.
    """

    logger: ClassVar[str] = "nfcore.engine"
    level: ClassVar[int] = logging.INFO
    message: ClassVar[str] = "transaction committed"

    backend: str
    operations: int
    adds: int
    deletes: int
    kinds: Mapping[str, int]
    look_seconds: float
    plan_seconds: float
    encode_seconds: float
    commit_seconds: float
    take_in_seconds: float
    generation: int | None = None
    call_site: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionUnchanged(Event):
    """A transaction ended with nothing to send.

    Attributes:
        backend: the executor that would have carried it out.
    """

    logger: ClassVar[str] = "nfcore.engine"
    level: ClassVar[int] = logging.DEBUG
    message: ClassVar[str] = "transaction without a change"

    backend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionRefused(Event):
    """A transaction could not be carried out.

    Attributes:
        backend: the executor that was to carry it out.
        operations: how many operations it had.
        error: what kind of error it was (``CommitRefused``, ``PartlyCommitted``).
        answer: what was answered.
        index: which operation was refused (0 is the first), where that is known.
        operation: that operation.
        call_site: the line of code that asked for it.
    """

    logger: ClassVar[str] = "nfcore.engine"
    level: ClassVar[int] = logging.INFO
    message: ClassVar[str] = "transaction refused"

    backend: str
    operations: int
    error: str
    answer: str
    index: int | None = None
    operation: str | None = None
    call_site: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesetListed(Event):
    """The whole ruleset was read.

    Attributes:
        reason: why: ``first look``, ``picture lost``, or ``no notifications`` where the backend
            has none, so that every transaction begins with a listing.
        seconds: how long it took.
    """

    logger: ClassVar[str] = "nfcore.engine"
    level: ClassVar[int] = logging.DEBUG
    message: ClassVar[str] = "ruleset listed"

    reason: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureLost(Event):
    """The kernel's notifications no longer make a whole: the ruleset will be listed.

    Attributes:
        error: what was missing or did not fit.
    """

    logger: ClassVar[str] = "nfcore.engine"
    level: ClassVar[int] = logging.INFO
    message: ClassVar[str] = "picture of the ruleset lost"

    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LockWaited(Event):
    """Another engine was at work, and was waited for.

    Attributes:
        path: the lock file.
        holder: who held it.
        seconds: how long it was waited for.
        taken: whether the lock was had in the end.
    """

    logger: ClassVar[str] = "nfcore.engine"
    level: ClassVar[int] = logging.INFO
    message: ClassVar[str] = "lock waited for"

    path: str
    holder: str
    seconds: float
    taken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedWithoutKernel(Event):
    """Legacy rules were checked by nfcore alone, since no namespace could be made to try them in.

    Attributes:
        error: why not.
    """

    logger: ClassVar[str] = "nfcore.executor"
    level: ClassVar[int] = logging.WARNING
    message: ClassVar[str] = "checked without asking the kernel"

    error: str
