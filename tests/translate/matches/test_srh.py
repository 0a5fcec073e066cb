"""``-m srh``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import addresses, negatable, whole_rules
from translate import InvalidRule, IPVersion, Negatable, Rule
from translate.matches.srh import Comparisons, Srh
from translate.values.hosts import Host

_NONE = "iptables-translate has none"
_SRH = "exthdr rt exists rt type 4"

CASES = ExtensionCases(
    name="srh",
    versions=(6,),
    saves=(
        Case("-m srh"),
        Case("-m srh ! --srh-next-hdr 0x11", "-m srh ! --srh-next-hdr 17"),
        Case("-m srh ! --srh-hdr-len-gt 8"),
        Case("-m srh --srh-segs-left-gt 2"),
        Case("-m srh --srh-segs-left-lt 0 ! --srh-last-entry-eq 255 --srh-tag 65535"),
        # One number serves all three comparisons of a field.
        Case(
            "-m srh --srh-hdr-len-lt 8 ! --srh-hdr-len-eq 5",
            "-m srh ! --srh-hdr-len-eq 5 --srh-hdr-len-lt 5",
        ),
        Case("-m srh --srh-psid a::1", "-m srh --srh-psid a::1/128"),
        Case("-m srh ! --srh-nsid b::1/ffff:ffff:ffff::", "-m srh ! --srh-nsid b::1/48"),
        Case("-m srh --srh-lsid ::ffff:1.2.3.4/0"),
        Case(
            "-m srh --srh-tag 1 --srh-last-entry-gt 2 --srh-next-hdr 6",
            "-m srh --srh-next-hdr 6 --srh-last-entry-gt 2 --srh-tag 1",
        ),
    ),
    refused=(
        Refusal("-m srh --srh-next-hdr tcp", match="not a number from 0 to 255"),
        Refusal("-m srh --srh-hdr-len-eq 256", match="not a number from 0 to 255"),
        Refusal("-m srh --srh-tag 65536", match="not a number from 0 to 65535"),
        Refusal("-m srh --srh-tag 1 --srh-tag 2", match="only once"),
        Refusal("-m srh --srh-hdr-len-lt 1 --srh-hdr-len-lt 2", match="only once"),
        Refusal("-m srh --srh-psid 1.2.3.4", match="1.2.3.4"),
        Refusal("-m srh --srh-psid a::/129", match="invalid mask '129'"),
        Refusal("-m srh --srh-psid a::1,b::1", match="not an IPv6 address"),
        Refusal(
            "-m srh --srh-psid a::1/ffff::ffff",
            match="invalid mask",
            oracle=False,
            reason="iptables-save prints another mask",
        ),
    ),
    native=(
        Native("-m srh", expected=_SRH, reason=_NONE),
        Native(
            "-m srh --srh-next-hdr 17 ! --srh-hdr-len-gt 3 --srh-segs-left-eq 1 "
            "! --srh-last-entry-lt 2 --srh-tag 7",
            expected=f"{_SRH} rt nexthdr udp rt hdrlength <= 3 rt seg-left 1 "
            "srh last-entry >= 2 srh tag 7",
            reason=_NONE,
        ),
        Native(
            "-m srh --srh-segs-left-lt 2 --srh-last-entry-gt 1",
            expected=f"{_SRH} rt seg-left < 2 rt type 4 srh last-entry > 1",
            reason=_NONE,
        ),
        Native(
            "-m srh ! --srh-lsid a::1/16",
            expected=f"{_SRH} srh sid[1] & ffff:: != a::",
            reason=_NONE,
        ),
        Native("-m srh --srh-lsid a::1", expected=f"{_SRH} srh sid[1] a::1", reason=_NONE),
        Native("-m srh --srh-psid a::1", untranslatable="from another field"),
        Native("-m srh ! --srh-nsid a::1", untranslatable="from another field"),
    ),
)


def _comparisons() -> st.SearchStrategy[Comparisons]:
    tests = st.tuples(*(st.none() | negatable(st.just(kind)) for kind in ("eq", "gt", "lt")))
    chosen = tests.map(lambda tests: tuple(test for test in tests if test is not None))
    return st.builds(Comparisons, number=st.integers(0, 255), tests=chosen.filter(bool))


def rules() -> st.SearchStrategy[Rule]:
    segments = st.none() | negatable(
        st.builds(Host.of, addresses(IPVersion.V6), st.integers(0, 128))
    )
    rarely = st.none() | st.none() | st.none() | segments
    return whole_rules(
        st.builds(
            Srh,
            next_header=st.none() | negatable(st.integers(0, 255)),
            header_length=st.none() | _comparisons(),
            segments_left=st.none() | _comparisons(),
            last_entry=st.none() | _comparisons(),
            tag=st.none() | negatable(st.integers(0, 0xFFFF)),
            previous=rarely,
            next=rarely,
            last=segments,
        ),
        version=st.just(IPVersion.V6),
    )


def test_headers_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidRule, match="srh: tag must be 0 to 65535, not 65536"):
        Srh(tag=Negatable(65536))
    with pytest.raises(InvalidRule, match="srh: 256 is not in 0 to 255"):
        Comparisons(number=256, tests=(Negatable("eq"),))
    with pytest.raises(InvalidRule, match="must be eq, gt and lt, each once, in this order"):
        Comparisons(number=1, tests=(Negatable("lt"), Negatable("eq")))
