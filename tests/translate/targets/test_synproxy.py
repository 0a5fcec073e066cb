"""``-j SYNPROXY``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import whole_rules
from translate import InvalidRule, Negatable, Rule
from translate.protocols import TCP
from translate.targets.synproxy import Synproxy

SYNPROXY = At(chain="INPUT", prefix="-p tcp -j SYNPROXY")
_WRAPS = "iptables cuts the number silently"

CASES = ExtensionCases(
    name="SYNPROXY",
    saves=(
        SYNPROXY.case(""),
        SYNPROXY.case(
            " --ecn --mss 1460 --wscale 9 --timestamp --sack-perm",
            " --sack-perm --timestamp --wscale 9 --mss 1460 --ecn",
        ),
        SYNPROXY.case(" --wscale 0 --mss 0", chain="FORWARD"),
        SYNPROXY.case(" --wscale 255 --mss 65535", chain="USER", table="mangle"),
    ),
    refused=(
        SYNPROXY.refusal(" --mss 65536", "from 0 to 65535", oracle=False, reason=_WRAPS),
        SYNPROXY.refusal(" --wscale 256", "from 0 to 255", oracle=False, reason=_WRAPS),
        SYNPROXY.refusal(" --mss x", "not a number"),
        SYNPROXY.refusal(" --timestamps", "unknown option"),
        SYNPROXY.refusal(" --mss 1 --mss 2", "only once"),
        SYNPROXY.refusal("", "only in chain", chain="OUTPUT"),
        SYNPROXY.refusal("", "only in chain", table="raw", chain="PREROUTING"),
        *(
            At(chain="INPUT").refusal(f"{what} -j SYNPROXY", "needs -p tcp")
            for what in ("-p udp", "! -p tcp", "")
        ),
    ),
    native=(
        SYNPROXY.native(""),
        SYNPROXY.native(" --sack-perm --timestamp --mss 1460 --wscale 9"),
        SYNPROXY.native(" --wscale 9 --mss 1460"),
        SYNPROXY.native(" --sack-perm"),
        SYNPROXY.native(" --timestamp"),
        SYNPROXY.untranslatable(" --ecn", "no such flag"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    return whole_rules(
        target=st.builds(
            Synproxy,
            mss=st.none() | st.integers(0, 0xFFFF),
            wscale=st.none() | st.integers(0, 0xFF),
            sack_perm=st.booleans(),
            timestamp=st.booleans(),
            ecn=st.sampled_from([False, False, True]),
        ),
        chains=("INPUT", "FORWARD", "CUSTOM"),
        protocol=Negatable(TCP),
    )


def test_wrong_values() -> None:
    with pytest.raises(InvalidRule, match="wscale must be 0 to 255"):
        Synproxy(wscale=256)
