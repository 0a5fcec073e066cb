"""``-m connlimit``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.harness.native import json_unit
from tests.translate.harness.oracles import Oracles
from tests.translate.strategies import versions, whole_rules
from translate import InvalidRule, IPVersion, Opaque, Rule, from_nft, parse, to_nft
from translate.matches.connlimit import Connlimit

V4, V6 = (4,), (6,)
CONNLIMIT = At(prefix="-m connlimit --connlimit-")

CASES = ExtensionCases(
    name="connlimit",
    saves=(
        CONNLIMIT.case("upto 0", "upto 0 --connlimit-mask 32 --connlimit-saddr", versions=V4),
        CONNLIMIT.case(
            "saddr --connlimit-mask 8 ! --connlimit-above 0x10",
            "upto 16 --connlimit-mask 8 --connlimit-saddr",
        ),
        CONNLIMIT.case(
            "daddr ! --connlimit-upto 2",
            "above 2 --connlimit-mask 128 --connlimit-daddr",
            versions=V6,
        ),
        CONNLIMIT.case(
            "above 4294967295 --connlimit-mask 255.255.0.0",
            "above 4294967295 --connlimit-mask 16 --connlimit-saddr",
            versions=V4,
        ),
    ),
    refused=(
        CONNLIMIT.refusal("saddr", "must be given"),
        CONNLIMIT.refusal("upto 4294967296", "not a number"),
        CONNLIMIT.refusal("above x", "not a number"),
        CONNLIMIT.refusal("above 2 --connlimit-upto 3", "cannot be used with"),
        CONNLIMIT.refusal("above 2 --connlimit-saddr --connlimit-daddr", "cannot be used with"),
        CONNLIMIT.refusal("above 2 --connlimit-mask x", "invalid mask"),
        CONNLIMIT.refusal("above 2 --connlimit-mask 129", "invalid mask", versions=V6),
        CONNLIMIT.refusal(
            "above 2 --connlimit-mask 33",
            "invalid mask",
            versions=V4,
            oracle=False,
            reason="iptables takes it for 32",
        ),
    ),
    native=(
        CONNLIMIT.native("above 2", versions=V4),
        CONNLIMIT.native("upto 2 --connlimit-mask 24", versions=V4),
        CONNLIMIT.native("upto 2 --connlimit-mask 0 --connlimit-daddr", versions=V4),
        CONNLIMIT.native(
            "above 4294967295 --connlimit-daddr --connlimit-mask 64",
            "add @connlimit0 { ip6 daddr and ffff:ffff:ffff:ffff:: ct count over 4294967295 }",
            "iptables-translate's set is of IPv4 addresses",
            declared="add set ip6 {table} connlimit0 { type ipv6_addr; flags dynamic; }",
            versions=V6,
        ),
    ),
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    version = draw(versions())
    match = Connlimit(
        limit=draw(st.integers(0, 10) | st.integers(0, 0xFFFFFFFF)),
        above=draw(st.booleans()),
        length=draw(st.just(version.bits) | st.integers(0, version.bits)),
        side=draw(st.sampled_from(["source", "destination"])),
    )
    return draw(whole_rules(st.just(match), version=st.just(version)))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"limit": -1}, "must be 0 to 4294967295"),
        ({"length": 129}, "0 to 128 bits"),
        ({"side": "both"}, "source or destination"),
    ],
)
def test_wrong_values(values: dict[str, object], message: str) -> None:
    good = {"limit": 1, "above": True, "length": 32}
    with pytest.raises(InvalidRule, match=message):
        Connlimit(**{**good, **values})  # type: ignore[arg-type] # one wrong value at a time


def test_beside_others_each_rule_has_its_own_meter_and_takes_it_along(oracles: Oracles) -> None:
    words = ["-p", "tcp", "-m", "connlimit", "--connlimit-above"]
    rules = [parse([*words, limit], version=IPVersion.V4, chain="FORWARD") for limit in ("2", "3")]
    made = [(rule, to_nft(rule, shared=True)) for rule in rules]
    names = {nft.expr[1]["meter"]["name"] for _, nft in made}
    assert len(names) == 2
    assert all(not nft.declarations for _, nft in made)
    first, second = (json_unit(rule, nft) for rule, nft in made)
    (loaded,) = oracles.nft.load([replace(first, commands=first.commands + second.commands)])
    assert loaded.listed is not None, loaded.error
    assert loaded.listed.objects == ()
    assert [read(listed) for listed in loaded.listed.rules] == rules


def read(listed: dict[str, Any]) -> Rule:
    rule, _ = from_nft(listed["expr"], version=IPVersion.V4, table="filter", chain="FORWARD")
    return rule


@pytest.mark.parametrize(
    "change",
    [
        {"op": "update"},
        {"set": "@other"},
        {"stmt": [{"counter": None}]},
        {"stmt": []},
        {"stmt": 5},
        {"elem": {"meta": {"key": "mark"}}},
    ],
)
def test_another_set_stays_opaque(change: dict[str, Any]) -> None:
    rule = parse(["-m", "connlimit", "--connlimit-above", "2"], chain="FORWARD")
    (statement, counter) = to_nft(rule).expr
    other = {"set": {**statement["set"], **change}}
    decoded, _ = from_nft([other, counter], version=IPVersion.V4, table="filter", chain="FORWARD")
    assert decoded.matches == (Opaque.of(other),)
