"""``-j ECN``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import versions, whole_rules
from translate import InvalidRule, Negatable, Rule
from translate.protocols import TCP
from translate.targets.ecn import Ecn

ECN = At(table="mangle", prefix="-p tcp -j ECN")
_ANY = At(table="mangle", prefix="-j ECN")
_NONE = "iptables-translate has no form"

CASES = ExtensionCases(
    name="ECN",
    versions=(4,),
    saves=(
        ECN.case(" --ecn-tcp-remove"),
        ECN.case(" --ecn-tcp-cwr 0 --ecn-tcp-ece 0", " --ecn-tcp-remove"),
        ECN.case(" --ecn-tcp-ece 1"),
        ECN.case(" --ecn-tcp-ece 0 --ecn-tcp-cwr 0 --ecn-ip-ect 2"),
        ECN.case(
            " --ecn-ip-ect 1 --ecn-tcp-remove",
            " --ecn-tcp-ece 0 --ecn-tcp-cwr 0 --ecn-ip-ect 1",
            oracle=False,
            reason="iptables-save prints --ecn-tcp-remove alone, though the kernel has both",
        ),
        _ANY.case(" --ecn-ip-ect 3"),
    ),
    refused=(
        ECN.refusal("", "must be given"),
        ECN.refusal(" --ecn-tcp-cwr 2", "not a number from 0 to 1"),
        ECN.refusal(" --ecn-ip-ect 4", "not a number from 0 to 3"),
        ECN.refusal(" --ecn-tcp-remove --ecn-tcp-ece 1", "cannot be used with"),
        _ANY.refusal(" --ecn-tcp-remove", "needs -p tcp"),
        _ANY.refusal(" --ecn-tcp-cwr 0", "needs -p tcp"),
        At(table="mangle").refusal("! -p tcp -j ECN --ecn-tcp-remove", "needs -p tcp"),
        ECN.refusal(" --ecn-tcp-remove", "only in table mangle", table="filter"),
        ECN.refusal(" --ecn-tcp-remove", "has no target", versions=(6,)),
    ),
    native=(
        _ANY.native(" --ecn-ip-ect 2", "counter ip ecn set 2", _NONE),
        ECN.untranslatable(" --ecn-tcp-remove", "single TCP flags"),
        ECN.untranslatable(" --ecn-tcp-ece 1", "single TCP flags"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    flags = st.none() | st.booleans()
    ect = st.integers(0, 3)
    both = st.builds(Ecn, tcp_ece=flags, tcp_cwr=flags, ip_ect=ect)
    return whole_rules(
        target=both
        | st.builds(Ecn, ip_ect=st.integers(0, 3))
        | st.builds(Ecn, tcp_ece=st.booleans()),
        version=versions(4),
        tables=("mangle",),
        protocol=Negatable(TCP),
    )


@pytest.mark.parametrize(
    ("values", "message"), [({}, "no bits to set"), ({"ip_ect": 4}, "must be 0 to 3, not 4")]
)
def test_wrong_values(values: dict[str, int], message: str) -> None:
    with pytest.raises(InvalidRule, match=message):
        Ecn(**values)  # type: ignore[arg-type] # one wrong value at a time
