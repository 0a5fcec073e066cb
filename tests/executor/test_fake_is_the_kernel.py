"""Random transactions end the same way on the fake and on the kernel, and leave the same rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nfcore.exceptions import CommitRefused
from nfcore.executor import Executor, FakeExecutor, open_executor
from nfcore.operations import (
    BASE_CHAINS,
    AddChain,
    AddRule,
    AddTable,
    ChainRef,
    DeleteChain,
    DeleteRule,
    DeleteTable,
    FlushChain,
    KernelRule,
    Operation,
    Policy,
    SetPolicy,
    Snapshot,
    TableRef,
)
from tests.executor.build import FILTER, FILTER6, NAT, chain, jump, native, rule
from translate import IPVersion, Rule

MANGLE = TableRef(version=IPVersion.V4, name="mangle")
TABLES = (FILTER, FILTER, NAT, NAT, FILTER6, MANGLE)
POLICIES: tuple[Policy, ...] = ("accept", "drop")
PLACES: tuple[Literal["head", "tail"], ...] = ("head", "tail")
USER_CHAINS = ("DOCKER", "DOCKER-USER", "STAGE-1", "STAGE-2")
LINES: Mapping[str, Sequence[str]] = {
    "filter": ("-j ACCEPT", "-i br0 -o br1 -j DROP", "-m conntrack --ctstate NEW -j RETURN"),
    "nat": ("-j MASQUERADE", "-j DNAT --to-destination 10.0.0.2", "-j SNAT --to-source 10.0.0.3"),
    "mangle": ("-p udp -j ACCEPT", "-m addrtype --dst-type LOCAL -j ACCEPT"),
}


@dataclass(frozen=True)
class AtPosition:
    """A rule's deletion, or an insertion before it, by position: handles differ by executor."""

    chain: ChainRef
    position: int
    insertion: AddRule | None = None

    def operation(self, held: Snapshot) -> Operation:
        state = held.tables.get(self.chain.table)
        present = state.chains.get(self.chain.name) if state is not None else None
        rules = present.rules if present is not None else ()
        handle = rules[self.position % len(rules)].handle if rules else 4711
        if self.insertion is not None:
            return self.insertion._replace(before=handle)
        body = jump(self.chain, "DOCKER").body
        assert isinstance(body, Rule)
        return DeleteRule(chain=self.chain, handle=handle, body=body)


Step = Operation | AtPosition


def names_of(table: TableRef) -> list[str]:
    return [name for owner, name in BASE_CHAINS if owner == table.name]


@st.composite
def chains(draw: st.DrawFn) -> ChainRef:
    table = draw(st.sampled_from(TABLES))
    user_defined = draw(st.sampled_from((True, True, False)))
    return chain(draw(st.sampled_from(USER_CHAINS if user_defined else names_of(table))), table)


@st.composite
def built_in(draw: st.DrawFn) -> ChainRef:
    table = draw(st.sampled_from(TABLES))
    return chain(draw(st.sampled_from(names_of(table))), table)


@st.composite
def bases(draw: st.DrawFn) -> AddChain:
    """Mostly built-in chains as iptables has them, sometimes any hook on any chain."""
    ref = draw(built_in())
    base = BASE_CHAINS[ref.table.name, ref.name]
    if draw(st.integers(0, 5)) == 0:
        ref, other = draw(chains()), draw(built_in())
        base = BASE_CHAINS[other.table.name, other.name]
    return AddChain(chain=ref, base=replace(base, policy=draw(st.sampled_from(POLICIES))))


@st.composite
def rules(draw: st.DrawFn) -> AddRule:
    ref = draw(chains())
    place = draw(st.sampled_from(PLACES))
    if draw(st.booleans()):
        target = draw(st.sampled_from((*USER_CHAINS, "FORWARD")))
        return jump(ref, target)._replace(place=place)
    line = draw(st.sampled_from(LINES["filter" if ref.table == FILTER6 else ref.table.name]))
    # Parsed for a user-defined chain: iptables itself knows that MASQUERADE has its chains.
    body = replace(rule(chain("X", ref.table), line), chain=ref.name)
    return AddRule(chain=ref, body=body, place=place)


@st.composite
def at_positions(draw: st.DrawFn) -> AtPosition:
    position = draw(st.integers(0, 5))
    if draw(st.booleans()):
        return AtPosition(draw(chains()), position)
    insertion = draw(rules())
    return AtPosition(insertion.chain, position, insertion)


TABLE = st.sampled_from(TABLES)
STEPS: st.SearchStrategy[Step] = st.one_of(
    rules(),
    rules(),
    rules(),
    at_positions(),
    bases(),
    st.builds(AddChain, chain=chains()),
    st.builds(DeleteChain, chain=chains()),
    st.builds(FlushChain, chain=chains()),
    st.builds(SetPolicy, chain=built_in(), policy=st.sampled_from(POLICIES)),
    st.builds(AddTable, table=TABLE),
    st.builds(DeleteTable, table=TABLE),
)


