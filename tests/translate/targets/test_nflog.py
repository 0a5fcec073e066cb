"""``-j NFLOG``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import whole_rules
from translate import InvalidRule, Rule
from translate.targets.nflog import Nflog

NFLOG = At(prefix="-j NFLOG")

CASES = ExtensionCases(
    name="NFLOG",
    saves=(
        NFLOG.case(""),
        NFLOG.case(" --nflog-group 0", ""),
        NFLOG.case(" --nflog-group 0x10", " --nflog-group 16"),
        NFLOG.case(' --nflog-prefix "x y"'),
        NFLOG.case(f" --nflog-prefix {'x' * 70}", f" --nflog-prefix {'x' * 63}"),
        NFLOG.case(" --nflog-size 0"),
        NFLOG.case(" --nflog-range 20"),
        NFLOG.case(" --nflog-range 0", ""),
        NFLOG.case(" --nflog-threshold 0", ""),
        NFLOG.case(
            " --nflog-threshold 7 --nflog-size 20 --nflog-g 5 --nflog-prefix x",
            " --nflog-prefix x --nflog-group 5 --nflog-size 20 --nflog-threshold 7",
            table="mangle",
        ),
    ),
    refused=(
        *(
            NFLOG.refusal(f" --nflog-{option}", "not a number from 0")
            for option in (
                "group 65536",
                "group -1",
                "group x",
                "range 4294967296",
                "size 4294967296",
                "threshold 65536",
            )
        ),
        NFLOG.refusal(" --nflog-prefix ''", "prefix is empty"),
        NFLOG.refusal(" --nflog-prefix 'a\nb'", "line break"),
        NFLOG.refusal(" --nflog-size 1 --nflog-range 1", "cannot be used with"),
        NFLOG.refusal(" --nflog-group 1 --nflog-group 1", "only once"),
        NFLOG.refusal(" ! --nflog-group 1", "'!' is not allowed"),
    ),
    native=(
        NFLOG.native(""),
        NFLOG.native(" --nflog-group 32"),
        NFLOG.native(" --nflog-prefix 'foo bar'"),
        NFLOG.native(" --nflog-size 0"),
        NFLOG.native(" --nflog-range 20"),
        NFLOG.native(" --nflog-group 5 --nflog-prefix x --nflog-size 20 --nflog-threshold 7"),
    ),
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    prefixes = st.text(
        st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=63
    ).filter(lambda text: text[0] not in "-!")
    size = draw(st.none() | st.integers(0, 0xFFFFFFFF))
    target = Nflog(
        group=draw(st.integers(0, 0xFFFF)),
        prefix=draw(st.none() | prefixes),
        size=size,
        range=draw(st.just(0) | st.integers(0, 0xFFFFFFFF)) if size is None else 0,
        threshold=draw(st.integers(0, 0xFFFF)),
    )
    return draw(whole_rules(target=st.just(target)))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"group": 65536}, "group must be 0 to 65535"),
        ({"threshold": -1}, "threshold must be"),
        ({"size": 1, "range": 1}, "exclude each other"),
        ({"prefix": "x" * 64}, "longer than 63 bytes"),
    ],
)
def test_wrong_values(values: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidRule, match=message):
        Nflog(**values)  # type: ignore[arg-type] # one wrong value at a time
