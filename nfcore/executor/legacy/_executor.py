"""Executors on the legacy tables: all but how commands are carried out."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import count
from typing import ClassVar, Final

from nfcore.events import CheckedWithoutKernel, emit
from nfcore.exceptions import (
    BackendUnavailable,
    CommitRefused,
    InvalidInput,
    ListingFailed,
    NfcoreError,
    PartlyCommitted,
)
from nfcore.executor._base import Executor
from nfcore.executor._netns import enter_netns
from nfcore.executor._refusal import locate_refusal
from nfcore.executor.legacy._carriers import (
    Carrier,
    ExecCarrier,
    RestoreCarrier,
    ToolFailedError,
)
from nfcore.executor.legacy._handles import keep_handles
from nfcore.executor.legacy._lock import LockHeldError, XtablesLock
from nfcore.executor.legacy._picture import LegacyTable, Picture, table_states
from nfcore.executor.legacy._plan import Plan, make_plan, way_back
from nfcore.executor.legacy._programs import Place, Programs
from nfcore.executor.legacy._read import read_tables
from nfcore.executor.legacy._shape import check_shape
from nfcore.executor.legacy._trial import try_out
from nfcore.operations import Operation, Snapshot, TableRef, table_of
from translate import IPVersion

__all__ = ["LegacyExecExecutor", "LegacyExecutor"]

_SEARCH_SECONDS: Final = 20
"""How long to search for the operation that the kernel refused, before the error goes without."""


class _LegacyExecutor(Executor):
    """Programs the legacy tables through iptables' own programs, found in PATH.

    The legacy tables have no tags and no handles: tags are dropped, and handles are this object's
    own, kept from one reading to the next as long as rules can be told apart.

    Safe to use from several threads, whose calls then wait for one another. The network namespace
    is that of the constructor's caller, or ``netns``, whatever thread calls later.

    Args:
        netns: the name of the network namespace to work in (ip-netns(8)); None is the caller's.
        wait: how many seconds to wait for the xtables lock.
        limit: how many seconds each program may take before it is killed.

    Raises:
        InvalidInput: a namespace name that cannot be one, or a time that is none.
        NotFound: there is no such namespace.
        BackendUnavailable: a program is missing, or the kernel or the rights; with the answer.
    """

    has_sets: ClassVar[bool] = False
    _carrier: ClassVar[Carrier]

    def __init__(
        self, *, netns: str | None = None, wait: float = 10.0, limit: float = 60.0
    ) -> None:
        for name, seconds in (("wait", wait), ("limit", limit)):
            if not seconds > 0:
                raise InvalidInput(f"{name} must be more than 0 seconds, not {seconds:g}")
        self._wait = wait
        self._closed = False
        self._turn = threading.RLock()
        self._lock = XtablesLock(wait=wait)
        self._handles = count(1)
        self._last: dict[TableRef, LegacyTable] = {}
        enter = None if netns is None else partial(enter_netns, netns)
        self._programs = Programs(Place(enter), limit=limit)
        try:
            self._probe()
        except BaseException:
            self.close()
            raise

    def _probe(self) -> None:
        for version in IPVersion:
            for program in (*self._carrier.programs_of(version), _save(version)):
                self._programs.require(program)
        answer = self._programs.run(_save(IPVersion.V4), [])
        if not answer.succeeded:
            raise BackendUnavailable(str(answer))

    def commit(self, operations: Sequence[Operation], *, generation: int | None = None) -> None:
        """Carry out all operations, or none; there are no generations to compare.

        The kernel commits one table at a time. Where a later one fails, the earlier ones are put
        back as they were, under the same lock; so others can see a state between, but no more than
        that is left.

        Raises:
            CommitRefused: an operation failed, or the lock was not to be had; nothing stays.
            PartlyCommitted: a program failed, and so did taking back what was in place.
            InvalidInput: an operation that cannot be right, or a rule that iptables has no words
                for; nothing was sent.
            InvalidRule: a chain name that iptables cannot hold; nothing was sent.
            ListingFailed: the tables could not be read; nothing was sent.
            BackendUnavailable: the executor is closed, or a program cannot be started.
        """
        del generation
        with self.undoable(operations):
            pass

    @contextmanager
    def undoable(self, operations: Sequence[Operation]) -> Iterator[None]:
        """Commit operations, and take them back when the block ends in an exception.

        Raises:
            PartlyCommitted: they could not be taken back.
            NfcoreError: as `commit`, before the block begins.
        """
        check_shape(operations)
        with self._turn:
            self._check_open()
            if not operations:
                yield
                return
            with self._locked() as programs:
                plan = self._plan(operations, programs)
                total = len(plan.steps)
                try:
                    self._carry_out(plan, programs)
                except ToolFailedError as error:
                    failure = error
                    taken_back = self._take_back(
                        plan, operations, programs, failure, reached=failure.reached
                    )
                except BaseException as interruption:
                    reached = self._carrier.reach(total)
                    self._take_back(plan, operations, programs, interruption, reached=reached)
                    raise
                else:
                    self._last.update(plan.after)
                    try:
                        yield
                    except BaseException as error:
                        reached = range(total, total + 1)
                        self._take_back(plan, operations, programs, error, reached=reached)
                        raise
                    return
            # The lock is free again while the operation at fault is searched for.
            raise self._refusal(plan, operations, failure, taken_back) from failure

    def check(self, operations: Sequence[Operation]) -> None:
        """Try all operations on a copy of the tables, in a network namespace made for it.

        Where no such namespace can be made (it takes CAP_SYS_ADMIN), only nfcore's own checks are
        made, and the kernel may still refuse what this let pass. Raises what `commit` raises.
        """
        check_shape(operations)
        with self._turn:
            self._check_open()
            if not operations:
                return
            plan = self._plan(operations, self._programs)
            try:
                self._try_out(plan)
            except ToolFailedError as failure:
                raise self._refusal(plan, operations, failure, []) from failure
            except BackendUnavailable as error:
                emit(CheckedWithoutKernel(error=str(error)))

    def snapshot(self) -> Snapshot:
        """The present ip and ip6 tables.

        Raises:
            ListingFailed: they could not be read.
        """
        with self._turn:
            self._check_open()
            return Snapshot(tables=table_states(self._read(IPVersion, self._programs)))

    def close(self) -> None:
        """End the thread that starts programs; harmless when called twice."""
        self._closed = True
        self._programs.place.close()

    # The pieces.

    def _check_open(self) -> None:
        if self._closed:
            raise BackendUnavailable(f"the {self.name} executor is closed")

    @contextmanager
    def _locked(self) -> Iterator[Programs]:
        """The programs, for as long as nobody else changes the tables."""
        if not self._carrier.holds_lock:
            yield self._programs
            return
        with ExitStack() as stack:
            try:
                instead = stack.enter_context(self._lock.held())
            except LockHeldError as error:
                raise CommitRefused(str(error)) from error
            yield self._programs.with_lock_file(instead)

    def _plan(self, operations: Sequence[Operation], programs: Programs) -> Plan:
        versions = {table_of(operation).version: None for operation in operations}
        return make_plan(self._read(versions, programs), operations, self._new_handle)

    def _new_handle(self) -> int:
        return next(self._handles)

    def _read(self, versions: Iterable[IPVersion], programs: Programs) -> Picture:
        now: dict[TableRef, LegacyTable] = {}
        for version in versions:
            answer = programs.run(_save(version), ["-c"])
            if not answer.succeeded:
                raise ListingFailed(str(answer))
            try:
                now |= read_tables(answer.out, version, self._last)
            except ValueError as error:
                raise ListingFailed(f"{answer.program} printed no tables: {error}") from error
        picture = keep_handles(self._last, now, self._new_handle)
        self._last.update(picture)
        return picture

    def _carry_out(self, plan: Plan, programs: Programs) -> None:
        remarks = self._carrier.carry_out(plan.steps, programs, wait=self._wait)
        if remarks and not plan.is_done(self._read(plan.versions(), programs)):
            raise ToolFailedError(
                f"{'; '.join(remarks)}; but the tables do not hold what was asked for",
                is_refusal=False,
            )

    def _take_back(
        self,
        plan: Plan,
        operations: Sequence[Operation],
        programs: Programs,
        cause: BaseException,
        *,
        reached: range | None,
    ) -> list[TableRef]:
        """Put the tables back as they were before the plan; returns those that had changed."""
        trouble = "other changes came in between"
        try:
            now = self._read(plan.versions(), programs)
            back = way_back(plan, operations, now, reached)
            try:
                self._carrier.carry_out(back.steps, programs, wait=self._wait)
            except ToolFailedError as error:
                trouble = str(error)
            if not plan.changed(self._read(plan.versions(), programs), back.touched):
                return list(dict.fromkeys(step.table for step in back.steps))
        except NfcoreError as error:
            trouble = str(error)
        raise PartlyCommitted(
            f"{cause}; then, when it was to be taken back: {trouble}",
            tables=self._standing(plan, programs),
        ) from cause

    def _standing(self, plan: Plan, programs: Programs) -> dict[TableRef, str]:
        """How each table of a plan stands, in words."""
        standing: dict[TableRef, str] = {}
        for version in plan.versions():
            tables = [table for table in plan.tables() if table.version is version]
            try:
                now = self._read([version], programs)
            except NfcoreError as error:
                standing |= dict.fromkeys(tables, f"cannot be read ({error})")
            else:
                standing |= {table: plan.standing(table, now) for table in tables}
        return standing

    def _refusal(
        self,
        plan: Plan,
        operations: Sequence[Operation],
        failure: ToolFailedError,
        taken_back: Sequence[TableRef],
    ) -> CommitRefused:
        answer = failure.answer
        if "xtables lock" in answer:
            answer = f"{answer}; {self._lock.holder()}"
            if self._carrier.holds_lock:
                answer += (
                    " (is it nfcore's own process, then these programs are too old to know "
                    "XTABLES_LOCKFILE: take --backend legacy-exec)"
                )
        if taken_back:
            answer += f"; {', '.join(map(str, taken_back))}: put back as it was"
        index = None if failure.step is None else failure.step.index
        if index is None and failure.is_refusal:
            index = self._locate(plan, operations)
        operation = None if index is None else operations[index]
        return CommitRefused(answer, index=index, operation=operation)

    def _locate(self, plan: Plan, operations: Sequence[Operation]) -> int | None:
        """Which operation the kernel refused: it is searched for on copies of the tables."""
        deadline = time.monotonic() + _SEARCH_SECONDS

        def refusal_of(count: int) -> str | None:
            if time.monotonic() > deadline:
                raise TimeoutError
            try:
                self._try_out(make_plan(plan.before, operations[:count], self._new_handle))
            except (CommitRefused, ToolFailedError) as refusal:
                return refusal.answer
            return None

        try:
            return locate_refusal("", operations, refusal_of).index
        except (BackendUnavailable, TimeoutError):
            return None

    def _try_out(self, plan: Plan) -> None:
        try_out(self._carrier, plan.before, plan.steps, limit=self._programs.limit)


def _save(version: IPVersion) -> str:
    return f"{version.program}-legacy-save"


class LegacyExecutor(_LegacyExecutor):
    """One ``iptables-legacy-restore --noflush`` a transaction and IP version."""

    name: ClassVar[str] = "legacy"
    _carrier: ClassVar[Carrier] = RestoreCarrier()


class LegacyExecExecutor(_LegacyExecutor):
    """One ``iptables-legacy`` for every rule, and one more to check, as Docker does.

    It does not hold the xtables lock between its programs, so that others' changes may come between
    a transaction's own.
    """

    name: ClassVar[str] = "legacy-exec"
    _carrier: ClassVar[Carrier] = ExecCarrier()
