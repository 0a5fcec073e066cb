"""``-j TTL``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import versions, whole_rules
from translate import InvalidRule, Rule
from translate.targets.ttl import Ttl

TTL = At(table="mangle", prefix="-j TTL")
_NONE = "iptables-translate has no form"

CASES = ExtensionCases(
    name="TTL",
    versions=(4,),
    saves=(
        TTL.case(" --ttl-set 0"),
        TTL.case(" --ttl-set 0x10", " --ttl-set 16"),
        TTL.case(" --ttl-inc 1"),
        TTL.case(" --ttl-dec 255"),
    ),
    refused=(
        TTL.refusal("", "must be given"),
        TTL.refusal(" --ttl-set 256", "not a number from 0 to 255"),
        TTL.refusal(" --ttl-inc 0", "not a number from 1 to 255"),
        TTL.refusal(" --ttl-dec 256", "not a number from 1 to 255"),
        TTL.refusal(" --ttl-dec 1 --ttl-inc 1", "cannot be used with"),
        TTL.refusal(" --ttl-set 1 --ttl-set 1", "only once"),
        TTL.refusal(" --ttl-set 1", "only in table mangle", table="filter"),
    ),
    native=(
        TTL.native(" --ttl-set 42", "counter ip ttl set 42", _NONE),
        TTL.untranslatable(" --ttl-dec 1", "constants only"),
        TTL.untranslatable(" --ttl-inc 1", "constants only"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    operations = st.just("set") | st.sampled_from(["dec", "inc"])
    return whole_rules(
        target=st.builds(Ttl, operation=operations, hops=st.integers(1, 255)),
        version=versions(4),
        tables=("mangle",),
    )


@pytest.mark.parametrize(
    ("operation", "hops", "message"),
    [("add", 1, "set, dec or inc"), ("set", 256, "0 to 255"), ("inc", 0, "1 to 255")],
)
def test_wrong_values(operation: str, hops: int, message: str) -> None:
    with pytest.raises(InvalidRule, match=message):
        Ttl(operation=operation, hops=hops)
