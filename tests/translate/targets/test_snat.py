"""``-j SNAT``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.targets.test_dnat import nat_rules
from translate import Rule
from translate.targets.snat import Snat

V4, V6 = (4,), (6,)
NAT = At(table="nat", chain="POSTROUTING", versions=V4)

CASES = ExtensionCases(
    name="SNAT",
    saves=(
        NAT.case("-j SNAT --to-source 1.2.3.4"),
        NAT.case("-j SNAT --to-source 1.2.3.4", chain="INPUT"),
        NAT.case("-j SNAT --to-source 1.2.3.4", chain="USER"),
        NAT.case("-j SNAT --to 1.2.3.4-1.2.3.8", "-j SNAT --to-source 1.2.3.4-1.2.3.8"),
        NAT.case("-p tcp -j SNAT --to-source 1.2.3.4:0-5"),
        NAT.case("-p tcp -j SNAT --to :http", "-p tcp -j SNAT --to-source :80"),
        NAT.case(
            "-j SNAT --random-f --persistent --random --to-source 1.2.3.4",
            "-j SNAT --to-source 1.2.3.4 --random --random-fully --persistent",
        ),
        NAT.case("-p udp -j SNAT --to-source [fe80::1-fe80::5]:80-90 --random-fully", versions=V6),
    ),
    refused=(
        NAT.refusal("-j SNAT", "--to-source must be given"),
        NAT.refusal("-j SNAT --to-source", "value is missing"),
        NAT.refusal("-j SNAT --to-source 1.2.3.4:80", "needs -p tcp"),
        NAT.refusal("-j SNAT --to 1.2.3.4 --rand", "ambiguous"),
        NAT.refusal("-j SNAT --to 1.2.3.4 --to-source 1.2.3.9", "only once"),
        NAT.refusal(
            "-p tcp -j SNAT --to-source :80-90/85",
            "belongs to -j DNAT",
            oracle=False,
            reason="iptables takes the base port and loses it: it saves :80-90/0",
        ),
        NAT.refusal("-j SNAT --to-source 1.2.3.4", "only in chain", chain="PREROUTING"),
        NAT.refusal("-j SNAT --to-source 1.2.3.4", "only in chain", chain="OUTPUT"),
        NAT.refusal("-j SNAT --to-source 1.2.3.4", "only in table", table="mangle"),
    ),
    native=(
        NAT.native("-j SNAT --to-source 1.2.3.4"),
        NAT.native("-j SNAT --to-source 1.2.3.4-1.2.3.8", chain="INPUT"),
        NAT.native("-p tcp -j SNAT --to-source 1.2.3.4:80-90"),
        NAT.native("-p tcp -j SNAT --to-source :80"),
        NAT.native("-j SNAT --to-source 1.2.3.4 --random"),
        NAT.native("-j SNAT --to-source 1.2.3.4 --random-fully --random --persistent"),
        NAT.native("-j SNAT --to-source fe80::1", versions=V6),
        NAT.native("-p udp -j SNAT --to-source [fe80::1]:80 --random", versions=V6),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    return nat_rules(Snat, shifted=False, chains=("POSTROUTING", "INPUT", "CUSTOM"))
