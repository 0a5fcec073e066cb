"""``-j HL``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import versions, whole_rules
from translate import InvalidRule, Rule
from translate.targets.hl import Hl

HL = At(table="mangle", prefix="-j HL")
_NONE = "iptables-translate has no form"
_DECREMENTED = ", ".join(f"{limit} : {max(limit - 3, 0)}" for limit in range(256))
_INCREMENTED = ", ".join(f"{limit} : {min(limit + 3, 255)}" for limit in range(256))

CASES = ExtensionCases(
    name="HL",
    versions=(6,),
    saves=(
        HL.case(" --hl-set 0"),
        HL.case(" --hl-set 0x10", " --hl-set 16"),
        HL.case(" --hl-inc 1"),
        HL.case(" --hl-dec 255"),
    ),
    refused=(
        HL.refusal("", "must be given"),
        HL.refusal(" --hl-set 256", "not a number from 0 to 255"),
        HL.refusal(" --hl-inc 0", "not a number from 1 to 255"),
        HL.refusal(" --hl-dec 256", "not a number from 1 to 255"),
        HL.refusal(" --hl-dec 1 --hl-inc 1", "cannot be used with"),
        HL.refusal(" --hl-set 1 --hl-set 1", "only once"),
        HL.refusal(" --hl-set 1", "only in table mangle", table="filter"),
    ),
    native=(
        HL.native(" --hl-set 42", "counter ip6 hoplimit set 42", _NONE),
        HL.native(
            " --hl-dec 3",
            f"counter ip6 hoplimit set ip6 hoplimit map {{ {_DECREMENTED} }}",
            _NONE,
        ),
        HL.native(
            " --hl-inc 3",
            f"counter ip6 hoplimit set ip6 hoplimit map {{ {_INCREMENTED} }}",
            _NONE,
        ),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    operations = st.just("set") | st.sampled_from(["dec", "inc"])
    return whole_rules(
        target=st.builds(Hl, operation=operations, hops=st.integers(1, 255)),
        version=versions(6),
        tables=("mangle",),
    )


@pytest.mark.parametrize(
    ("operation", "hops", "message"),
    [("add", 1, "set, dec or inc"), ("set", 256, "0 to 255"), ("inc", 0, "1 to 255")],
)
def test_wrong_values(operation: str, hops: int, message: str) -> None:
    with pytest.raises(InvalidRule, match=message):
        Hl(operation=operation, hops=hops)
