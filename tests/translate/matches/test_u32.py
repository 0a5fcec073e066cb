"""``-m u32``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases, Native
from tests.translate.strategies import whole_rules
from translate import InvalidRule, Rule
from translate.matches._u32_text import U32Range, U32Step, U32Test
from translate.matches.u32 import U32

V4, V6 = (4,), (6,)
U = At(prefix="-m u32 ")
_NONE = "iptables-translate has no form"


def _native(tests: str, expected: str) -> Native:
    return U.native(f"--u32 '{tests}'", expected, _NONE, versions=V4)


CASES = ExtensionCases(
    name="u32",
    saves=(
        U.case("--u32 '0 & 0xFFFF = 0x100:0xFFFF'", '--u32 "0x0&0xffff=0x100:0xffff"'),
        U.case("! --u32 0=010", '! --u32 "0x0=0x8"'),
        U.case(
            "--u32 '6&0xFF=1&&4&0x3FFF=0 && 0>>22&0x3C@0>>24=0'",
            '--u32 "0x6&0xff=0x1&&0x4&0x3fff=0x0&&0x0>>0x16&0x3c@0x0>>0x18=0x0"',
        ),
        U.case("--u32 '0=1:2,4,6:0x10'", '--u32 "0x0=0x1:0x2,0x4,0x6:0x10"'),
        U.case("--u32 ' 0<<4 = 5:3 '", '--u32 "0x0<<0x4=0x5:0x3"'),
        U.case("--u32 0xffffffff=1", '--u32 "0xffffffff=0x1"'),
        U.case(
            f"--u32 '{'&&'.join(f'{n}=1' for n in range(10))}'",
            f'--u32 "{"&&".join(f"{n:#x}=0x1" for n in range(10))}"',
        ),
    ),
    refused=(
        U.refusal("", "--u32 must be given"),
        *(
            U.refusal(f"--u32 '{tests}'", match)
            for tests, match in (
                ("", "a location is expected"),
                ("=0", "at character 0 of '=0': a location is expected"),
                ("0", "an operator"),
                ("0|1=1", "an operator"),
                ("0 0=5", "an operator"),
                ("0=", "a value is expected"),
                ("0=x", "a value is expected"),
                ("0=-1", "a value is expected"),
                ("0=0x100000000", "a value is expected"),
                ("0=1,", "a value is expected"),
                ("0=:5", "a value is expected"),
                ("0=5:", "a value is expected"),
                ("0&=5", "a number is expected"),
                ("0=1&&", "a location is expected"),
                ("0=1&4=2", "'&&' or the end is expected"),
                ("&&".join(["0=1"] * 11), "more than 9 '&&'"),
                ("0=" + ",".join("1" * 11), "more than 9 ','"),
                ("0" + "&1" * 10 + "=1", "more than 9 operators"),
                ("0>>32=1", "at most 31 bits"),
            )
        ),
    ),
    native=(
        _native("0&0xFFFF=0x100:0xFFFF", "@nh,0,32 & 0xffff 0x100-0xffff"),
        _native("6&0xFF=6", "@nh,48,32 & 0xff 6-6"),
        _native("6>>8&0xff=6,17", "@nh,48,32 & 0xff00 { 0x600, 0x1100 }"),
        _native(
            "12=0x0a000001,0x0a000002,0x0a000005", "@nh,96,32 { 0xa000001-0xa000002, 0xa000005 }"
        ),
        _native("0<<16>>24=0x40:0x4f", "@nh,0,32 & 0xff00 0x4000-0x4f00"),
        _native(
            "6&0xFF=1&&4&0x3FFF=0&&0>>22&0x3C@0>>24=0",
            "@nh,48,32 & 0xff 1-1 @nh,32,32 & 0x3fff 0-0 @th,0,32 & 0xff000000 0-0",
        ),
        _native(
            "6&0xFF=6&&4&0x1FFF=0&&0>>22&0x3C@12>>26&0x3C@8=1,2,5,8",
            "@nh,48,32 & 0xff 6-6 @nh,32,32 & 0x1fff 0-0 @ih,64,32 { 1-2, 5, 8 }",
        ),
        U.native("--u32 '4&0xff=6'", "@nh,32,32 & 0xff 6-6", _NONE, versions=V6),
        U.native("! --u32 '16=1'", "@nh,128,32 != 1-1", _NONE, versions=V4),
        U.native("! --u32 '36=1'", "@nh,288,32 != 1-1", _NONE, versions=V6),
        *(
            U.untranslatable(f"{tests}", match, versions=V4)
            for tests, match in (
                ("! --u32 '0=1&&4=2'", "must all hold"),
                ("! --u32 '17=1'", "ends before it"),
                ("--u32 '0>>22&0x3C@0>>24=0'", "later fragments"),
                ("--u32 '4&0x1FFF=0&&0>>22&0x3C@12>>26&0x3C@8=1'", "must be for TCP"),
                ("--u32 '0>>20@0=0'", "jumps past"),
                ("--u32 '4&0x1FFF=0&&0>>22&0x3C@4>>26&0x3C@8=1'", "jumps past"),
                ("--u32 '256=0'", "reads up to byte 255"),
                ("--u32 '0&0=0'", "no bit of the packet"),
                ("--u32 '0=5:3'", "does not depend on the packet"),
                ("--u32 '0=0:0xffffffff'", "does not depend on the packet"),
                (f"--u32 '{'&&'.join(['0x12&0xffff=0x1234:0x5678'] * 5)}'", "comment holds"),
            )
        ),
    ),
)


@st.composite
def _tests(draw: st.DrawFn) -> U32Test:
    word = st.integers(0, 0xFFFFFFFF)
    shifts = st.builds(U32Step, st.sampled_from(["<<", ">>"]), st.integers(0, 31))
    masks = st.builds(U32Step, st.just("&"), word | st.sampled_from([0xFF, 0xFFFF, 0xFF00]))
    small = st.integers(0, 0xFF)
    ranges = st.builds(U32Range, small, small) | small.map(lambda n: U32Range(n, n))
    ranges |= word.map(lambda n: U32Range(n, n)) | st.builds(U32Range, word, word)
    return U32Test(
        draw(st.integers(0, 60)),
        tuple(draw(st.lists(shifts | masks, max_size=3))),
        tuple(draw(st.lists(ranges, min_size=1, max_size=3))),
    )


def rules() -> st.SearchStrategy[Rule]:
    return whole_rules(
        st.builds(
            U32,
            tests=st.lists(_tests(), min_size=1, max_size=3).map(tuple),
            negated=st.sampled_from([False, False, True]),
        )
    )


_TEST = U32Test(0, (), (U32Range(1, 1),))


@pytest.mark.parametrize(
    ("tests", "message"),
    [
        ((), "1 to 10 tests"),
        ((_TEST._replace(steps=(U32Step("&", 1),) * 10),), "10 numbers"),
        ((_TEST._replace(values=()),), "10 ranges"),
        ((_TEST._replace(steps=(U32Step("<<", 32),)),), "at most 31 bits"),
    ],
)
def test_wrong_values(tests: tuple[U32Test, ...], message: str) -> None:
    with pytest.raises(InvalidRule, match=message):
        U32(tests=tests)
