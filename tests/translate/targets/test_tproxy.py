"""``-j TPROXY``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import addresses, versions, whole_rules
from translate import InvalidRule, Negatable, Rule
from translate.protocols import TCP, UDP
from translate.targets.tproxy import Tproxy

V4, V6 = (4,), (6,)
TPROXY = At(table="mangle", chain="PREROUTING", prefix="-p tcp -j TPROXY ")
_LATER = "the form of iptables-translate 1.8.10; 1.8.9 has none"
_TCP = "ip protocol tcp counter tproxy to "
_DEFAULTS = "--on-ip 0.0.0.0 --tproxy-mark 0x0/0x0"

CASES = ExtensionCases(
    name="TPROXY",
    saves=(
        TPROXY.case("--on-port 3128", f"--on-port 3128 {_DEFAULTS}", versions=V4),
        TPROXY.case("--on-port http", f"--on-port 80 {_DEFAULTS}", versions=V4, chain="USER"),
        TPROXY.case(
            "--on-port 0 --on-ip 10.0.0.1 --tproxy-mark 1",
            "--on-port 0 --on-ip 10.0.0.1 --tproxy-mark 0x1/0xffffffff",
            versions=V4,
        ),
        TPROXY.case(
            "--on-port 1 --on-ip 10.1 --tproxy-mark 0x123/0xff",
            "--on-port 1 --on-ip 10.0.0.1 --tproxy-mark 0x123/0xff",
            versions=V4,
        ),
        TPROXY.case("--on-port 1", "--on-port 1 --on-ip :: --tproxy-mark 0x0/0x0", versions=V6),
        TPROXY.case("--on-port 1 --on-ip dead::1 --tproxy-mark 0x23/0xff", versions=V6),
    ),
    refused=(
        TPROXY.refusal("", "--on-port must be given"),
        TPROXY.refusal("--on-ip 10.0.0.1", "--on-port must be given"),
        TPROXY.refusal("--on-port 0x50", "invalid port"),
        TPROXY.refusal(
            "--on-port 65536", "invalid port", oracle=False, reason="iptables takes it for port 0"
        ),
        TPROXY.refusal("--on-port 1 --on-ip foo", "not an IPv4 address", versions=V4),
        TPROXY.refusal("--on-port 1 --on-ip 10.0.0.1/8", "not an IPv4 address", versions=V4),
        TPROXY.refusal("--on-port 1 --on-ip 1.2.3.4", "not an IPv6 address", versions=V6),
        TPROXY.refusal("--on-port 1 --on-ip [::1]", "not an IPv6 address", versions=V6),
        TPROXY.refusal("--on-port 1 --tproxy-mark x", "invalid mark"),
        TPROXY.refusal("--on-port 1 --tproxy-mark 1/x", "invalid mark"),
        TPROXY.refusal("--on-port 1", "only in chain", chain="INPUT"),
        TPROXY.refusal("--on-port 1", "only in table", table="raw"),
        *(
            At(table="mangle", chain="PREROUTING").refusal(f"{what}-j TPROXY --on-port 1", "needs")
            for what in ("", "-p sctp ", "! -p tcp ")
        ),
    ),
    native=(
        TPROXY.native("--on-port 3128", f"{_TCP}:3128 accept", _LATER, versions=V4),
        TPROXY.native("--on-port 0", f"{_TCP}:0 accept", _LATER, versions=V4),
        TPROXY.native(
            "--on-port 3128 --on-ip 10.0.0.1 --tproxy-mark 0x23/0xff",
            f"{_TCP}10.0.0.1:3128 meta mark set meta mark & 0xffffff00 xor 0x23 accept",
            _LATER,
            versions=V4,
        ),
        TPROXY.native(
            "--on-port 0 --on-ip 10.0.0.1 --tproxy-mark 0x23",
            f"{_TCP}10.0.0.1 meta mark set 0x23 accept",
            _LATER,
            versions=V4,
        ),
        TPROXY.native(
            "--on-port 3128 --on-ip dead::1",
            "meta l4proto tcp counter tproxy to [dead::1]:3128 accept",
            _LATER,
            versions=V6,
        ),
    ),
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    version = draw(versions())
    bits = st.just(0) | st.just(0xFFFFFFFF) | st.integers(0, 0xFFFFFFFF)
    target = Tproxy(
        port=draw(st.integers(0, 0xFFFF)),
        address=draw(st.none() | addresses(version).filter(int)),
        mark=draw(bits),
        mask=draw(bits),
    )
    return draw(
        whole_rules(
            target=st.just(target),
            version=st.just(version),
            tables=("mangle",),
            chains=("PREROUTING", "CUSTOM"),
            protocol=Negatable(draw(st.sampled_from([TCP, UDP]))),
        )
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [({"port": 65536}, "port must be"), ({"port": 1, "mark": -1}, "mark must be")],
)
def test_wrong_values(values: dict[str, int], message: str) -> None:
    with pytest.raises(InvalidRule, match=message):
        Tproxy(**values)  # type: ignore[arg-type] # one wrong value at a time
