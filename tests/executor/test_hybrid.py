"""Rules without a native form go to the legacy tables, and come back as if they were not there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nfcore.engine import Engine, IptRule
from nfcore.exceptions import CommitRefused, PartlyCommitted
from nfcore.executor import Executor, open_executor
from nfcore.executor._hybrid import HybridExecutor
from nfcore.host import save_text
from nfcore.operations import (
    AddChain,
    AddTable,
    ChainRef,
    DeleteTable,
    FlushChain,
    Operation,
    TableRef,
)
from tests.executor.build import FILTER, NAT, add, base, chain, delete, rules_of, state_of
from tests.executor.contract import ExecutorContract
from tests.legacy import RUN, Fake, saved
from tests.netns import in_netns
from translate import IPVersion, Untranslatable

MANGLE = TableRef(version=IPVersion.V4, name="mangle")
POSTROUTING, PREROUTING = chain("POSTROUTING", MANGLE), chain("PREROUTING", MANGLE)
FILL = "-p sctp -m sctp --sport 38412 -j CHECKSUM --checksum-fill"
OTHER_FILL = "-p sctp -m sctp --sport 7 -j CHECKSUM --checksum-fill"
MARK = "-p tcp -j MARK --set-xmark 0x1/0xffffffff"

pytestmark = pytest.mark.usefixtures("own_lock")


@pytest.fixture
def executor(netns: str) -> Iterator[Executor]:
    with open_executor("nftables", netns=netns) as executor:
        yield executor


@pytest.fixture
def engine(executor: Executor) -> Iterator[Engine]:
    with Engine(executor) as engine:
        yield engine


class TestContract(ExecutorContract):
    """Whatever has a native form is handled as by the native executor alone."""


def with_mangle(executor: Executor, *operations: Operation) -> None:
    executor.commit([AddTable(table=MANGLE), base(POSTROUTING), *operations])


def legacy_mangle(netns: str) -> list[str]:
    lines = in_netns(netns, ["iptables-legacy-save", "-t", "mangle"]).stdout.splitlines()
    return [line for line in lines if line.startswith("-A")]


def native_mangle(netns: str) -> str:
    return in_netns(netns, ["nft", "list", "ruleset"]).stdout


def test_such_a_rule_goes_to_the_legacy_tables(executor: Executor, netns: str) -> None:
    with_mangle(executor, add(POSTROUTING, MARK), add(POSTROUTING, FILL))

    assert legacy_mangle(netns) == [f"-A POSTROUTING {FILL}"]
    assert "mark set" in native_mangle(netns)
    assert "sctp" not in native_mangle(netns)
    assert rules_of(executor, POSTROUTING) == [MARK, FILL]


def test_it_is_deleted_by_its_handle(executor: Executor, netns: str) -> None:
    with_mangle(executor, add(POSTROUTING, FILL), add(POSTROUTING, OTHER_FILL))
    first, second = state_of(executor, POSTROUTING).rules
    assert first.handle != second.handle

    executor.commit([delete(POSTROUTING, first.handle), add(POSTROUTING, MARK)])

    assert rules_of(executor, POSTROUTING) == [MARK, OTHER_FILL]
    assert legacy_mangle(netns) == [f"-A POSTROUTING {OTHER_FILL}"]


def test_places(executor: Executor) -> None:
    with_mangle(executor, add(POSTROUTING, MARK), add(POSTROUTING, FILL))
    mark, fill = state_of(executor, POSTROUTING).rules

    executor.commit(
        [
            add(POSTROUTING, "-p udp", before=fill.handle),
            add(POSTROUTING, OTHER_FILL, before=mark.handle),
            add(POSTROUTING, "-p sctp -j CHECKSUM --checksum-fill", before=fill.handle),
        ]
    )

    assert rules_of(executor, POSTROUTING) == [
        MARK,
        "-p udp",
        OTHER_FILL,
        "-p sctp -j CHECKSUM --checksum-fill",
        FILL,
    ]


@pytest.mark.parametrize("emptying", [FlushChain(chain=POSTROUTING), DeleteTable(table=MANGLE)])
def test_emptying_empties_both(executor: Executor, netns: str, emptying: Operation) -> None:
    with_mangle(executor, add(POSTROUTING, MARK), add(POSTROUTING, FILL))
    in_netns(netns, ["iptables-legacy", "-t", "mangle", "-A", "POSTROUTING", "-j", "ACCEPT"])

    executor.commit([emptying])

    assert legacy_mangle(netns) == ["-A POSTROUTING -j ACCEPT"], "that one is somebody else's"
    assert "mark set" not in native_mangle(netns)


def test_emptying_what_has_no_such_rule_needs_no_legacy(
    netns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_executor("nftables", netns=netns) as executor:
        with_mangle(executor, add(POSTROUTING, MARK))
        with monkeypatch.context() as patch:
            patch.setenv("PATH", "/nowhere")
            executor.commit([FlushChain(chain=POSTROUTING)])
            executor.check([DeleteTable(table=MANGLE)])
        assert rules_of(executor, POSTROUTING) == []


def test_others_rules_in_the_legacy_tables_are_not_shown(executor: Executor, netns: str) -> None:
    for words in ("-j ACCEPT", "-j MARK --set-mark 7", FILL):
        in_netns(netns, ["iptables-legacy", "-t", "mangle", "-A", "POSTROUTING", *words.split()])
    in_netns(netns, ["iptables-legacy", "-t", "mangle", "-N", "OWN"])
    in_netns(netns, ["iptables-legacy", "-t", "mangle", "-A", "OWN", *FILL.split()])

    assert rules_of(executor, POSTROUTING) == [FILL]
    assert list(executor.snapshot().tables[MANGLE].chains) == ["POSTROUTING"]


def test_a_native_rule_beside_one_whose_native_chain_somebody_removed(
    executor: Executor, netns: str
) -> None:
    with_mangle(executor, add(POSTROUTING, FILL))
    in_netns(netns, ["nft", "flush", "ruleset"])
    assert rules_of(executor, POSTROUTING) == [FILL]

    executor.commit([add(POSTROUTING, MARK)])

    assert rules_of(executor, POSTROUTING) == [MARK, FILL]


def test_the_engine_finds_saves_repairs_and_deletes_it(engine: Engine, netns: str) -> None:
    rule = IptRule(IPVersion.V4, "mangle", "POSTROUTING", tuple(FILL.split()))
    for _ in range(2):
        with engine.transaction() as transaction:
            rule.append(transaction)
            assert rule.exists(transaction)
    assert legacy_mangle(netns) == [f"-A POSTROUTING {FILL}"]
    assert save_text(engine.ruleset, IPVersion.V4) == (
        "*mangle\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n"
        f":OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING {FILL}\nCOMMIT\n"
    )

    in_netns(netns, ["iptables-legacy", "-t", "mangle", "-F"])
    with engine.transaction() as transaction:
        assert not rule.exists(transaction)
        rule.append(transaction)
    assert legacy_mangle(netns) == [f"-A POSTROUTING {FILL}"]

    with engine.transaction() as transaction:
        rule.delete(transaction)
    assert legacy_mangle(netns) == []


def test_a_mirror_lives_with_it(engine: Engine, executor: Executor, netns: str) -> None:
    """One engine for all of it: its picture is what a listing shows, whoever changes what."""
    mark = IptRule(IPVersion.V4, "mangle", "POSTROUTING", tuple(MARK.split()))
    fill = IptRule(IPVersion.V4, "mangle", "POSTROUTING", tuple(FILL.split()))

    def agree() -> list[str]:
        listed = executor.snapshot().tables[MANGLE].chains
        pictured = engine.ruleset.snapshot().tables[MANGLE].chains
        for name, state in pictured.items():
            assert [(r.handle, r.body) for r in state.rules] == [
                (r.handle, r.body) for r in listed[name].rules
            ]
        return rules_of(executor, POSTROUTING)

    with engine.transaction() as transaction:
        mark.append(transaction)
    with engine.transaction() as transaction:
        fill.append(transaction)  # nf_tables hears nothing of this one
    assert agree() == [MARK, FILL]
    with engine.transaction() as transaction:
        mark.delete(transaction)
        fill.delete(transaction)
    assert agree() == []
    with engine.transaction() as transaction:
        fill.append(transaction)
        mark.append(transaction)
    assert agree() == [MARK, FILL]

    in_netns(netns, ["nft", "flush", "ruleset"])
    assert agree() == [FILL]
    with engine.transaction() as transaction:
        mark.append(transaction)
        fill.append(transaction)
    assert agree() == [MARK, FILL]
    assert legacy_mangle(netns) == [f"-A POSTROUTING {FILL}"]

    in_netns(netns, ["nft", "flush", "ruleset"])
    assert agree() == [FILL]
    in_netns(netns, ["iptables-legacy", "-t", "mangle", "-F"])
    assert not engine.ruleset.has_table(MANGLE)
    with engine.transaction() as transaction:
        mark.append(transaction)
        fill.append(transaction)
    assert agree() == [MARK, FILL]


class TestRefusals:
    def test_nf_tables_refuses_its_part(self, executor: Executor, netns: str) -> None:
        with_mangle(executor, add(POSTROUTING, OTHER_FILL))
        before = saved(netns), executor.snapshot()
        bad = add(POSTROUTING, "-j NONE")

        for attempt in (executor.check, executor.commit):
            with pytest.raises(CommitRefused) as caught:
                attempt([add(POSTROUTING, FILL), add(POSTROUTING, MARK), bad])
            assert (caught.value.index, caught.value.operation) == (2, bad)
            assert (saved(netns), executor.snapshot()) == before

    def test_legacy_refuses_its_part(self, executor: Executor, netns: str, fake: Fake) -> None:
        with_mangle(executor, add(POSTROUTING, OTHER_FILL))
        before = saved(netns), executor.snapshot()
        first = state_of(executor, POSTROUTING).rules[0].handle
        again = delete(POSTROUTING, first)

        for attempt in (executor.check, executor.commit):
            with pytest.raises(CommitRefused) as caught:
                attempt([add(POSTROUTING, MARK), again, again])
            assert (caught.value.index, caught.value.operation) == (2, again)
            assert (saved(netns), executor.snapshot()) == before

        fake("iptables-legacy-restore", "echo broken; exit 1")
        with pytest.raises(CommitRefused, match="ended with exit code 1: broken"):
            executor.commit([add(POSTROUTING, MARK), add(POSTROUTING, FILL)])
        assert (saved(netns), executor.snapshot()) == before

    def test_the_legacy_part_cannot_be_taken_back(
        self, executor: Executor, netns: str, fake: Fake
    ) -> None:
        with_mangle(executor)
        fake("iptables-legacy-restore", f"[ $call = 2 ] && exit 1\n{RUN}")

        with pytest.raises(PartlyCommitted) as caught:
            executor.commit([add(POSTROUTING, FILL), add(POSTROUTING, "-j NONE")])

        assert caught.value.tables == {MANGLE: "holds all of its part"}
        assert "No such file or directory" in caught.value.answer
        assert legacy_mangle(netns) == [f"-A POSTROUTING {FILL}"]

    @pytest.mark.parametrize(
        ("place", "line", "why"),
        [
            (chain("OWN", MANGLE), FILL, "no packet would come to this chain there"),
            (
                PREROUTING,
                "-p sctp -m rateest --rateest x --rateest-lt --rateest-bps 1bit -j ACCEPT",
                "what it decides there would not count here",
            ),
        ],
        ids=["in a chain of its own", "with a verdict"],
    )
    def test_what_cannot_go_there(
        self, executor: Executor, place: ChainRef, line: str, why: str
    ) -> None:
        operation = add(place, line)
        with_mangle(executor, base(PREROUTING), AddChain(chain=chain("OWN", MANGLE)))
        before = executor.snapshot()

        with pytest.raises(Untranslatable) as caught:
            executor.commit([add(POSTROUTING, MARK), operation])

        assert caught.value.what == str(operation)
        assert caught.value.reason.endswith(f"; nor can it go to the legacy tables: {why}")
        assert executor.snapshot() == before

    def test_no_legacy_either(self, executor: Executor, monkeypatch: pytest.MonkeyPatch) -> None:
        before = executor.snapshot()
        operations: list[Operation] = [
            AddTable(table=MANGLE),
            base(POSTROUTING),
            add(POSTROUTING, FILL),
        ]
        with monkeypatch.context() as patch:
            patch.setenv("PATH", "/nowhere")
            with pytest.raises(Untranslatable) as caught:
                executor.commit(operations)

        assert str(caught.value) == (
            f"iptables -t mangle -A POSTROUTING {FILL} has no native nft form: -j CHECKSUM: "
            "nftables completes no checksums; nor can it go to the legacy tables: "
            "iptables-legacy-restore is not in PATH: `apt-get install iptables` has it on Debian"
        )
        assert executor.snapshot() == before


def test_tables_of_another_name_have_no_legacy_part(netns: str) -> None:
    with open_executor("nftables", netns=netns, table_prefix="x-") as executor:
        assert not isinstance(executor, HybridExecutor)
        with pytest.raises(Untranslatable):
            with_mangle(executor, add(POSTROUTING, FILL))


@pytest.mark.usefixtures("executor")
def test_looking_makes_no_tables(executor: Executor, netns: str) -> None:
    executor.snapshot()
    with_mangle(executor, add(POSTROUTING, MARK), AddTable(table=FILTER), AddTable(table=NAT))
    executor.snapshot()

    assert saved(netns) == ""
