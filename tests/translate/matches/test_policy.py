"""``-m policy``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import addresses, negatable, whole_rules
from translate import IPVersion, Negatable, Rule
from translate.matches.policy import Policy, PolicyElement
from translate.values.hosts import Host

_IN = "-m policy --dir in --pol ipsec"
_NONE = "iptables-translate has no form"

CASES = ExtensionCases(
    name="policy",
    saves=(
        Case("-m policy --dir in", _IN),
        Case("-m policy --pol none --dir out", "-m policy --dir out --pol none"),
        Case("-m policy --reqid 0x10 --dir in", f"{_IN} --reqid 16"),
        Case(f"{_IN} ! --spi 010", f"{_IN} ! --spi 0x8"),
        Case(f"{_IN} --proto 108", f"{_IN} --proto ipcomp"),
        Case(f"{_IN} --proto IPSEC-AH", f"{_IN} --proto ah"),
        Case(
            f"{_IN} --tunnel-src 10.0.0.1/8 --tunnel-dst 1.2.3.4 --mode tunnel --proto esp",
            f"{_IN} --proto esp --mode tunnel --tunnel-dst 1.2.3.4 --tunnel-src 10.0.0.1/8",
            versions=(4,),
        ),
        Case(f"{_IN} --strict --mode tunnel --tunnel-src fe80::/64", versions=(6,)),
        Case(
            f"{_IN} --strict ! --reqid 1 ! --spi 0x3 ! --proto ah ! --mode transport "
            "! --tunnel-dst 5.6.7.0/24 ! --tunnel-src 1.2.3.4 --next --reqid 2",
            versions=(4,),
        ),
        Case(f"{_IN} --strict --reqid 1 --next --reqid 2 --next --reqid 3 --next --reqid 4"),
        Case("-m policy --dir in --pol none --reqid 1", "-m policy --dir in --pol none"),
        Case("-m policy --dir in --pol ipsec", chain="INPUT"),
        # Without -m policy before it, --proto is short for --protocol.
        Case("--proto tcp -m policy --dir in", f"-p tcp {_IN}"),
        Case("-m policy --dir out --pol ipsec", chain="OUTPUT"),
    ),
    refused=(
        Refusal("-m policy --pol ipsec", match="--dir in or --dir out"),
        Refusal("-m policy --dir IN", match="must be in or out, not 'IN'"),
        Refusal("-m policy --dir in --pol foo", match="unknown policy 'foo'"),
        Refusal(f"{_IN} --strict", match="policy element is empty"),
        Refusal(f"{_IN} --strict --reqid 1 --next", match="policy element is empty"),
        Refusal(f"{_IN} --strict --next --reqid 1", match="policy element is empty"),
        Refusal(f"{_IN} --reqid 1 --next --reqid 2", match="needs --strict"),
        Refusal(f"{_IN} --reqid 1 --reqid 2", match="only once for an element"),
        Refusal(f"{_IN} --strict" + " --next".join([" --reqid 1"] * 5), match="at most 4"),
        Refusal(f"{_IN} --reqid foo", match="not a number"),
        Refusal(f"{_IN} --spi 4294967296", match="not a number"),
        Refusal(f"{_IN} --proto tcp", match="must be ah, esp or ipcomp"),
        Refusal(f"{_IN} --proto ESP", match="must be ah, esp or ipcomp"),
        Refusal(f"{_IN} --mode foo", match="unknown mode 'foo'"),
        Refusal(f"{_IN} --tunnel-src 1.2.3.4", match="need --mode tunnel", versions=(4,)),
        Refusal(f"{_IN} --mode transport --tunnel-dst ::1", match="need --mode", versions=(6,)),
        Refusal(f"{_IN} ! --mode tunnel --tunnel-dst ::1", match="need --mode", versions=(6,)),
        Refusal(f"{_IN} --mode tunnel --tunnel-dst ::1", match="IPv6 address", versions=(4,)),
        Refusal("-m policy --dir in --pol none --strict --reqid 1", match="--pol none cannot"),
        Refusal("-m policy ! --dir in", match="not allowed"),
        Refusal("-m policy --dir in --dir in", match="only once"),
        Refusal("-m policy --dir out", match="not in INPUT", chain="INPUT"),
        Refusal("-m policy --dir in", match="not in OUTPUT", chain="OUTPUT"),
    ),
    native=(
        Native(_IN),
        Native("-m policy --dir in --pol none"),
        Native("-m policy --dir out --pol ipsec", expected="rt ipsec exists", reason=_NONE),
        Native("-m policy --dir out --pol none", expected="rt ipsec missing", reason=_NONE),
        Native(f"{_IN} --reqid 1", untranslatable="look for one that fits"),
    ),
)


def _elements(version: IPVersion) -> st.SearchStrategy[PolicyElement]:
    number = st.none() | negatable(st.integers(0, 0xFFFFFFFF))
    host = st.none() | negatable(
        st.builds(Host.of, addresses(version), st.integers(0, version.bits))
    )
    common = {
        "reqid": number,
        "spi": number,
        "protocol": st.none() | negatable(st.sampled_from(["ah", "esp", "ipcomp"])),
    }
    tunnel = st.sampled_from([Negatable("tunnel"), Negatable("transport", negated=True)])
    mode = st.none() | negatable(st.sampled_from(["tunnel", "transport"]))
    plain = st.builds(PolicyElement, **common, mode=mode)
    tunnels = st.builds(
        PolicyElement, **common, mode=tunnel, tunnel_destination=host, tunnel_source=host
    )
    return (plain | tunnels).filter(lambda element: element != PolicyElement())


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    version = draw(st.sampled_from([IPVersion.V4, IPVersion.V6]))
    ipsec = draw(st.booleans())
    strict = ipsec and draw(st.booleans())
    most = (4 if strict else 1) if ipsec else 0
    elements = st.lists(_elements(version), min_size=int(strict), max_size=most).map(tuple)
    value = Policy(
        direction=draw(st.sampled_from(["in", "out"])),
        ipsec=ipsec,
        strict=strict,
        elements=draw(elements),
    )
    return draw(whole_rules(st.just(value), version=st.just(version), chains=("FORWARD", "CUSTOM")))
