"""Telling a packet's way through what a host's kernel holds."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Final

from nfcore.engine import Ruleset
from nfcore.exceptions import NfcoreError
from nfcore.executor import (
    Executor,
    ExecutorKind,
    ForeignTable,
    HybridExecutor,
    NativeExecutor,
    open_executor,
)
from nfcore.explain import Explanation, Held, Question, explain
from nfcore.layout import layout_of
from nfcore.system import System
from translate import IPVersion

__all__ = ["explain_packet"]

_LOG: Final = logging.getLogger("nfcore.host")
_KINDS: Final[dict[bool, ExecutorKind]] = {True: "legacy", False: "nftables"}
"""The other kind of tables, by whether the chosen one is nf_tables."""


def explain_packet(
    question: Question,
    *,
    backend: ExecutorKind = "auto",
    netns: str | None = None,
    table_prefix: str = "",
) -> Explanation:
    """Read everything that packets meet on a host, and tell one packet's way.

    Args:
        question: the packet.
        backend: which tables hold nfcore's chains (see `open_executor`); the others are read too.
        netns: the network namespace's name; None is the caller's.
        table_prefix: see `open_executor`.

    Raises:
        EvaluationError: no such packet can be.
        InvalidInput: too little was said, or what contradicts itself.
        NotFound: there is no such network or namespace.
        NfcoreError: the kernel could not be read.
    """
    with ExitStack() as stack:
        executor = stack.enter_context(
            open_executor(backend, netns=netns, table_prefix=table_prefix, reading=True)
        )
        ruleset = Ruleset.from_snapshot(executor.snapshot())
        layout = layout_of(ruleset)
        native = _native(executor)
        other = _other(_KINDS[native is not None], netns, stack)
        if native is None and other is not None:
            native = _native(other)
        held = Held(
            kind="iptables-legacy" if _native(executor) is None else "nf_tables",
            rules=layout.expand(ruleset),
            other=None if other is None else _as_rules(other),
            foreign=_foreign(native),
        )
        return explain(
            question,
            held=held,
            networks=layout.networks(ruleset),
            host=System(netns=netns).look(),
        )


def _native(executor: Executor) -> NativeExecutor | None:
    if isinstance(executor, HybridExecutor):
        return executor.native
    return executor if isinstance(executor, NativeExecutor) else None


def _other(kind: ExecutorKind, netns: str | None, stack: ExitStack) -> Executor | None:
    try:
        return stack.enter_context(open_executor(kind, netns=netns, reading=True))
    except NfcoreError as error:
        _LOG.info("other tables not read", extra={"tables": kind, "error": str(error)})
        return None


def _as_rules(executor: Executor) -> Ruleset | None:
    reading = _native(executor) or executor
    ruleset = Ruleset.from_snapshot(reading.snapshot())
    expanded = layout_of(ruleset).expand(ruleset)
    return expanded if expanded.snapshot().tables else None


def _foreign(native: NativeExecutor | None) -> Callable[[IPVersion], Sequence[ForeignTable]]:
    if native is None:
        return lambda _: ()
    read: dict[IPVersion, tuple[ForeignTable, ...]] = {}

    def tables(version: IPVersion) -> tuple[ForeignTable, ...]:
        if version not in read:
            read[version] = native.foreign_tables(version)
        return read[version]

    return tables
