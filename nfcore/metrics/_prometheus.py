"""The one place that turns events into metrics."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    write_to_textfile,
)

from nfcore.events import (
    BridgeMade,
    BridgeRefused,
    BridgeRemoved,
    Event,
    FirewalldAbsent,
    FirewalldRefusal,
    FirewalldReloaded,
    FlowsCleared,
    LockWaited,
    NetworksCounted,
    RulesetListed,
    RulesRepaired,
    SysctlPutBack,
    SysctlSet,
    TransactionCommitted,
    TransactionRefused,
    TransactionUnchanged,
)
from nfcore.exceptions import InvalidInput

__all__ = ["PrometheusMetrics"]

_SECONDS: Final = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
"""Bounds of the histograms: from one network to tens of thousands."""
_RESULTS: Final[Mapping[type[Event], str]] = MappingProxyType(
    {
        TransactionCommitted: "committed",
        TransactionUnchanged: "unchanged",
        TransactionRefused: "refused",
    }
)
_BRIDGES: Final[Mapping[type[Event], str]] = MappingProxyType(
    {BridgeMade: "made", BridgeRemoved: "removed", BridgeRefused: "refused"}
)
_SYSCTLS: Final[Mapping[type[Event], str]] = MappingProxyType(
    {SysctlSet: "set", SysctlPutBack: "put_back"}
)
_FIREWALLD: Final[Mapping[type[Event], str]] = MappingProxyType(
    {FirewalldAbsent: "absent", FirewalldReloaded: "reloaded", FirewalldRefusal: "refused"}
)


class PrometheusMetrics:
    """An observer that counts. Safe to use from several threads.

    Args:
        registry: where the metrics are registered; None is a registry of its own. The client's
            global one is used only where it is given.
    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry: Final = CollectorRegistry() if registry is None else registry
        self._transactions = self._counter(
            "transactions", "Transactions, by what became of them.", result=_RESULTS.values()
        )
        self._operations = self._counter(
            "operations", "Operations of committed transactions, by kind.", kind=()
        )
        self._seconds = Histogram(
            "nfcore_transaction_seconds",
            "Seconds that committed transactions took, by phase.",
            ["phase"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._listings = self._counter(
            "listings", "Listings of the whole ruleset, by reason.", reason=()
        )
        self._listing_seconds = self._histogram("listing", "Seconds that listings took.")
        self._repair_seconds = self._histogram(
            "repair", "Seconds from when a change was heard of until it was put back."
        )
        self._repairs = self._counter("repairs", "Changes of others' that were put back.")
        self._lock_seconds = self._histogram(
            "lock_wait", "Seconds that it was waited for another engine's lock."
        )
        self._networks = self._gauge("networks", "Networks in place.")
        self._ports = self._gauge("ports", "Published ports in place.")
        self._flows = self._counter("flows_cleared", "Tracked connections that were forgotten.")
        self._bridges = self._counter(
            "bridges", "Bridge devices, by what became of them.", action=_BRIDGES.values()
        )
        self._sysctls = self._counter(
            "sysctls", "Sysctls, by whether they were set or put back.", action=_SYSCTLS.values()
        )
        self._firewalld = self._counter(
            "firewalld", "firewalld seen absent, reloaded or refusing.", event=_FIREWALLD.values()
        )

    def __call__(self, event: Event) -> None:
        """Count an event."""
        kind = type(event)
        for metric, words in (
            (self._transactions, _RESULTS),
            (self._bridges, _BRIDGES),
            (self._sysctls, _SYSCTLS),
            (self._firewalld, _FIREWALLD),
        ):
            if kind in words:
                metric.labels(words[kind]).inc()
        match event:
            case TransactionCommitted():
                self._committed(event)
            case RulesetListed(reason=reason, seconds=seconds):
                self._listings.labels(reason).inc()
                self._listing_seconds.observe(seconds)
            case RulesRepaired(seconds=seconds):
                self._repairs.inc()
                self._repair_seconds.observe(seconds)
            case LockWaited(seconds=seconds):
                self._lock_seconds.observe(seconds)
            case FlowsCleared(flows=flows):
                self._flows.inc(flows)
            case NetworksCounted(networks=networks, ports=ports):
                self._networks.set(networks)
                self._ports.set(ports)

    def _committed(self, event: TransactionCommitted) -> None:
        for kind, count in event.kinds.items():
            self._operations.labels(kind).inc(count)
        for phase, seconds in (
            ("look", event.look_seconds),
            ("plan", event.plan_seconds),
            ("encode", event.encode_seconds),
            ("commit", event.commit_seconds),
            ("take_in", event.take_in_seconds),
        ):
            self._seconds.labels(phase).observe(seconds)

    def text(self) -> str:
        """The metrics in the text format that Prometheus reads."""
        return generate_latest(self.registry).decode()

    def write(self, path: Path) -> None:
        """Write the metrics to a file for node_exporter's textfile collector, whole or not at all.

        Args:
            path: the file; the collector reads those that end in ``.prom``.

        Raises:
            InvalidInput: it cannot be written.
        """
        try:
            write_to_textfile(os.fspath(path), self.registry)
        except OSError as error:
            raise InvalidInput(
                f"the metrics cannot be written: {error.strerror}", file=os.fspath(path)
            ) from error

    def _counter(self, name: str, text: str, **labels: Iterable[str]) -> Counter:
        """A counter; label values that are known beforehand begin at 0, so that rates show."""
        made = Counter(f"nfcore_{name}", text, [*labels], registry=self.registry)
        for values in labels.values():
            for value in values:
                made.labels(value)
        return made

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(f"nfcore_{name}", text, registry=self.registry)

    def _histogram(self, name: str, text: str) -> Histogram:
        return Histogram(f"nfcore_{name}_seconds", text, buckets=_SECONDS, registry=self.registry)
