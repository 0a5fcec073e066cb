"""``-j TEE``."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import addresses, versions, whole_rules
from translate import Interface, InvalidRule, Rule
from translate.targets.tee import Tee

V4, V6 = (4,), (6,)
TEE = At(table="mangle", chain="PREROUTING", prefix="-j TEE ", versions=V4)

CASES = ExtensionCases(
    name="TEE",
    saves=(
        TEE.case("--gateway 1.2.3.4"),
        TEE.case("--gateway 10.1", "--gateway 10.0.0.1", table="filter", chain="INPUT"),
        TEE.case("--oif eth+ --gateway 1.2.3.4", "--gateway 1.2.3.4 --oif eth+"),
        TEE.case("--gateway 1.2.3.4 --oif ''", "--gateway 1.2.3.4"),
        TEE.case("--gateway dead::1 --oif eth0", versions=V6),
    ),
    refused=(
        TEE.refusal("", "--gateway must be given"),
        TEE.refusal("--oif eth0", "--gateway must be given"),
        TEE.refusal("--gateway 0.0.0.0", "no gateway"),
        TEE.refusal("--gateway ::", "no gateway", versions=V6),
        TEE.refusal("--gateway 1.2.3.4/24", "not an IPv4 address"),
        TEE.refusal("--gateway dead::1", "not an IPv4 address"),
        TEE.refusal("--gateway 1.2.3.4", "not an IPv6 address", versions=V6),
        TEE.refusal("--gateway 1.2.3.4 --gateway 1.2.3.5", "only once"),
        TEE.refusal(
            "--gateway 1.2.3.4 --oif 1234567890123456",
            "longer than 15 bytes",
            oracle=False,
            reason="iptables cuts the name, and so names another interface",
        ),
    ),
    native=(
        TEE.native("--gateway 1.2.3.4"),
        TEE.native("--gateway 1.2.3.4 --oif lo"),
        TEE.native("--gateway dead::1", versions=V6),
    ),
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    version = draw(versions())
    target = Tee(
        gateway=draw(addresses(version).filter(int)),
        oif=draw(st.sampled_from([None, Interface("lo")])),
    )
    return draw(whole_rules(target=st.just(target), version=st.just(version)))


def test_the_unspecified_address_is_no_gateway() -> None:
    with pytest.raises(InvalidRule, match="no gateway"):
        Tee(gateway=IPv4Address(0))
