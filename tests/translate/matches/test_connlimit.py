"""``-m connlimit``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.harness.native import json_unit
from tests.translate.harness.oracles import Oracles
from tests.translate.strategies import versions, whole_rules
from translate import InvalidRule, IPVersion, Rule, parse, to_nft
from translate.matches.connlimit import Connlimit

V4, V6 = (4,), (6,)
CONNLIMIT = At(prefix="-m connlimit --connlimit-")
_REASON = "its set stays when the rule goes, and is of IPv4 addresses for IPv6 too"

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
        CONNLIMIT.native(
            "above 2",
            "meter connlimit_1da936b2 { ip saddr ct count over 2 }",
            _REASON,
            versions=V4,
        ),
        CONNLIMIT.native(
            "upto 2 --connlimit-mask 24",
            "meter connlimit_1c300b11 { ip saddr and 255.255.255.0 ct count 2 }",
            _REASON,
            versions=V4,
        ),
        CONNLIMIT.native(
            "above 4294967295 --connlimit-daddr --connlimit-mask 64",
            "meter connlimit_089fd575 { ip6 daddr and ffff:ffff:ffff:ffff:: "
            "ct count over 4294967295 }",
            _REASON,
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


def test_each_rule_has_its_own_meter_and_takes_it_along(oracles: Oracles) -> None:
    words = ["-p", "tcp", "-m", "connlimit", "--connlimit-above"]
    made = [
        (rule, to_nft(rule))
        for limit in ("2", "3")
        for rule in [parse([*words, limit], version=IPVersion.V4, chain="FORWARD")]
    ]
    names = {nft.expr[1]["meter"]["name"] for _, nft in made}
    assert len(names) == 2
    assert all(not nft.declarations for _, nft in made)
    for one in oracles.nft.load([json_unit(rule, nft) for rule, nft in made]):
        assert one.listed is not None, one.error
        assert one.listed.objects == ()
