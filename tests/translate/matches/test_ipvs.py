"""``-m ipvs``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import addresses, negatable, versions, whole_rules
from translate import InvalidRule, Negatable, Rule
from translate.matches.ipvs import Ipvs
from translate.values.hosts import Host

V4, V6 = (4,), (6,)
IPVS = At(prefix="-m ipvs ")

CASES = ExtensionCases(
    name="ipvs",
    saves=(
        IPVS.case("--ipvs"),
        IPVS.case("! --ipvs"),
        IPVS.case("--ipvs --vproto tcp", "--vproto 6"),
        IPVS.case("--vaddr 1.2.3.4/24", versions=V4),
        IPVS.case("--vaddr dead::/64", versions=V6),
        IPVS.case("--vport http --vdir original", "--vport 80 --vdir ORIGINAL"),
        IPVS.case(
            "! --vportctl 21 ! --vmethod masq --vdir REPLY ! --vport 80 ! --vproto 6",
            "! --vproto 6 ! --vport 80 --vdir REPLY ! --vmethod MASQ ! --vportctl 21",
        ),
        IPVS.case("--vmethod GATE"),
    ),
    refused=(
        IPVS.refusal("", "at least one option"),
        IPVS.refusal("! --ipvs --vproto tcp", "other options"),
        IPVS.refusal("--vproto foo", "unknown protocol"),
        IPVS.refusal("--vdir FOO", "none of ORIGINAL, REPLY"),
        IPVS.refusal("! --vdir REPLY", "'!' is not allowed"),
        IPVS.refusal("--vmethod FOO", "none of GATE, IPIP, MASQ"),
    ),
    native=(IPVS.untranslatable("--ipvs", "the virtual server"),),
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    version = draw(versions())
    ports = st.none() | negatable(st.integers(0, 0xFFFF))
    hosts = st.builds(Host.of, addresses(version), st.integers(0, version.bits))
    match = Ipvs(
        protocol=Negatable(draw(st.integers(0, 255))),
        address=draw(st.none() | negatable(hosts)),
        port=draw(ports),
        direction=draw(st.sampled_from([None, "ORIGINAL", "REPLY"])),
        method=draw(st.none() | negatable(st.sampled_from(["GATE", "IPIP", "MASQ"]))),
        control_port=draw(ports),
    )
    alone = Ipvs(ipvs=Negatable(value=True, negated=draw(st.booleans())))
    return draw(whole_rules(st.sampled_from([match, alone]), version=st.just(version)))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "either --ipvs alone"),
        ({"direction": "BOTH"}, "direction 'BOTH'"),
        ({"method": Negatable("NAT")}, "method 'NAT'"),
    ],
)
def test_wrong_values(values: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidRule, match=message):
        Ipvs(**values)  # type: ignore[arg-type] # one wrong value at a time
