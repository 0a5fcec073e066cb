"""``-j DNPT``."""

from __future__ import annotations

from ipaddress import IPv6Network

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import versions, whole_rules
from translate import InvalidRule, Rule
from translate.targets.dnpt import Dnpt

DNPT = At(table="mangle", chain="PREROUTING", prefix="-j DNPT --src-pfx ")

_PREFIXES = "dead::/64 --dst-pfx 1c3::/64"

CASES = ExtensionCases(
    name="DNPT",
    versions=(6,),
    saves=(
        DNPT.case("fd00::/48 --dst-pfx 2001:db8:1::/64"),
        DNPT.case("dead::/ffff:: --dst-pfx 1::/16", "dead::/16 --dst-pfx 1::/16", chain="OUTPUT"),
        DNPT.case(_PREFIXES, chain="USER"),
        DNPT.case(
            "::/0 --dst-pfx ::/0",
            oracle=False,
            reason="iptables-save prints no prefix at all, which iptables does not take",
        ),
    ),
    refused=(
        DNPT.refusal("dead::/64", "--dst-pfx must be given"),
        DNPT.refusal("dead::1/64 --dst-pfx 1c3::/64", "outside of its prefix"),
        DNPT.refusal("dead::/65 --dst-pfx 1c3::/64", "longer than 64 bits"),
        DNPT.refusal("dead:: --dst-pfx 1c3::/64", "longer than 64 bits"),
        DNPT.refusal("dead::/129 --dst-pfx 1c3::/64", "invalid mask"),
        DNPT.refusal("1.2.3.4/24 --dst-pfx 1c3::/64", "not an IPv6 address"),
        DNPT.refusal(_PREFIXES, "only in chain", chain="INPUT"),
        DNPT.refusal(_PREFIXES, "only in table", table="filter", chain="INPUT"),
        DNPT.refusal(_PREFIXES, "has no target", versions=(4,)),
    ),
    native=(DNPT.untranslatable(_PREFIXES, "by adjusting an address"),),
)


def rules() -> st.SearchStrategy[Rule]:
    prefixes = st.builds(
        lambda number, length: IPv6Network((number >> 128 - length << 128 - length, length)),
        st.integers(0, (1 << 128) - 1),
        st.integers(1, 64),
    )
    return whole_rules(
        target=st.builds(Dnpt, source=prefixes, destination=prefixes),
        version=versions(6),
        tables=("mangle",),
        chains=("PREROUTING", "OUTPUT", "CUSTOM"),
    )


def test_wrong_values() -> None:
    with pytest.raises(InvalidRule, match="longer than 64 bits"):
        Dnpt(source=IPv6Network("::/65"), destination=IPv6Network("::/64"))
