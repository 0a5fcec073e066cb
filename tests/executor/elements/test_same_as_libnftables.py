"""The same operations by both roads leave the same in the kernel, or the same refusal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nfcore.exceptions import CommitRefused
from nfcore.executor import CffiExecutor
from nfcore.executor.elements import ElementRoad
from nfcore.operations import (
    AddSet,
    AddTable,
    DeleteTable,
    KeyType,
    Operation,
    SetRef,
    SetType,
    TableRef,
)
from tests.elements import adding, deleting
from tests.netns import in_netns
from translate import IPVersion

TABLES = [
    TableRef(version=version, name=name) for version in IPVersion for name in ("filter", "nat")
]
VALUES: dict[KeyType, st.SearchStrategy[str | int]] = {
    "ifname": st.sampled_from(["br0", "br-0123456789ab", "a", "80", "x.y:z_1", "lo", "bü", "a b"]),
    "ipv4_addr": st.ip_addresses(v=4).map(str) | st.just("10.0.0.1"),
    "ipv6_addr": st.ip_addresses(v=6).map(str) | st.just("fd00::1"),
    "inet_proto": st.sampled_from([1, 6, 17, 132, 255]),
    "inet_service": st.sampled_from([0, 1, 80, 8080, 65535]),
}
COMMENTS = st.none() | st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), min_size=1
).filter(lambda text: len(text.encode()) <= 128)


@st.composite
def set_types(draw: st.DrawFn, version: IPVersion) -> SetType:
    address: KeyType = "ipv4_addr" if version is IPVersion.V4 else "ipv6_addr"
    kinds: list[KeyType] = ["ifname", address, "inet_proto", "inet_service"]
    key = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=4))
    data = draw(st.none() | st.sampled_from(kinds))
    return SetType(key=tuple(key), data=data, counted=draw(st.booleans()))


@st.composite
def programs(draw: st.DrawFn) -> tuple[list[AddSet], list[list[Operation]]]:
    """Sets, and transactions of elements over them: few keys, so that they meet."""
    sets = []
    for number in range(draw(st.integers(1, 3))):
        table = draw(st.sampled_from(TABLES))
        kind = draw(set_types(table.version))
        sets.append(AddSet(set=SetRef(table=table, name=f"s{number}"), type=kind))
    keys = {
        made.set: draw(
            st.lists(st.tuples(*(VALUES[part] for part in made.type.key)), min_size=1, max_size=4)
        )
        for made in sets
    }
    transactions = []
    for _ in range(draw(st.integers(1, 4))):
        operations: list[Operation] = []
        for _ in range(draw(st.integers(1, 8))):
            made = draw(st.sampled_from(sets))
            key = draw(st.sampled_from(keys[made.set]))
            if draw(st.booleans()):
                data = None if made.type.data is None else draw(VALUES[made.type.data])
                comment = draw(COMMENTS)
                operations.append(adding(made.set, *key, data=data, comment=comment))
            else:
                operations.append(deleting(made.set, *key))
        transactions.append(operations)
    return sets, transactions


@pytest.fixture(scope="module")
def roads(module_netns: str) -> Iterator[tuple[CffiExecutor, CffiExecutor]]:
    """One executor as it is, and one that never takes the road of elements."""
    with (
        CffiExecutor(netns=module_netns) as straight,
        CffiExecutor(netns=module_netns, table_prefix="by-json-") as by_json,
    ):
        yield straight, by_json


def outcome(executor: CffiExecutor, operations: Sequence[Operation]) -> object:
    try:
        executor.commit(operations)
    except CommitRefused as refused:
        return refused.index, refused.operation, refused.answer.rpartition(": ")[2]
    return None


def listing(netns: str, prefix: str) -> Any:
    """The tables as nft lists them, less their names and handles, elements in an order."""
    listed = json.loads(in_netns(netns, ["nft", "-j", "list", "ruleset"]).stdout)["nftables"]
    found = []
    for entry in listed:
        ((kind, body),) = entry.items()
        table = body.get("table", body.get("name", ""))
        if kind == "metainfo" or table.startswith("by-json-") != bool(prefix):
            continue
        body.pop("handle", None)
        body["elem"] = sorted(map(repr, body.get("elem", [])))
        for key in ("table", "name"):
            if key in body:
                body[key] = body[key].removeprefix(prefix)
        found.append((kind, body))
    return sorted(found, key=repr)


@given(program=programs())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_both_roads_do_the_same(
    program: tuple[list[AddSet], list[list[Operation]]],
    roads: tuple[CffiExecutor, CffiExecutor],
    module_netns: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    straight, by_json = roads
    monkeypatch.setattr(by_json, "_elements", _Closed())
    sets, transactions = program
    start: list[Operation] = [*(AddTable(table=table) for table in TABLES), *sets]
    for executor in roads:
        executor.commit(start)
    try:
        for operations in transactions:
            assert outcome(straight, operations) == outcome(by_json, operations)
            assert listing(module_netns, "") == listing(module_netns, "by-json-")
    finally:
        for executor in roads:
            executor.commit([DeleteTable(table=table) for table in TABLES])


class _Closed(ElementRoad):
    """A road that nothing takes."""

    def __init__(self) -> None:
        """It needs no kernel."""

    def commit(self, operations: Sequence[Operation], generation: int | None) -> bool:
        del operations, generation
        return False
