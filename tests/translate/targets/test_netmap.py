"""``-j NETMAP``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import addresses, versions, whole_rules
from translate import MaskedAddress, Rule
from translate.addresses import mask_of_length
from translate.targets.netmap import Netmap

V4, V6 = (4,), (6,)
NAT = At(table="nat", chain="PREROUTING", versions=V4)
_NONE = "iptables-translate has no form"

CASES = ExtensionCases(
    name="NETMAP",
    saves=(
        NAT.case("-j NETMAP --to 1.2.3.0/24"),
        NAT.case("-j NETMAP --to 1.2.3.4/24", "-j NETMAP --to 1.2.3.0/24"),
        NAT.case("-j NETMAP --to 1.2.3.4", "-j NETMAP --to 1.2.3.4/32"),
        NAT.case("-j NETMAP --to 1.2.3.0/255.255.255.0", "-j NETMAP --to 1.2.3.0/24"),
        NAT.case(
            "-j NETMAP --to 1.0.3.0/255.0.255.0",
            oracle=False,
            reason="iptables-save prints /32, though the kernel has the mask",
        ),
        NAT.case("-j NETMAP --to 0.0.0.0/0", chain="POSTROUTING"),
        NAT.case("-j NETMAP --to 1.2.3.0/24", chain="OUTPUT"),
        NAT.case("-j NETMAP --to 1.2.3.0/24", chain="INPUT"),
        NAT.case("-j NETMAP --to 1.2.3.0/24", chain="USER"),
        NAT.case("-j NETMAP --to dead::1/64", "-j NETMAP --to dead::/64", versions=V6),
        NAT.case("-j NETMAP --to dead::", "-j NETMAP --to dead::/128", versions=V6),
    ),
    refused=(
        NAT.refusal("-j NETMAP", "--to must be given"),
        NAT.refusal("-j NETMAP --to foo/24", "not an IPv4 address"),
        NAT.refusal("-j NETMAP --to foo/0", "not an IPv4 address"),
        NAT.refusal("-j NETMAP --to ''", "not an IPv4 address"),
        NAT.refusal("-j NETMAP --to 1.2.3.4,1.2.3.5", "not an IPv4 address"),
        NAT.refusal("-j NETMAP --to dead::/129", "invalid mask", versions=V6),
        NAT.refusal(
            "-j NETMAP --to 1.2.3.0/33",
            "invalid mask",
            oracle=False,
            reason="iptables takes it for /32",
        ),
        NAT.refusal(
            "-j NETMAP --to 10/8",
            "not an IPv4 address",
            oracle=False,
            reason="iptables takes it for 0.0.0.10/8, which nobody means",
        ),
        NAT.refusal("-j NETMAP ! --to 1.2.3.0/24", "'!' is not allowed"),
        NAT.refusal("-j NETMAP --to 1.2.3.0/24", "only in table", table="filter", chain="INPUT"),
    ),
    native=(
        NAT.native(
            "-j NETMAP --to 1.2.3.0/24", expected="counter dnat prefix to 1.2.3.0/24", reason=_NONE
        ),
        NAT.native(
            "-d 10.0.0.0/24 -j NETMAP --to 1.2.3.0/24",
            chain="OUTPUT",
            expected="ip daddr 10.0.0.0/24 counter dnat prefix to 1.2.3.0/24",
            reason=_NONE,
        ),
        NAT.native(
            "-j NETMAP --to 1.2.3.4",
            chain="POSTROUTING",
            expected="counter snat prefix to 1.2.3.4/32",
            reason=_NONE,
        ),
        NAT.native(
            "-j NETMAP --to 1.0.3.0/255.0.255.0",
            chain="INPUT",
            expected="counter snat prefix to 1.0.3.0-1.255.3.255",
            reason=_NONE,
        ),
        NAT.native(
            "-j NETMAP --to dead::/64",
            versions=V6,
            expected="counter dnat prefix to dead::/64",
            reason=_NONE,
        ),
        NAT.native(
            "-j NETMAP --to 1.2.3.0/24", chain="USER", untranslatable="depends on the chain"
        ),
    ),
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    version = draw(versions())
    mask = mask_of_length(draw(st.integers(0, version.bits)), version)
    address = draw(addresses(version))
    to = MaskedAddress(type(address)(int(address) & int(mask)), mask)
    return draw(
        whole_rules(
            target=st.just(Netmap(to=to)),
            version=st.just(version),
            tables=("nat",),
            chains=("PREROUTING", "OUTPUT", "INPUT", "POSTROUTING", "CUSTOM"),
        )
    )
