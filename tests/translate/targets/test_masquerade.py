"""``-j MASQUERADE``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import port_ranges, whole_rules
from translate import Negatable, Rule
from translate.protocols import DCCP, ICMP, SCTP, TCP, UDP
from translate.targets._nat import NatFlags
from translate.targets.masquerade import Masquerade

NAT = At(table="nat", chain="POSTROUTING")

CASES = ExtensionCases(
    name="MASQUERADE",
    saves=(
        NAT.case("-j MASQUERADE"),
        NAT.case("-j MASQUERADE", chain="USER"),
        NAT.case("-j MASQUERADE --random-fully --random", "-j MASQUERADE --random --random-fully"),
        NAT.case("-p tcp -j MASQUERADE --to-ports 80-90 --random"),
        NAT.case("-p tcp -j MASQUERADE --to-ports 0"),
        NAT.case("-p tcp -j MASQUERADE --to 80-80", "-p tcp -j MASQUERADE --to-ports 80"),
        NAT.case("-p udp -j MASQUERADE --to http", "-p udp -j MASQUERADE --to-ports 80"),
        NAT.case("! -p tcp -j MASQUERADE --to-ports 80"),
        NAT.case("-p icmp -j MASQUERADE --to-ports 80"),
    ),
    refused=(
        NAT.refusal("-j MASQUERADE --persistent", "unknown option"),
        NAT.refusal("-j MASQUERADE --to-ports 80", "needs -p tcp"),
        NAT.refusal("-p udplite -j MASQUERADE --to-ports 80", "needs -p tcp"),
        NAT.refusal("-j MASQUERADE --to-ports 80 -p tcp", "needs -p before it"),
        *(
            NAT.refusal(f"-p tcp -j MASQUERADE --to-ports '{ports}'", "invalid port")
            for ports in ("65536", "90-80", "80-http", "80:90", "80,90", "")
        ),
        NAT.refusal(
            "-p tcp -j MASQUERADE --to-ports 80-90/85",
            "belongs to -j DNAT",
            oracle=False,
            reason="iptables takes the base port and loses it: it saves 80-90/0",
        ),
        NAT.refusal("-j MASQUERADE", "only in chain", chain="PREROUTING"),
        NAT.refusal("-j MASQUERADE", "only in chain", chain="INPUT"),
        NAT.refusal("-j MASQUERADE", "only in chain", chain="OUTPUT"),
        NAT.refusal("-j MASQUERADE", "only in table", table="filter", chain="FORWARD"),
    ),
    native=(
        NAT.native("-j MASQUERADE"),
        NAT.native("-j MASQUERADE --random"),
        NAT.native("-j MASQUERADE --random-fully"),
        NAT.native("-j MASQUERADE --random-fully --random"),
        NAT.native("-p tcp -j MASQUERADE --to-ports 80"),
        NAT.native("-p tcp -j MASQUERADE --to-ports 80-90 --random"),
        NAT.untranslatable("! -p tcp -j MASQUERADE --to-ports 80", "the protocol"),
    ),
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    protocol = draw(st.none() | st.sampled_from([TCP, UDP, SCTP, DCCP, ICMP]))
    ports = draw(st.none() | port_ranges()) if protocol else None
    flags = NatFlags(random=draw(st.booleans()), fully_random=draw(st.booleans()))
    return draw(
        whole_rules(
            target=st.just(Masquerade(ports=ports, flags=flags)),
            tables=("nat",),
            chains=("POSTROUTING", "CUSTOM"),
            protocol=None if protocol is None else Negatable(protocol),
        )
    )
