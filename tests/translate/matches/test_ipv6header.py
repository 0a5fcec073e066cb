"""``-m ipv6header``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import whole_rules
from translate import InvalidRule, IPVersion, Rule
from translate.matches.ipv6header import Ipv6header

_NONE = "iptables-translate has none"
_KEY = "exthdr hbh . exthdr dst . exthdr rt . exthdr frag . meta l4proto"
_NAMES = (
    "hop-by-hop", "ipv6-opts", "ipv6-route", "ipv6-frag", "ah", "esp", "ipv6-nonxt", "protocol"
)  # fmt: skip

CASES = ExtensionCases(
    name="ipv6header",
    versions=(6,),
    saves=(
        Case(
            "-m ipv6header --header prot,none,esp,auth,frag,route,dst,hop",
            f"-m ipv6header --header {','.join(_NAMES)}",
        ),
        Case(
            "-m ipv6header --header 0,60,43,44,51,50,59,255",
            f"-m ipv6header --header {','.join(_NAMES)}",
        ),
        Case(
            "-m ipv6header --soft ! --header frag,,ipv6-frag",
            "-m ipv6header ! --header ipv6-frag --soft",
        ),
        *(Case(f"-m ipv6header ! --header {name}") for name in _NAMES),
        Case(
            "-m ipv6header --header hopopt,IPv6-Frag", "-m ipv6header --header hop-by-hop,ipv6-frag"
        ),
    ),
    refused=(
        Refusal("-m ipv6header", match="--header must be given"),
        Refusal("-m ipv6header --soft", match="--header must be given"),
        Refusal("-m ipv6header --header frag ! --soft", match="'!' is not allowed"),
        Refusal("-m ipv6header --header tcp", match="unknown header 'tcp'"),
        Refusal("-m ipv6header --header 6", match="unknown header '6'"),
        Refusal("-m ipv6header --header 0x2c", match="unknown header '0x2c'"),
        Refusal("-m ipv6header --header FRAG", match="unknown header 'FRAG'"),
        Refusal("-m ipv6header --header ''", match="no header is named"),
        Refusal("-m ipv6header --header frag --header dst", match="only once"),
    ),
    native=(
        Native(
            "-m ipv6header --header frag,esp",
            expected=f"{_KEY} {{ missing . missing . missing . exists . esp }}",
            reason=_NONE,
        ),
        Native(
            "-m ipv6header ! --header hop,prot",
            expected=f"{_KEY} != {{ exists . missing . missing . missing . 0-49, "
            "exists . missing . missing . missing . 52-58, "
            "exists . missing . missing . missing . 60-255 }",
            reason=_NONE,
        ),
        Native(
            "-m ipv6header --header dst,auth --soft",
            expected=f"{_KEY} {{ 0-1 . exists . 0-1 . 0-1 . ah }}",
            reason=_NONE,
        ),
        Native("-m ipv6header --header frag", untranslatable="never holds"),
        Native("-m ipv6header --header esp,none", untranslatable="never holds"),
        Native(
            "-m ipv6header --header auth,prot", untranslatable="behind an authentication header"
        ),
        Native("-m ipv6header ! --header frag --soft", untranslatable="heed '!' beside --soft"),
        Native(
            "-m ipv6header --header hop,dst,route,frag,esp --soft",
            untranslatable="as one without --soft",
        ),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    headers = st.sets(st.sampled_from(_NAMES), min_size=1).map(
        lambda chosen: tuple(name for name in _NAMES if name in chosen)
    )
    ending = st.sampled_from(("esp", "ipv6-nonxt", "protocol"))
    whole = st.tuples(st.sets(st.sampled_from(_NAMES[:4])), ending).map(
        lambda parts: tuple(name for name in _NAMES if name in parts[0] or name == parts[1])
    )
    return whole_rules(
        st.builds(Ipv6header, headers=headers | whole, soft=st.booleans(), negated=st.booleans()),
        version=st.just(IPVersion.V6),
    )


def test_names_out_of_order_are_refused() -> None:
    with pytest.raises(InvalidRule, match="must be names, each once, in the order of hop-by-hop"):
        Ipv6header(headers=("ipv6-frag", "hop-by-hop"))
