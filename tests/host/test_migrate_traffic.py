"""Moving rules from one kind of tables to the other: no packet is lost on the way."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from nfcore.bridge import Driver
from nfcore.engine import Engine, ListingSource
from nfcore.executor import open_executor
from nfcore.host import Side, migrate, save_text
from tests.bridge.combos import driver_for
from tests.host.lab import NETWORK, PORTS, Lab, Traffic, new_lab
from translate import IPVersion

ROUND_TRIPS = 4

pytestmark = pytest.mark.usefixtures("own_lock")


@pytest.fixture
def lab() -> Iterator[Lab]:
    with new_lab() as lab:
        yield lab


def program(engine: Engine, driver: Driver) -> None:
    with engine.transaction() as transaction:
        driver.ensure_started(transaction)
        driver.create_network(transaction, NETWORK)
        for port in PORTS:
            driver.publish(transaction, NETWORK, port)
        for version in IPVersion:
            transaction.set_policy(version, "filter", "FORWARD", "drop")


def saved(engine: Engine) -> list[str]:
    return [save_text(engine.ruleset, version) for version in IPVersion]


@pytest.mark.parametrize("hairpin", [False, True], ids=["proxy", "hairpin"])
def test_there_and_back_while_packets_flow(lab: Lab, hairpin: bool) -> None:
    with (
        open_executor("nftables", netns=lab.host) as native,
        open_executor("legacy", netns=lab.host) as legacy,
    ):
        nftables = Side(name="nf_tables", engine=Engine(native, source=ListingSource(native)))
        iptables = Side(name="iptables-legacy", engine=Engine(legacy))
        program(nftables.engine, driver_for(hairpin=hairpin))
        before = saved(nftables.engine)

        with Traffic(lab).flowing() as traffic:
            for _ in range(ROUND_TRIPS):
                there = migrate(nftables, iptables)
                assert saved(iptables.engine) == before
                back = migrate(iptables, nftables)
                assert saved(nftables.engine) == before
                assert (there, back.left) == (back, ())
                assert not there.resumed

        assert traffic.wrong == []
        assert len(traffic.counts) == 8
        for name, count in traffic.counts.items():
            assert count.sent == count.answered, name
            assert count.sent > 10 * ROUND_TRIPS, name


def test_the_traffic_needs_the_rules(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a rule missing for a moment, packets would be lost: so the count above counts."""
    monkeypatch.setattr("tests.host.lab.PATIENCE", 0.2)
    with open_executor("nftables", netns=lab.host) as native:
        engine = Engine(native, source=ListingSource(native))
        driver = driver_for(hairpin=False)
        program(engine, driver)
        with Traffic(lab).flowing() as traffic:
            with engine.transaction() as transaction:
                for port in PORTS:
                    driver.release(transaction, NETWORK, port)
            time.sleep(0.3)
            with engine.transaction() as transaction:
                for port in PORTS:
                    driver.publish(transaction, NETWORK, port)
        assert any(line.startswith("new flow") for line in traffic.wrong)
