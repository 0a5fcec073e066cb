"""Named sets: what every executor on nf_tables does with them, and that legacy refuses them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nfcore.exceptions import CommitRefused, InvalidInput, Untranslatable
from nfcore.executor import CffiExecutor, Executor, FakeExecutor, NftablesModuleExecutor
from nfcore.executor._native import NativeExecutor
from nfcore.operations import (
    AddElements,
    AddSet,
    AddTable,
    DeleteElements,
    DeleteSet,
    Operation,
    SetElement,
    SetRef,
    SetState,
    SetType,
)
from tests.elements import adding, deleting
from tests.executor.build import FILTER, FILTER6, add, base, chain, delete, native, state_of
from tests.netns import in_netns
from translate import Counters

FORWARD = chain("FORWARD")
PAIRS = SetRef(table=FILTER, name="same")
PAIR_TYPE = SetType(key=("ifname", "ifname"))
PORTS = SetRef(table=FILTER, name="ports")
OPEN = ("br0", "10.0.0.2", 6, 80)
PORT_TYPE = SetType(
    key=("ifname", "ipv4_addr", "inet_proto", "inet_service"), data="ipv4_addr", counted=True
)
WITH_A_MIRROR = ["cffi", "module"]
ALL_OF_THEM = ["fake", *WITH_A_MIRROR]


@pytest.fixture(params=ALL_OF_THEM)
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    if request.param == "fake":
        opened: Executor = FakeExecutor()
    else:
        kinds = {"cffi": CffiExecutor, "module": NftablesModuleExecutor}
        opened = kinds[request.param](netns=request.getfixturevalue("netns"))
    with opened:
        yield opened


def lookup(name: str, *, key: tuple[str, ...] = ("iifname", "oifname")) -> Operation:
    left = {"concat": [{"meta": {"key": part}} for part in key]}
    match = {"match": {"op": "==", "left": left, "right": f"@{name}"}}
    return native(FORWARD, match, {"accept": None})


def made(*operations: Operation) -> list[Operation]:
    return [AddTable(table=FILTER), base(FORWARD), AddSet(set=PAIRS, type=PAIR_TYPE), *operations]


def state(executor: Executor, ref: SetRef) -> SetState | None:
    return executor.snapshot().tables[ref.table].sets.get(ref.name)


def test_sets_and_maps_come_back(executor: Executor) -> None:
    port = adding(PORTS, *OPEN, data="10.0.0.9", comment="1 a")
    executor.commit(
        made(
            AddSet(set=PORTS, type=PORT_TYPE),
            adding(PAIRS, "br0", "br-1.x", comment='a "b" \\ ü'),
            adding(PAIRS, "80", "0x1f"),
            port,
        )
    )
    assert state(executor, PAIRS) == SetState(
        type=PAIR_TYPE,
        elements={
            ("br0", "br-1.x"): SetElement(comment='a "b" \\ ü'),
            ("80", "0x1f"): SetElement(),
        },
    )
    assert state(executor, PORTS) == SetState(
        type=PORT_TYPE,
        elements={
            OPEN: SetElement(data="10.0.0.9", comment="1 a", counters=Counters()),
        },
    )


def test_ipv6_keys_of_the_greatest_size(executor: Executor) -> None:
    ref = SetRef(table=FILTER6, name="links")
    kind = SetType(key=("ifname", "ipv6_addr", "ipv6_addr", "inet_proto", "inet_service"))
    key = ("br0", "fd00::1", "fd00:0:0:1::2", 6, 65535)
    executor.commit([AddTable(table=FILTER6), AddSet(set=ref, type=kind), adding(ref, *key)])
    assert state(executor, ref) == SetState(type=kind, elements={key: SetElement()})


def test_a_set_that_is_there_stays_as_it_is(executor: Executor) -> None:
    executor.commit(made(adding(PAIRS, "a", "b", comment="first")))
    executor.commit(
        [
            AddSet(set=PAIRS, type=PAIR_TYPE),
            adding(PAIRS, "a", "b", comment="second"),
        ]
    )
    held = state(executor, PAIRS)
    assert held is not None
    assert held.elements == {("a", "b"): SetElement(comment="first")}


def test_an_element_is_replaced_within_a_transaction(executor: Executor) -> None:
    old = adding(PORTS, *OPEN, data="10.0.0.9")
    executor.commit(made(AddSet(set=PORTS, type=PORT_TYPE), old))
    executor.commit(
        [
            deleting(PORTS, *OPEN),
            adding(PORTS, *OPEN, data="10.0.0.10", comment="new"),
        ]
    )
    held = state(executor, PORTS)
    assert held is not None
    assert [element.data for element in held.elements.values()] == ["10.0.0.10"]


@pytest.mark.parametrize("with_rule", [False, True], ids=["alone", "beside a rule"])
def test_the_refused_element_among_many_is_named(executor: Executor, *, with_rule: bool) -> None:
    old = adding(PORTS, *OPEN, data="10.0.0.9")
    executor.commit(made(AddSet(set=PORTS, type=PORT_TYPE), old))
    other, wrong = ("br1", "10.0.0.3", 6, 80), SetElement("10.0.0.10")
    many = AddElements(PORTS, {other: SetElement("10.0.0.9"), OPEN: wrong})
    before: list[Operation] = [adding(PAIRS, "a", "b")]
    if with_rule:
        before.append(lookup("same"))
    with pytest.raises(CommitRefused) as refused:
        executor.commit([*before, many])
    one = AddElements(PORTS, {OPEN: wrong})
    assert (refused.value.index, refused.value.operation) == (len(before), one)
    held = state(executor, PORTS)
    assert held is not None
    assert set(held.elements) == {OPEN}


@pytest.mark.parametrize("nothing", [AddElements(PAIRS, {}), DeleteElements(PAIRS, ())], ids=str)
def test_no_elements_are_no_fault(executor: Executor, nothing: Operation) -> None:
    executor.commit(made(nothing))
    executor.commit([nothing])
    assert state(executor, PAIRS) == SetState(type=PAIR_TYPE)


def test_a_map_gives_one_answer(executor: Executor) -> None:
    old = adding(PORTS, *OPEN, data="10.0.0.9")
    executor.commit(made(AddSet(set=PORTS, type=PORT_TYPE), old))
    other = adding(PORTS, *OPEN, data="10.0.0.10")
    with pytest.raises(CommitRefused) as refused:
        executor.commit([adding(PAIRS, "a", "b"), other])
    assert (refused.value.index, refused.value.operation) == (1, other)
    assert "File exists" in refused.value.answer
    held = state(executor, PAIRS)
    assert held is not None
    assert not held.elements


@pytest.mark.parametrize(
    "operation",
    [
        adding(SetRef(table=FILTER, name="none"), "a", "b"),
        deleting(PAIRS, "a", "b"),
        DeleteSet(set=SetRef(table=FILTER, name="none")),
        lookup("none"),
    ],
    ids=str,
)
def test_what_is_not_there(executor: Executor, operation: Operation) -> None:
    executor.commit(made())
    before = executor.snapshot().tables
    for send in (executor.commit, executor.check):
        with pytest.raises(CommitRefused, match=r"operation 0 .*No such file or directory"):
            send([operation])
    assert executor.snapshot().tables == before


def test_a_set_in_use_is_not_deleted(executor: Executor) -> None:
    executor.commit(made(lookup("same")))
    with pytest.raises(CommitRefused, match="Device or resource busy"):
        executor.commit([DeleteSet(set=PAIRS)])
    (rule,) = state_of(executor, FORWARD).rules
    executor.commit([delete(FORWARD, rule.handle), DeleteSet(set=PAIRS)])
    assert state(executor, PAIRS) is None


def test_refusals_name_elements_among_rules(executor: Executor) -> None:
    operations = made(lookup("same"), add(FORWARD, "-j ACCEPT"))
    wrong = deleting(PAIRS, "br0", "br0")
    with pytest.raises(CommitRefused, match=r"nft delete element ip filter same \{ br0 \. br0 \}"):
        executor.commit([*operations, wrong, adding(PAIRS, "br0", "br0")])


@pytest.mark.parametrize(
    ("operation", "error", "message"),
    [
        (AddSet(set=SetRef(table=FILTER, name="Same"), type=PAIR_TYPE), InvalidInput, "'Same'"),
        (AddSet(set=PAIRS, type=SetType(key=())), InvalidInput, "1 to 64 bytes, not 0"),
        (AddSet(set=PAIRS, type=SetType(key=("ifname",) * 5)), InvalidInput, "not 80"),
        (adding(PAIRS, "a", "b", comment="x" * 129), InvalidInput, "128 bytes"),
        (adding(PAIRS, "a", "b", comment=""), InvalidInput, "128 bytes"),
        (adding(PAIRS, "icmp", "b"), Untranslatable, "takes it for a protocol"),
        (adding(PAIRS, "@same", "b"), Untranslatable, "for syntax"),
        (adding(PAIRS, "a*", "b"), Untranslatable, "for syntax"),
    ],
    ids=str,
)
def test_what_libnftables_would_misread_is_not_sent(
    executor: Executor, operation: Operation, error: type[Exception], message: str
) -> None:
    executor.commit(made())
    with pytest.raises(error, match=message):
        executor.commit([operation])


@pytest.mark.parametrize("executor", WITH_A_MIRROR, indirect=True)
def test_one_set_is_listed_alone(executor: NativeExecutor) -> None:
    executor.commit(made(AddSet(set=PORTS, type=PORT_TYPE), adding(PAIRS, "a", "b")))
    for ref in (PAIRS, PORTS):
        assert executor.set_state(ref) == state(executor, ref)
    assert executor.set_state(SetRef(table=FILTER, name="none")) is None


def test_the_fakes_text_holds_sets() -> None:
    executor = FakeExecutor()
    executor.commit(
        made(
            AddSet(set=PORTS, type=PORT_TYPE),
            adding(PAIRS, "a", "b", comment="x"),
            adding(PORTS, *OPEN, data="10.0.0.9"),
            lookup("same"),
        )
    )
    text = executor.dump()
    assert "# set ports ifname . ipv4_addr . inet_proto . inet_service : ipv4_addr counter" in text
    again = FakeExecutor.parse(text)
    assert again.dump() == text


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("# set same", "'# set NAME TYPE"),
        ("# set same ifname . mac", "no type 'mac'"),
        ("# element same x", "'# element SET"),
        ('# element same {"key": 1}', "'# element SET"),
    ],
)
def test_lines_of_sets_that_cannot_be_read(line: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message) as caught:
        FakeExecutor.parse(f"*filter\n{line}\nCOMMIT\n")
    assert caught.value.line == 2


def test_foreign_types_of_sets_are_left_out(netns: str) -> None:
    with CffiExecutor(netns=netns) as executor:
        executor.commit(made())
        for words in (
            "ranges { type ipv4_addr; flags interval; }",
            "marks { type mark; }",
            "plain { type ifname; }",
        ):
            in_netns(netns, ["nft", f"add set ip filter {words}"])
        assert set(executor.snapshot().tables[FILTER].sets) == {"same", "plain"}


def test_a_key_of_one_part_takes_elements_in_the_transaction_that_makes_it(
    executor: Executor,
) -> None:
    subnets = SetRef(table=FILTER, name="subnets")
    one_part = SetType(key=("ipv4_addr",))
    added = adding(subnets, "10.0.1.0")
    executor.commit([AddTable(table=FILTER), AddSet(set=subnets, type=one_part), added])
    assert state(executor, subnets) == SetState(
        type=one_part, elements={("10.0.1.0",): SetElement()}
    )
