"""``-j TCPMSS``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import whole_rules
from translate import InvalidRule, Negatable, Rule
from translate.matches.tcp import Tcp, TcpFlags
from translate.protocols import TCP
from translate.targets.tcpmss import Tcpmss

V4, V6 = (4,), (6,)
SYN = At(table="mangle", prefix="-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS ")
_ANY = At(table="mangle")

CASES = ExtensionCases(
    name="TCPMSS",
    saves=(
        SYN.case("--set-mss 1400"),
        SYN.case("--set-mss 0", table="filter"),
        SYN.case("--set-mss 5", chain="PREROUTING"),
        SYN.case("--set-mss 65515", versions=V4),
        SYN.case("--set-mss 65495", versions=V6),
        SYN.case("--clamp-mss-to-pmtu", chain="POSTROUTING"),
        SYN.case("--clamp", "--clamp-mss-to-pmtu", chain="USER"),
        _ANY.case(
            "-p tcp --tcp-flags ALL SYN,ACK -j TCPMSS --set-mss 5",
            "-p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG SYN,ACK -j TCPMSS --set-mss 5",
        ),
    ),
    refused=(
        SYN.refusal("", "--set-mss or --clamp-mss-to-pmtu"),
        SYN.refusal("--set-mss 65516", "not a number from 0 to 65515", versions=V4),
        SYN.refusal("--set-mss 65496", "not a number from 0 to 65495", versions=V6),
        SYN.refusal("--set-mss x", "not a number"),
        SYN.refusal(
            "--clamp-mss-to-pmtu --set-mss 5",
            "cannot be used with",
            oracle=False,
            reason="iptables forgets the first of the two",
        ),
        SYN.refusal("--clamp-mss-to-pmtu", "only in chain", chain="INPUT"),
        SYN.refusal("--clamp-mss-to-pmtu", "only in chain", chain="PREROUTING"),
        *(
            _ANY.refusal(f"{protocol} -j TCPMSS --set-mss 1400", "such as --syn")
            for protocol in (
                "-p tcp",
                "-p udp",
                "! -p tcp",
                "-p tcp ! --syn",
                "-p tcp --tcp-flags SYN,ACK ACK",
                "-p tcp --dport 80",
            )
        ),
    ),
    native=(
        SYN.native("--set-mss 1400"),
        SYN.native("--clamp-mss-to-pmtu"),
    ),
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    syn = Tcp(flags=Negatable(TcpFlags(mask=0x17, compare=0x02)))
    return draw(
        whole_rules(
            st.just(syn),
            target=st.builds(Tcpmss, mss=st.none() | st.integers(0, 65495)),
            tables=("mangle",),
            chains=("FORWARD", "OUTPUT", "POSTROUTING", "CUSTOM"),
            protocol=Negatable(TCP),
        )
    )


def test_wrong_values() -> None:
    with pytest.raises(InvalidRule, match="mss must be 0 to 65515"):
        Tcpmss(mss=65516)
