"""``-j TOS``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import whole_rules
from translate import InvalidRule, Rule
from translate.targets.tos import Tos

V4, V6 = (4,), (6,)
TOS = At(table="mangle", prefix="-j TOS")
_WRONG = "iptables-translate drops the ECN bits, and writes ip6 dscp for IPv4 too"

CASES = ExtensionCases(
    name="TOS",
    saves=(
        TOS.case(" --set-tos 0x1f", " --set-tos 0x1f/0xff"),
        TOS.case(" --set-tos 0x1f/0xf", " --set-tos 0x1f/0x0f"),
        TOS.case(" --set-tos Minimize-Delay", " --set-tos 0x10/0x3f"),
        TOS.case(" --set-tos maximize-throughput", " --set-tos 0x08/0x3f"),
        TOS.case(" --set-tos Maximize-Reliability", " --set-tos 0x04/0x3f"),
        TOS.case(" --set-tos Minimize-Cost", " --set-tos 0x02/0x3f"),
        TOS.case(" --set-tos Normal-Service", " --set-tos 0x00/0x3f"),
        TOS.case(" --and-tos 0x12", " --set-tos 0x00/0xed"),
        TOS.case(" --or-tos 0x12", " --set-tos 0x12/0x12"),
        TOS.case(" --xor-tos 0x12", " --set-tos 0x12/0x00"),
    ),
    refused=(
        TOS.refusal("", "must be given"),
        *(
            TOS.refusal(f" --set-tos '{tos}'", "invalid TOS")
            for tos in ("256", "1/0x100", "1/", "x", "", "Minimize-D", "Normal-Service/0xff")
        ),
        TOS.refusal(" --or-tos 256", "not a number from 0 to 255"),
        TOS.refusal(" --set-tos 1 --or-tos 1", "cannot be used with"),
        TOS.refusal(" --set-tos 1", "only in table mangle", table="filter"),
    ),
    native=(
        TOS.native(" --set-tos 0x1f", "counter ip dscp set 0x07 ip ecn set 3", _WRONG, versions=V4),
        TOS.native(
            " --set-tos 0x1f", "counter ip6 dscp set 0x07 ip6 ecn set 3", _WRONG, versions=V6
        ),
        TOS.native(" --set-tos 0x28/0xfc", "counter ip dscp set 0x0a", _WRONG, versions=V4),
        TOS.native(" --set-tos 2/3", "counter ip6 ecn set 2", _WRONG, versions=V6),
        TOS.untranslatable(" --set-tos Minimize-Delay", "as a whole"),
        TOS.untranslatable(" --and-tos 0x12", "as a whole"),
        TOS.untranslatable(" --set-tos 0/0", "changes nothing"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    bits = st.integers(0, 0xFF)
    masks = st.sampled_from([0, 3, 0xFC, 0xFF, 0x3F]) | bits
    return whole_rules(target=st.builds(Tos, value=bits, mask=masks), tables=("mangle",))


def test_wrong_values() -> None:
    with pytest.raises(InvalidRule, match="mask must be 0 to 0xff"):
        Tos(value=0, mask=0x100)