def everything() -> Iterator[Step]:
    for table in (FILTER, NAT, FILTER6, MANGLE):
        yield AddTable(table=table)
        for name in names_of(table):
            yield AddChain(chain=chain(name, table), base=BASE_CHAINS[table.name, name])
        for name in USER_CHAINS:
            yield AddChain(chain=chain(name, table))


TRANSACTIONS = st.lists(st.lists(STEPS, min_size=1, max_size=7), min_size=1, max_size=6)


@pytest.fixture(scope="module")
def kernel(module_netns: str) -> Iterator[Executor]:
    with open_executor(netns=module_netns) as executor:
        yield executor


@settings(max_examples=600)
@given(prepared=st.booleans(), transactions=TRANSACTIONS)
def test_same_outcome_and_same_ruleset(
    kernel: Executor, *, prepared: bool, transactions: list[list[Step]]
) -> None:
    kernel.commit([DeleteTable(table=table) for table in kernel.snapshot().tables])
    fake = FakeExecutor()
    for steps in [list(everything()), *transactions] if prepared else transactions:
        assert outcome(kernel, steps, check=True) == outcome(fake, steps, check=True)
        assert outcome(kernel, steps) == outcome(fake, steps)
        assert without_handles(kernel.snapshot()) == without_handles(fake.snapshot())


def is_equal(left: dict[str, Any], right: object) -> dict[str, Any]:
    return {"match": {"op": "==", "left": left, "right": right}}


TCP = is_equal({"meta": {"key": "l4proto"}}, "tcp")
BOUND_TO_HOOKS: Mapping[str, Sequence[dict[str, Any]]] = {
    "masquerade": [{"masquerade": None}],
    "snat": [{"snat": {"addr": "10.0.0.1"}}],
    "dnat": [{"dnat": {"addr": "10.0.0.1"}}],
    "redirect": [{"redirect": None}],
    "reject": [{"reject": None}],
    "tproxy": [TCP, {"tproxy": {"port": 50080}}],
    "synproxy": [TCP, {"synproxy": {"mss": 1460, "wscale": 7}}],
    "socket": [is_equal({"socket": {"key": "transparent"}}, 1)],
    "osf": [is_equal({"osf": {"key": "name", "ttl": "loose"}}, "Linux")],
    "fib": [is_equal({"fib": {"result": "type", "flags": ["daddr"]}}, "local")],
    "fib of iif": [is_equal({"fib": {"result": "type", "flags": ["saddr", "iif"]}}, "local")],
    "fib of oif": [is_equal({"fib": {"result": "type", "flags": ["daddr", "oif"]}}, "local")],
    "rt mtu": [is_equal({"rt": {"key": "mtu"}}, 1500)],
    "rt classid": [is_equal({"rt": {"key": "classid"}}, 1)],
    "ipsec in": [is_equal({"ipsec": {"key": "reqid", "dir": "in", "spnum": 0}}, 1)],
    "ipsec out": [is_equal({"ipsec": {"key": "reqid", "dir": "out", "spnum": 0}}, 1)],
    "pkttype": [{"mangle": {"key": {"meta": {"key": "pkttype"}}, "value": "host"}}],
    "mark": [{"mangle": {"key": {"meta": {"key": "mark"}}, "value": 1}}],
    "mss of rt": [
        TCP,
        {
            "mangle": {
                "key": {"tcp option": {"name": "maxseg", "field": "size"}},
                "value": {"rt": {"key": "mtu"}},
            }
        },
    ],
}


@pytest.mark.parametrize("what", BOUND_TO_HOOKS)
def test_statements_stand_in_the_same_hooks(kernel: Executor, what: str) -> None:
    kernel.commit([DeleteTable(table=table) for table in kernel.snapshot().tables])
    fake = FakeExecutor()
    for executor in (kernel, fake):
        assert outcome(executor, list(everything())) is None
    places = [chain(name, table) for table in (FILTER, NAT, MANGLE) for name in names_of(table)]

    for place in places:
        step = native(place, *BOUND_TO_HOOKS[what])
        assert outcome(kernel, [step], check=True) == outcome(fake, [step], check=True), place


def outcome(executor: Executor, steps: Sequence[Step], *, check: bool = False) -> object:
    """None, or the index of the operation that was refused and the error's name."""
    held = executor.snapshot()
    operations = [step.operation(held) if isinstance(step, AtPosition) else step for step in steps]
    try:
        (executor.check if check else executor.commit)(operations)
    except CommitRefused as error:
        return error.index, error.answer.removeprefix("Could not process rule: ").split(";")[0]
    return None


def without_handles(snapshot: Snapshot) -> object:
    return {
        table: {
            name: (held.base, [without_handle(rule) for rule in held.rules])
            for name, held in state.chains.items()
        }
        for table, state in snapshot.tables.items()
    }


def without_handle(rule: KernelRule) -> object:
    return rule.body, rule.tag, rule.counters
