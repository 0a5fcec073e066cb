"""``-j CLASSIFY``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import whole_rules
from translate import InvalidRule, Rule
from translate.targets.classify import Classify

CLASSIFY = At(table="mangle", chain="POSTROUTING", prefix="-j CLASSIFY")
_CUTS = "iptables cuts the number silently"

CASES = ExtensionCases(
    name="CLASSIFY",
    saves=(
        CLASSIFY.case(" --set-class 1:2", " --set-class 0001:0002"),
        CLASSIFY.case(" --set-class 0xA:0Xb", " --set-class 000a:000b", chain="FORWARD"),
        CLASSIFY.case(" --set-class ffff:ffff", chain="OUTPUT"),
        CLASSIFY.case(" --set-class 0000:0000", table="filter", chain="USER"),
    ),
    refused=(
        CLASSIFY.refusal("", "--set-class must be given"),
        *(
            CLASSIFY.refusal(f" --set-class '{class_}'", "invalid class")
            for class_ in ("1:", ":1", "1", "g:b", "")
        ),
        *(
            CLASSIFY.refusal(f" --set-class {class_}", "invalid class", oracle=False, reason=_CUTS)
            for class_ in ("10000:1", "1:10000", "1:2x", "-1:1")
        ),
        CLASSIFY.refusal(" --set-class 1:2", "only in chain", chain="INPUT"),
        CLASSIFY.refusal(" --set-class 1:2", "only in chain", chain="PREROUTING"),
    ),
    native=(
        CLASSIFY.native(" --set-class 1:2"),
        CLASSIFY.native(" --set-class 1:0"),
        CLASSIFY.native(" --set-class 0:0"),
        CLASSIFY.native(" --set-class ffff:ffff"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    parts = st.integers(0, 0xFFFF) | st.sampled_from([0, 0xFFFF])
    return whole_rules(
        target=st.builds(Classify, major=parts, minor=parts),
        tables=("mangle", "filter"),
        chains=("FORWARD", "OUTPUT", "CUSTOM"),
    )


def test_wrong_values() -> None:
    with pytest.raises(InvalidRule, match="minor must be 0 to 0xffff"):
        Classify(major=1, minor=0x10000)
