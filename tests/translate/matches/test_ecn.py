"""``-m ecn``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import negatable, whole_rules
from translate import InvalidRule, Negatable, Rule
from translate.matches.ecn import Ecn
from translate.protocols import TCP

_EXACT = "iptables-translate looks for exactly these flags"

CASES = ExtensionCases(
    name="ecn",
    saves=(
        Case("-m ecn --ecn-ip-ect 0"),
        Case("-p udp -m ecn ! --ecn-ip-ect 0x3", "-p udp -m ecn ! --ecn-ip-ect 3"),
        Case("-p tcp -m ecn --ecn-tcp-cwr"),
        Case(
            "-p tcp -m ecn ! --ecn-ip-ect 2 --ecn-tcp-c ! --ecn-tcp-ece",
            "-p tcp -m ecn ! --ecn-tcp-ece --ecn-tcp-cwr ! --ecn-ip-ect 2",
        ),
    ),
    refused=(
        Refusal("-m ecn", match="--ecn-tcp-ece, --ecn-tcp-cwr or --ecn-ip-ect must be given"),
        Refusal("-m ecn --ecn-tcp-cwr", match="needs -p tcp"),
        Refusal("! -p tcp -m ecn --ecn-tcp-ece", match="needs -p tcp"),
        Refusal("-m ecn --ecn-ip-ect 4", match="not a number from 0 to 3"),
        Refusal("-m ecn --ecn-ip-ect 1 --ecn-ip-ect 2", match="only once"),
    ),
    native=(
        *(Native(f"-m ecn --ecn-ip-ect {number}", versions=(4,)) for number in range(4)),
        Native("-m ecn ! --ecn-ip-ect 3", versions=(4,)),
        Native("-p tcp -m ecn --ecn-tcp-ece --ecn-tcp-cwr"),
        Native(
            "-m ecn --ecn-ip-ect 3",
            versions=(6,),
            expected="ip6 ecn ce",
            reason="iptables-translate writes the field of IPv4",
        ),
        Native("-p tcp -m ecn ! --ecn-tcp-cwr", expected="tcp flags ! cwr", reason=_EXACT),
        Native(
            "-p tcp -m ecn --ecn-tcp-ece ! --ecn-tcp-cwr",
            expected="tcp flags ecn tcp flags ! cwr",
            reason=_EXACT,
        ),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    ect = negatable(st.integers(0, 3))
    flags = st.none() | st.booleans()
    whole = st.builds(Ecn, ece=flags, cwr=flags, ect=ect)
    return whole_rules(whole, protocol=Negatable(TCP)) | whole_rules(st.builds(Ecn, ect=ect))


def test_questions_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidRule, match="ecn: --ecn-tcp-ece, --ecn-tcp-cwr or"):
        Ecn()
    with pytest.raises(InvalidRule, match="ect must be 0 to 3, not 4"):
        Ecn(ect=Negatable(4))
