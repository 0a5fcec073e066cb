"""``-j CT`` and ``-j NOTRACK``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import whole_rules
from translate import InvalidRule, Rule
from translate.targets.ct import Ct
from translate.targets.notrack import Notrack

CT = At(table="raw", chain="PREROUTING", prefix="-j CT")
TCP_CT = At(table="raw", chain="PREROUTING", prefix="-p tcp -j CT")
NOTRACK = At(table="raw", chain="PREROUTING", prefix="-j NOTRACK")
_NONE = "iptables-translate knows --notrack only"
_EVENTS = (
    "new",
    "related",
    "destroy",
    "reply",
    "assured",
    "protoinfo",
    "helper",
    "mark",
    "natseqinfo",
    "secmark",
)

CASES = ExtensionCases(
    name="CT",
    saves=(
        CT.case(""),
        CT.case(" --notrack", chain="OUTPUT"),
        NOTRACK.case(""),
        NOTRACK.case("", chain="USER"),
        CT.case(" --zone 0x10", " --zone 16"),
        CT.case(" --zone 0", ""),
        CT.case(" --zone MARK", " --zone mark"),
        CT.case(" --zone-orig mark"),
        CT.case(" --zone-orig 1"),
        CT.case(" --zone-reply 65535"),
        CT.case(f" --ctevents {','.join(_EVENTS)}"),
        CT.case(" --ctevents destroy,new,new", " --ctevents new,destroy"),
        CT.case(" --expevents new"),
        CT.case(" --zone 1 --notrack", " --notrack --zone 1"),
        CT.case(
            " --zone 3 --expevents new --ctevents new",
            " --ctevents new --expevents new --zone 3",
        ),
        TCP_CT.case(" --helper ftp"),
        TCP_CT.case(" --helper no-such-helper"),
        TCP_CT.case(" --helper '' --timeout ''", ""),
        TCP_CT.case(" --timeout no-such-policy"),
    ),
    refused=(
        CT.refusal(" --zone 65536", "invalid zone"),
        CT.refusal(" --zone x", "invalid zone"),
        CT.refusal(
            " --zone-orig 1 --zone-reply 2",
            "cannot be used with",
            oracle=False,
            reason="iptables takes the last number for both directions",
        ),
        *(
            CT.refusal(f" --ctevents '{events}'", "unknown event")
            for events in ("NEW", "ne", "foo", "", "new,", "all")
        ),
        CT.refusal(" --expevents destroy", "unknown event"),
        CT.refusal(" --notrack --notrack", "only once"),
        CT.refusal(" --timeout foo", "needs -p"),
        CT.refusal(
            " --helper ftp",
            "needs -p",
            oracle=False,
            reason="iptables' message for it is that of a missing module",
        ),
        TCP_CT.refusal(
            " --helper 1234567890123456",
            "1 to 15 bytes",
            oracle=False,
            reason="iptables cuts the name, and so names another helper",
        ),
        CT.refusal(" --notrack", "only in table raw", table="mangle"),
        NOTRACK.refusal("", "only in table raw", table="filter", chain="INPUT"),
    ),
    native=(
        CT.native(" --notrack"),
        NOTRACK.native(""),
        CT.native("", "counter ct zone set 0", _NONE),
        CT.native(" --zone 5", "counter ct zone set 5", _NONE),
        CT.native(" --zone-orig 5", "counter ct original zone set 5", _NONE),
        CT.native(" --zone-reply 5", "counter ct reply zone set 5", _NONE),
        CT.untranslatable(" --zone mark", "takes no mark"),
        CT.untranslatable(" --notrack --zone 1", "exists already"),
        CT.untranslatable(" --ctevents new", "exists already"),
        CT.untranslatable(" --expevents new", "exists already"),
        TCP_CT.untranslatable(" --helper ftp", "exists already"),
        TCP_CT.untranslatable(" --timeout foo", "exists already"),
    ),
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    events = draw(st.just(frozenset()) | st.frozensets(st.sampled_from(_EVENTS)))
    zone = draw(st.none() | st.integers(0, 0xFFFF))
    target = Ct(
        notrack=draw(st.booleans()),
        events=tuple(event for event in _EVENTS if event in events),
        expectation_events=draw(st.sampled_from([(), ("new",)])),
        zone=zone,
        zone_direction=draw(st.sampled_from([None, "original", "reply"])) if zone != 0 else None,
    )
    return draw(
        whole_rules(
            target=st.sampled_from([target, Ct(zone=zone), Ct(notrack=True), Notrack()]),
            tables=("raw",),
            chains=("PREROUTING", "OUTPUT", "CUSTOM"),
        )
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"helper": ""}, "CT helper '': 1 to 15 bytes"),
        ({"timeout": "x" * 32}, "1 to 31 bytes"),
        ({"events": ("destroy", "new")}, "in the order of"),
        ({"zone": 65536}, "zone must be 0 to 65535"),
        ({"zone": 1, "zone_direction": "both"}, "original or reply"),
        ({"zone_direction": "reply"}, "zone 0 has no direction"),
    ],
)
def test_wrong_values(values: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidRule, match=message):
        Ct(**values)  # type: ignore[arg-type] # one wrong value at a time
