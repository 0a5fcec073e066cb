"""Several processes at the same tables, and processes that are killed."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from nfcore.bridge import Driver, recognize
from nfcore.engine import Engine
from nfcore.executor import open_executor
from tests.concurrency.churn import port_of, spec_of
from tests.netns import in_netns

CHURN = str(Path(__file__).with_name("churn.py"))


def start(netns: str, lock: Path, seed: int, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, CHURN, netns, str(lock), str(seed), str(count)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "/usr/sbin:/usr/bin"},
    )


def rules(netns: str) -> list[str]:
    """Every rule of nfcore's, in iptables' form."""
    with Engine(open_executor("nftables", netns=netns)) as engine:
        snapshot = engine.ruleset.snapshot()
    return [
        f"{table} {name} {rule.body}"
        for table, state in snapshot.tables.items()
        for name, chain in state.chains.items()
        for rule in chain.rules
    ]


def expected(netns_of_reference: str, networks: dict[int, list[int]]) -> Counter[str]:
    """The rules of these networks, made by one engine alone."""
    with Engine(open_executor("nftables", netns=netns_of_reference)) as engine:
        driver = Driver()
        with engine.transaction() as transaction:
            driver.ensure_started(transaction)
            for seed, numbers in networks.items():
                # Jumps that stay are made by the first network of a version: make and remove one.
                extra = spec_of(seed, 9)
                driver.create_network(transaction, extra)
                driver.delete_network(transaction, extra)
                for number in numbers:
                    spec = spec_of(seed, number)
                    driver.create_network(transaction, spec)
                    driver.publish(transaction, spec, port_of(spec, seed, number))
    return Counter(rules(netns_of_reference))


def test_two_engines_and_a_third_party(netns: str, module_netns: str, tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    engines = {seed: start(netns, lock, seed, 40) for seed in (1, 2)}
    in_netns(netns, ["iptables-nft", "-N", "THEIRS"])
    turns = 0
    while any(engine.poll() is None for engine in engines.values()):
        turns += 1
        in_netns(netns, ["iptables-nft", "-A", "THEIRS", "-s", "198.51.100.1", "-j", "DROP"])
        in_netns(netns, ["iptables-nft", "-I", "FORWARD", "-j", "THEIRS"])
        in_netns(netns, ["nft", "add", "rule", "ip", "filter", "THEIRS", "rt", "mtu", "1400"])
        in_netns(netns, ["nft", "flush", "chain", "ip", "filter", "THEIRS"])
        in_netns(netns, ["iptables-nft", "-D", "FORWARD", "-j", "THEIRS"])
    answers = {seed: engine.communicate() for seed, engine in engines.items()}
    for seed, engine in engines.items():
        assert engine.returncode == 0, answers[seed][1]
    networks = {seed: json.loads(out.splitlines()[-1]) for seed, (out, _) in answers.items()}
    in_netns(netns, ["iptables-nft", "-X", "THEIRS"])
    assert Counter(rules(netns)) == expected(module_netns, networks)
    assert turns > 3


def test_killed_at_any_point_every_network_is_whole_or_absent(netns: str, tmp_path: Path) -> None:
    choice = random.Random(7)  # noqa: S311 - a reproducible order, no secret
    lock = tmp_path / "lock"
    done = 0
    seed = 0
    while done < 500:
        seed += 1
        process = start(netns, lock, seed % 200, 500)
        assert process.stdout is not None
        for _ in range(choice.randrange(30, 90)):
            process.stdout.readline()
            done += 1
        time.sleep(choice.random() * 0.01)
        process.kill()
        process.communicate()
        with Engine(open_executor("nftables", netns=netns)) as engine:
            states = recognize(engine.ruleset)
            driver = Driver()
            for state in states:
                whole = [*driver.network_rules(state.spec)]
                assert len(state.ports) == 1, state
                whole += driver.port_rules(state.spec, state.ports)
                with engine.transaction() as transaction:
                    missing = [rule for rule in whole if not rule.exists(transaction)]
                assert not missing, (state.spec.name, missing)
                driver_of = state.hairpin
                with engine.transaction() as transaction:
                    driver.delete_network(
                        transaction, state.spec, ports=state.ports, hairpin=driver_of
                    )
            assert not recognize(engine.ruleset)
        assert not [rule for rule in rules(netns) if "br" in rule and "name='br" in rule]
