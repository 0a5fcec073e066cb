"""``-j REDIRECT``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import port_ranges, whole_rules
from translate import Negatable, Rule, from_nft, is_opaque
from translate.protocols import DCCP, ICMP, SCTP, TCP, UDP
from translate.targets.redirect import Redirect
from translate.types import IPVersion

NAT = At(table="nat", chain="PREROUTING")

CASES = ExtensionCases(
    name="REDIRECT",
    saves=(
        NAT.case("-j REDIRECT"),
        NAT.case("-j REDIRECT --random", chain="OUTPUT"),
        NAT.case("-j REDIRECT", chain="USER"),
        NAT.case("-p tcp -j REDIRECT --to-ports 80-90 --random"),
        NAT.case("-p tcp -j REDIRECT --to-ports 0"),
        NAT.case("-p udp -j REDIRECT --to-port 53", "-p udp -j REDIRECT --to-ports 53"),
        NAT.case("-p tcp -j REDIRECT --to-ports http", "-p tcp -j REDIRECT --to-ports 80"),
        NAT.case("-p icmp -j REDIRECT --to-ports 80"),
    ),
    refused=(
        NAT.refusal("-j REDIRECT --to-ports 80", "needs -p tcp"),
        NAT.refusal("-p udplite -j REDIRECT --to-ports 80", "needs -p tcp"),
        NAT.refusal("-j REDIRECT --random-fully", "unknown option"),
        NAT.refusal("-j REDIRECT --persistent", "unknown option"),
        NAT.refusal("-p tcp -j REDIRECT --to-ports 80-90/85", "belongs to -j DNAT"),
        *(
            NAT.refusal(f"-p tcp -j REDIRECT --to-ports '{ports}'", "invalid port")
            for ports in ("65536", "90-80", "10-65536", "http-90", "")
        ),
        NAT.refusal("-p tcp -j REDIRECT --to-ports 80 --to-ports 90", "only once"),
        NAT.refusal("-j REDIRECT", "only in chain", chain="POSTROUTING"),
        NAT.refusal("-j REDIRECT", "only in chain", chain="INPUT"),
        NAT.refusal("-j REDIRECT", "only in table", table="filter", chain="FORWARD"),
    ),
    native=(
        NAT.native("-j REDIRECT"),
        NAT.native("-j REDIRECT --random"),
        NAT.native("-p tcp -j REDIRECT --to-ports 80"),
        NAT.native("-p udp -j REDIRECT --to-ports 80-90 --random"),
    ),
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    protocol = draw(st.none() | st.sampled_from([TCP, UDP, SCTP, DCCP, ICMP]))
    ports = draw(st.none() | port_ranges()) if protocol else None
    return draw(
        whole_rules(
            target=st.just(Redirect(ports=ports, random=draw(st.booleans()))),
            tables=("nat",),
            chains=("PREROUTING", "OUTPUT", "CUSTOM"),
            protocol=None if protocol is None else Negatable(protocol),
        )
    )


def test_flags_that_iptables_has_no_word_for_stay_opaque() -> None:
    rule, _ = from_nft(
        [{"redirect": {"flags": ["random", "persistent"]}}],
        version=IPVersion.V4,
        table="nat",
        chain="PREROUTING",
    )
    assert is_opaque(rule)
