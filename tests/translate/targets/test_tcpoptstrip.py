"""``-j TCPOPTSTRIP``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import whole_rules
from translate import InvalidRule, Negatable, Rule
from translate.protocols import TCP
from translate.targets.tcpoptstrip import Tcpoptstrip

STRIP = At(table="mangle", prefix="-p tcp -j TCPOPTSTRIP")
_V4 = At(table="mangle", prefix="-p tcp -j TCPOPTSTRIP", versions=(4,))
_NONE = "iptables-translate has no form"
_TCP = "ip protocol tcp counter"

CASES = ExtensionCases(
    name="TCPOPTSTRIP",
    saves=(
        STRIP.case(""),
        STRIP.case(" --strip-options mss", " --strip-options 2"),
        STRIP.case(
            " --strip-options md5,timestamp,sack,sack-permitted,mss,wscale",
            " --strip-options 2,3,4,5,8,19",
        ),
        STRIP.case(" --strip-options 254,0x64,6", " --strip-options 6,100,254"),
    ),
    refused=(
        *(
            STRIP.refusal(f" --strip-options '{kinds}'", "invalid TCP option")
            for kinds in ("0", "1", "256", "WSCALE", "foo", "", "2,")
        ),
        STRIP.refusal(" --strip-options 2,mss", "named twice"),
        STRIP.refusal(" --strip-options 2 --strip-options 3", "only once"),
        *(
            At(table="mangle").refusal(f"{what} -j TCPOPTSTRIP --strip-options 2", "needs -p tcp")
            for what in ("-p udp", "! -p tcp", "")
        ),
        STRIP.refusal(" --strip-options 2", "only in table mangle", table="filter"),
    ),
    native=(
        _V4.native(" --strip-options mss", f"{_TCP} reset tcp option maxseg", _NONE),
        _V4.native(
            " --strip-options 2,3,4,5,8,19",
            f"{_TCP} reset tcp option maxseg reset tcp option window reset tcp option sack-perm "
            "reset tcp option sack reset tcp option timestamp reset tcp option md5sig",
            _NONE,
        ),
        _V4.native(" --strip-options 253", f"{_TCP} reset tcp option 253", _NONE),
        STRIP.untranslatable("", "changes nothing"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    kinds = st.sampled_from([2, 3, 4, 5, 8, 19, 30, 34]) | st.integers(2, 255)
    return whole_rules(
        target=st.builds(
            Tcpoptstrip, kinds=st.frozensets(kinds, max_size=8).map(lambda k: tuple(sorted(k)))
        ),
        tables=("mangle",),
        protocol=Negatable(TCP),
    )


@pytest.mark.parametrize(
    ("kinds", "message"), [((3, 2), "ascending"), ((2, 2), "each once"), ((1,), "2 to 255")]
)
def test_wrong_values(kinds: tuple[int, ...], message: str) -> None:
    with pytest.raises(InvalidRule, match=message):
        Tcpoptstrip(kinds=kinds)
