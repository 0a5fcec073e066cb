"""Telling a packet's way through what a host's kernel holds."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from nfcore.bridge import NetworkState
from nfcore.engine import Ruleset
from nfcore.events import TablesNotRead, emit
from nfcore.exceptions import NfcoreError
from nfcore.executor import (
    Executor,
    ExecutorKind,
    HybridExecutor,
    NativeExecutor,
    open_executor,
)
from nfcore.explain import Explanation, Held, Question, explain
from nfcore.layout import layout_of
from nfcore.system import HostView, System
from translate import IPVersion

__all__ = ["Survey", "survey"]

_KINDS: Final[dict[bool, ExecutorKind]] = {True: "legacy", False: "nftables"}
"""The other kind of tables, by whether the chosen one is nf_tables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A host's rules and what is around them, read once, to be asked about many packets.

    Attributes:
        held: every rule.
        networks: the networks that the rules tell of.
        host: the host around the rules; its routes are asked for as packets come.
    """

    held: Held
    networks: tuple[NetworkState, ...]
    host: HostView

    def explain(self, question: Question) -> Explanation:
        """Tell a packet's way (see `nfcore.explain.explain`).

        Raises:
            EvaluationError: no such packet can be.
            InvalidInput: too little was said, or what contradicts itself.
            NotFound: there is no such network.
        """
        return explain(question, held=self.held, networks=self.networks, host=self.host)


def survey(
    *,
    backend: ExecutorKind = "auto",
    netns: str | None = None,
    table_prefix: str = "",
) -> Survey:
    """Read everything that packets meet on a host. Nothing is changed.

    Args:
        backend: which tables hold nfcore's chains (see `open_executor`); the others are read too.
        netns: the network namespace's name; None is the caller's.
        table_prefix: see `open_executor`.

    Raises:
        NotFound: there is no such namespace.
        NfcoreError: the kernel could not be read.
    """
    with ExitStack() as stack:
        executor = stack.enter_context(
            open_executor(backend, netns=netns, table_prefix=table_prefix, reading=True)
        )
        ruleset = Ruleset.from_snapshot(executor.snapshot())
        layout = layout_of(ruleset)
        own = _native(executor)
        other = _other(_KINDS[own is not None], netns, stack)
        native = own or (None if other is None else _native(other))
        held = Held(
            kind="iptables-legacy" if own is None else "nf_tables",
            rules=layout.expand(ruleset),
            other=None if other is None else _as_rules(other),
            foreign={} if native is None else {v: native.foreign_tables(v) for v in IPVersion},
        )
        networks = layout.networks(ruleset)
    return Survey(held=held, networks=networks, host=System(netns=netns).look())


def _native(executor: Executor) -> NativeExecutor | None:
    if isinstance(executor, HybridExecutor):
        return executor.native
    return executor if isinstance(executor, NativeExecutor) else None


def _other(kind: ExecutorKind, netns: str | None, stack: ExitStack) -> Executor | None:
    try:
        return stack.enter_context(open_executor(kind, netns=netns, reading=True))
    except NfcoreError as error:
        emit(TablesNotRead(tables=kind, error=str(error)))
        return None


def _as_rules(executor: Executor) -> Ruleset | None:
    reading = _native(executor) or executor
    ruleset = Ruleset.from_snapshot(reading.snapshot())
    expanded = layout_of(ruleset).expand(ruleset)
    return expanded if expanded.snapshot().tables else None
