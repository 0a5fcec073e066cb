"""Rules that iptables-nft made are read as what they say."""

from __future__ import annotations

import shutil

import pytest

from nfcore.engine import Engine, IptRule
from nfcore.exceptions import BackendUnavailable
from nfcore.executor import open_executor
from nfcore.operations import ChainRef, Snapshot, TableRef
from tests.netns import in_netns
from translate import IPVersion, Rule, format, is_opaque  # noqa: A004 - the name in translate

RULES = {
    ("iptables-nft", "nat", "PREROUTING"): (
        "-m addrtype --dst-type LOCAL -j DOCKER",
        '-p tcp -m comment --comment "two words" -m tcp --dport 80 -j REDIRECT --to-ports 8080',
    ),
    ("iptables-nft", "nat", "POSTROUTING"): (
        "-s 172.17.0.0/16 ! -o docker0 -j MASQUERADE",
        "-s 10.0.0.0/8 -j SNAT --to-source 192.0.2.1",
    ),
    ("iptables-nft", "filter", "FORWARD"): (
        "-o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        "-i docker0 -o docker0 -j ACCEPT",
    ),
    ("ip6tables-nft", "filter", "INPUT"): (
        "-s fe80::/10 -p ipv6-icmp -m icmp6 --icmpv6-type 128 -j ACCEPT",
    ),
}


def words(text: str) -> list[str]:
    return [word.replace("_", " ") for word in text.replace('"two words"', "two_words").split()]


def rules_of(snapshot: Snapshot, program: str, table: str, chain: str) -> list[Rule]:
    version = IPVersion.V6 if program.startswith("ip6") else IPVersion.V4
    state = snapshot.tables[TableRef(version=version, name=table)]
    return [rule.body for rule in state.chains[chain].rules]


@pytest.fixture
def made(netns: str) -> str:
    in_netns(netns, ["iptables-nft", "-t", "nat", "-N", "DOCKER"])
    for (program, table, chain), rules in RULES.items():
        for rule in rules:
            in_netns(netns, [program, "-t", table, "-A", chain, *words(rule)])
    return netns


def test_they_are_read_as_what_they_say(made: str) -> None:
    with open_executor(netns=made) as executor:
        snapshot = executor.snapshot()
    for place, rules in RULES.items():
        read = rules_of(snapshot, *place)
        assert [format(rule) for rule in read] == [words(rule) for rule in rules]


def test_they_exist_and_can_be_deleted(made: str) -> None:
    rule = IptRule(
        IPVersion.V4, "nat", "PREROUTING", ("-m", "addrtype", "--dst-type", "LOCAL", "-j", "DOCKER")
    )
    with Engine(open_executor(netns=made)) as engine:
        with engine.transaction() as transaction:
            assert rule.exists(transaction)
            rule.delete(transaction)
        with engine.transaction() as transaction:
            assert not rule.exists(transaction)
    assert "addrtype" not in in_netns(made, ["iptables-nft-save"]).stdout


def test_one_without_iptables_words_stays_opaque_and_the_others_do_not(netns: str) -> None:
    in_netns(netns, ["iptables-nft", "-A", "FORWARD", "-m", "addrtype", "--dst-type", "LOCAL"])
    in_netns(netns, ["nft", "add rule ip filter FORWARD rt mtu 1400 accept"])
    in_netns(netns, ["iptables-nft", "-A", "FORWARD", "-m", "conntrack", "--ctstate", "NEW"])
    with open_executor(netns=netns) as executor:
        chain = ChainRef(table=TableRef(version=IPVersion.V4, name="filter"), name="FORWARD")
        rules = [r.body for r in executor.snapshot().tables[chain.table].chains["FORWARD"].rules]
    assert [is_opaque(rule) for rule in rules] == [False, True, False]


def test_without_iptables_they_stay_opaque(made: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with open_executor(netns=made) as executor:
        read = rules_of(executor.snapshot(), "iptables-nft", "nat", "POSTROUTING")
    assert all(is_opaque(rule) for rule in read)


def test_more_rules_than_one_batch(netns: str) -> None:
    lines = "".join(
        f"-A FORWARD -o br{n} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
        for n in range(300)
    )
    in_netns(netns, ["iptables-nft-restore"], stdin=f"*filter\n{lines}COMMIT\n")
    with open_executor(netns=netns) as executor:
        read = rules_of(executor.snapshot(), "iptables-nft", "filter", "FORWARD")
    assert [f"-A FORWARD {' '.join(format(rule))}\n" for rule in read] == lines.splitlines(True)


def test_where_no_namespace_can_be_made_they_stay_opaque(
    made: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise BackendUnavailable("no network namespace can be made: Operation not permitted")

    monkeypatch.setattr("nfcore.executor._compat.enter_new_netns", refuse)
    with open_executor(netns=made) as executor:
        read = rules_of(executor.snapshot(), "iptables-nft", "nat", "POSTROUTING")
    assert all(is_opaque(rule) for rule in read)
