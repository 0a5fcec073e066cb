"""Events counted with the official client."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client import REGISTRY, CollectorRegistry

from nfcore.engine import Engine, IptRule
from nfcore.events import (
    BridgeMade,
    BridgeRefused,
    BridgeRemoved,
    ConntrackUnavailable,
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
from nfcore.executor import CffiExecutor
from nfcore.metrics import PrometheusMetrics
from translate import IPVersion


def value(metrics: PrometheusMetrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"nfcore_{name}", labels)


COMMITTED = TransactionCommitted(
    backend="fake",
    operations=3,
    adds=2,
    deletes=1,
    kinds={"add_rule": 2, "delete_rule": 1},
    look_seconds=0.1,
    plan_seconds=0.2,
    encode_seconds=0.3,
    commit_seconds=0.4,
    take_in_seconds=0.5,
)


@pytest.mark.parametrize(
    ("event", "name", "labels", "expected"),
    [
        (COMMITTED, "transactions_total", {"result": "committed"}, 1),
        (COMMITTED, "operations_total", {"kind": "add_rule"}, 2),
        (COMMITTED, "operations_total", {"kind": "delete_rule"}, 1),
        (COMMITTED, "transaction_seconds_sum", {"phase": "look"}, 0.1),
        (COMMITTED, "transaction_seconds_sum", {"phase": "plan"}, 0.2),
        (COMMITTED, "transaction_seconds_sum", {"phase": "encode"}, 0.3),
        (COMMITTED, "transaction_seconds_sum", {"phase": "commit"}, 0.4),
        (COMMITTED, "transaction_seconds_sum", {"phase": "take_in"}, 0.5),
        (
            TransactionUnchanged(backend="fake"),
            "transactions_total",
            {"result": "unchanged"},
            1,
        ),
        (
            TransactionRefused(backend="fake", operations=1, error="CommitRefused", answer="no"),
            "transactions_total",
            {"result": "refused"},
            1,
        ),
        (
            RulesetListed(reason="first look", seconds=2.0),
            "listings_total",
            {"reason": "first look"},
            1,
        ),
        (RulesetListed(reason="first look", seconds=2.0), "listing_seconds_sum", {}, 2),
        (
            RulesRepaired(culprits=("nft",), changes=1, missing=(), seconds=0.5),
            "repairs_total",
            {},
            1,
        ),
        (
            RulesRepaired(culprits=("nft",), changes=1, missing=(), seconds=0.5),
            "repair_seconds_sum",
            {},
            0.5,
        ),
        (
            LockWaited(path="/run/l", holder="nft", seconds=0.5, taken=True),
            "lock_wait_seconds_sum",
            {},
            0.5,
        ),
        (NetworksCounted(networks=7, ports=3), "networks", {}, 7),
        (NetworksCounted(networks=7, ports=3), "ports", {}, 3),
        (FlowsCleared(flows=9), "flows_cleared_total", {}, 9),
        (BridgeMade(bridge="b", alias="a"), "bridges_total", {"action": "made"}, 1),
        (
            BridgeRemoved(bridge="b", reason="taken back"),
            "bridges_total",
            {"action": "removed"},
            1,
        ),
        (
            BridgeRefused(bridge="b", network="n", error="e"),
            "bridges_total",
            {"action": "refused"},
            1,
        ),
        (SysctlSet(key="k", value="1"), "sysctls_total", {"action": "set"}, 1),
        (SysctlPutBack(key="k", value="1", others=3), "sysctls_total", {"action": "put_back"}, 1),
        (FirewalldAbsent(reason="r"), "firewalld_total", {"event": "absent"}, 1),
        (FirewalldReloaded(), "firewalld_total", {"event": "reloaded"}, 1),
        (FirewalldRefusal(error="e"), "firewalld_total", {"event": "refused"}, 1),
    ],
)
def test_an_event_is_counted(
    event: Event, name: str, labels: dict[str, str], expected: float
) -> None:
    metrics = PrometheusMetrics()
    assert value(metrics, name, **labels) in {0, None}
    metrics(event)
    assert value(metrics, name, **labels) == expected


def test_events_without_a_metric_change_none() -> None:
    metrics = PrometheusMetrics()
    before = metrics.text()
    metrics(ConntrackUnavailable(error="no"))
    assert metrics.text() == before


def test_real_transactions_are_counted(netns: str) -> None:
    metrics = PrometheusMetrics()
    rule = IptRule(IPVersion.V4, "filter", "MINE", ("-s", "10.0.0.1", "-j", "DROP"))
    with Engine(CffiExecutor(netns=netns), observer=metrics) as engine:
        for _ in range(2):
            with engine.transaction() as transaction:
                transaction.new_chain(IPVersion.V4, "filter", "MINE")
                transaction.append(rule)
    assert value(metrics, "transactions_total", result="committed") == 1
    assert value(metrics, "transactions_total", result="unchanged") == 1
    assert value(metrics, "operations_total", kind="add_rule") == 1
    assert value(metrics, "transaction_seconds_count", phase="commit") == 1
    assert value(metrics, "listings_total", reason="first look") == 1


def test_the_clients_own_registry_is_used_only_where_it_is_given() -> None:
    PrometheusMetrics()
    PrometheusMetrics()
    assert not [name for name in REGISTRY._names_to_collectors if name.startswith("nfcore")]
    registry = CollectorRegistry()
    PrometheusMetrics(registry)(FlowsCleared(flows=1))
    assert registry.get_sample_value("nfcore_flows_cleared_total") == 1


def test_a_file_for_the_textfile_collector(tmp_path: Path) -> None:
    metrics = PrometheusMetrics()
    metrics(FlowsCleared(flows=2))
    path = tmp_path / "nfcore.prom"
    metrics.write(path)
    assert "\nnfcore_flows_cleared_total 2.0\n" in path.read_text()
    assert [made.name for made in tmp_path.iterdir()] == ["nfcore.prom"]


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "none" / "nfcore.prom"
    message = f"^{path}: the metrics cannot be written: No such file or directory$"
    with pytest.raises(InvalidInput, match=message):
        PrometheusMetrics().write(path)
