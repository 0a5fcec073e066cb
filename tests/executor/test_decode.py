"""libnftables' listing as a table's state."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nfcore.executor._decode import decode_table, tables_among
from nfcore.operations import BASE_CHAINS, BaseChain, ChainState, TableRef
from tests.executor.build import FILTER, chain, rule
from translate import Counters, IPVersion

IN_TABLE = {"family": "ip", "table": "filter"}


def listing(*items: dict[str, Any]) -> bytes:
    metainfo = {"metainfo": {"version": "1.0.6", "json_schema_version": 1}}
    return json.dumps({"nftables": [metainfo, *items]}).encode()


def chain_item(name: str, **more: Any) -> dict[str, Any]:
    return {"chain": {**IN_TABLE, "name": name, "handle": 1, **more}}


def rule_item(name: str, *expr: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"rule": {**IN_TABLE, "chain": name, "handle": 4, "expr": expr, **more}}


def test_an_empty_table() -> None:
    table = {"table": {"family": "ip", "name": "filter", "handle": 3}}

    assert decode_table(listing(table), FILTER).chains == {}


def test_chains_and_rules() -> None:
    hook = {"type": "filter", "hook": "forward", "prio": 0, "policy": "drop"}
    counter = {"counter": {"packets": 2, "bytes": 120}}
    state = decode_table(
        listing(
            chain_item("FORWARD", **hook),
            chain_item("DOCKER"),
            rule_item("FORWARD", counter, {"jump": {"target": "DOCKER"}}, handle=9),
        ),
        FILTER,
    )

    assert state.chains["DOCKER"] == ChainState()
    assert state.chains["FORWARD"].base == BaseChain(
        type="filter", hook="forward", priority=0, policy="drop"
    )
    (held,) = state.chains["FORWARD"].rules
    assert (held.handle, held.tag) == (9, None)
    assert held.body == rule(chain("FORWARD"), "-j DOCKER")
    assert held.counters == Counters(packets=2, bytes=120)


def test_sets_are_passed_over() -> None:
    item = {"set": {**IN_TABLE, "name": "s", "type": "ipv4_addr", "handle": 3}}

    assert decode_table(listing(item), FILTER).chains == {}


@pytest.mark.parametrize("name", ["a b", "x" * 29, "-x"])
def test_names_that_iptables_cannot_hold_are_left_out(name: str) -> None:
    state = decode_table(
        listing(chain_item(name), chain_item("DOCKER"), rule_item(name, {"drop": None})), FILTER
    )

    assert list(state.chains) == ["DOCKER"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"table ip filter {", "substring not found"),
        (b'{"nftables": [', "Expecting value"),
        (b'{"nftables": [{"table": {}}, {"chain"', "Expecting ':' delimiter"),
        (b"\xff[", "can't decode byte 0xff"),
    ],
)
def test_no_json(text: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        decode_table(text, FILTER)


def test_iptables_tables_among_the_kernels() -> None:
    names = ["mine", "nat", "docker-filter", "filter", "docker-mine"]

    def found(prefix: str) -> list[TableRef]:
        return tables_among(names, IPVersion.V6, prefix=prefix)

    assert found("") == [
        TableRef(version=IPVersion.V6, name="nat"),
        TableRef(version=IPVersion.V6, name="filter"),
    ]
    assert found("docker-") == [TableRef(version=IPVersion.V6, name="filter")]
    assert found("other-") == []


def test_every_built_in_chain_is_in_a_table_that_is_read() -> None:
    for table, _ in BASE_CHAINS:
        assert tables_among([table], IPVersion.V4)
