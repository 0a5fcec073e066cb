"""``-m helper``."""

from __future__ import annotations

import string

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import negatable, whole_rules
from translate import Rule
from translate.matches.helper import Helper

CASES = ExtensionCases(
    name="helper",
    saves=(
        Case("-m helper --helper ftp"),
        Case("-m helper ! --helper ftp-2121"),
        Case("-m helper --helper 'a b'", '-m helper --helper "a b"'),
        Case("-m helper --helper 'a\"b'", r'-m helper --helper "a\"b"'),
        Case("-m helper --helper a.b", '-m helper --helper "a.b"'),
        Case("-m helper --helper ''", '-m helper --helper ""'),
        Case(f"-m helper --helper {'x' * 29}"),
    ),
    refused=(
        Refusal("-m helper", match="--helper must be given"),
        Refusal("-m helper --helper a --helper b", match="only once"),
        Refusal(
            f"-m helper --helper {'x' * 30}",
            match="longer than 29",
            oracle=False,
            reason="iptables cuts it off in silence",
        ),
    ),
    native=(
        Native("-m helper --helper sip"),
        Native("-m helper ! --helper ftp", untranslatable="where no helper expected"),
        Native("-m helper --helper 'a b'"),
        Native("-m helper --helper ''", untranslatable="any helper"),
        Native(f"-m helper --helper {'x' * 16}", untranslatable="1 to 15 bytes"),
        Native("-m helper --helper 'ftp*'", untranslatable="syntax"),
        Native("-m helper --helper @ftp", untranslatable="syntax"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    names = st.text(string.ascii_letters + string.digits + " .-_@*\\'\"", max_size=29)
    return whole_rules(st.builds(Helper, helper=negatable(names)))
