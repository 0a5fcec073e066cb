"""``-j LOG``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import whole_rules
from translate import InvalidRule, Rule
from translate.targets.log import Log

_FLAGS = ("tcp-sequence", "tcp-options", "ip-options", "uid", "macdecode")
_LEVELS = ("emerg", "alert", "crit", "error", "warning", "notice", "info", "debug")
_ALL_FLAGS = " ".join(f"--log-{flag}" for flag in _FLAGS)

CASES = ExtensionCases(
    name="LOG",
    saves=(
        Case("-j LOG"),
        Case("-j LOG --log-level warning", "-j LOG"),
        Case("-j LOG --log-level 4", "-j LOG"),
        Case("-j LOG --log-level panic", "-j LOG --log-level 0"),
        Case("-j LOG --log-level error", "-j LOG --log-level 3"),
        Case("-j LOG --log-level 0x3", "-j LOG --log-level 3"),
        Case("-j LOG --log-level 07", "-j LOG --log-level 7"),
        Case('-j LOG --log-prefix "foo bar: "'),
        Case("-j LOG --log-prefix A-b_c", table="nat", chain="PREROUTING"),
        Case("-j LOG --log-prefix '!foo'", '-j LOG --log-prefix "!foo"'),
        Case("""-j LOG --log-prefix 'a"b'""", r'-j LOG --log-prefix "a\"b"'),
        Case(r"""-j LOG --log-prefix "a'b\\c" """, r'-j LOG --log-prefix "a\'b\\c"'),
        Case(f"-j LOG --log-prefix {'x' * 31}", f"-j LOG --log-prefix {'x' * 29}"),
        Case(f"-j LOG {_ALL_FLAGS}"),
        Case(
            "-j LOG --log-tcp-o --log-macdecode --log-prefix x --log-lev 7 --log-ip",
            "-j LOG --log-prefix x --log-level 7 --log-tcp-options --log-ip-options "
            "--log-macdecode",
        ),
        Case("-j LOG", table="mangle", chain="POSTROUTING"),
        Case("-j LOG", table="raw", chain="PREROUTING"),
    ),
    refused=(
        Refusal("-j LOG --log-level err", match="unknown log level 'err'"),
        Refusal("-j LOG --log-level DEBUG", match="unknown log level"),
        Refusal("-j LOG --log-level 8", match="unknown log level"),
        Refusal("-j LOG --log-level ''", match="unknown log level"),
        Refusal("-j LOG --log-prefix ''", match="prefix is empty"),
        Refusal("-j LOG --log-prefix 'a\nb'", match="line break"),
        Refusal("-j LOG --log-uid --log-uid", match="only once"),
        Refusal("-j LOG --log-tcp", match="ambiguous"),
        Refusal("-j LOG ! --log-uid", match="'!' is not allowed"),
    ),
    native=(
        Native("-j LOG"),
        *(Native(f"-j LOG --log-level {level}") for level in _LEVELS),
        *(Native(f"-j LOG --log-{flag}") for flag in _FLAGS),
        Native(f"-j LOG {_ALL_FLAGS}"),
        Native("-j LOG --log-prefix 'foo bar: ' --log-level 7"),
        Native("-j LOG --log-tcp-sequence --log-tcp-options --log-ip-options --log-prefix x"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    prefixes = st.text(
        st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=29
    ).filter(lambda text: text[0] not in "-!")
    flags = st.sets(st.sampled_from(_FLAGS)).map(
        lambda some: tuple(flag for flag in _FLAGS if flag in some)
    )
    return whole_rules(
        target=st.builds(Log, level=st.integers(0, 7), prefix=st.none() | prefixes, flags=flags)
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"level": 8}, "log level must be 0 to 7"),
        ({"prefix": "x" * 30}, "longer than 29 bytes"),
        ({"prefix": ""}, "not empty"),
        ({"flags": ("uid", "ip-options")}, "in that order"),
        ({"flags": ("foo",)}, "log flags"),
    ],
)
def test_wrong_values(values: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidRule, match=message):
        Log(**values)  # type: ignore[arg-type] # one wrong value at a time
