"""``-m comment``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import whole_rules
from translate import IPVersion, Rule, Untranslatable, parse, to_nft
from translate.matches.comment import Comment

_CUT = "iptables cuts it off in silence"

CASES = ExtensionCases(
    name="comment",
    saves=(
        Case("-m comment --comment foo"),
        Case("-m comment --comment a_b-C3"),
        Case("-m comment --comment -x"),
        Case("-m comment --comment a.b", '-m comment --comment "a.b"'),
        Case("-m comment --comment 'a b '", '-m comment --comment "a b "'),
        Case("-m comment --comment ''", '-m comment --comment ""'),
        Case("-m comment --comment '\"\\'", r'-m comment --comment "\"\\"'),
        Case('-m comment --comment "a\'b"', '-m comment --comment "a\\\'b"'),
        Case("-m comment --comment é", '-m comment --comment "é"'),
        Case("-m comment --comment \udcff", '-m comment --comment "\udcff"'),
        Case("-m comment --comment 'a\tb'", '-m comment --comment "a\tb"'),
        Case(f"-m comment --comment {'x' * 255}"),
        Case("-m comment --comment a -m comment --comment b"),
    ),
    refused=(
        Refusal("-m comment", match="--comment must be given"),
        Refusal("-m comment ! --comment a", match="not allowed"),
        Refusal("-m comment --comment a --comment b", match="only once"),
        Refusal(
            f"-m comment --comment {'x' * 256}", match="longer than 255", oracle=False, reason=_CUT
        ),
        Refusal(
            f"-m comment --comment {'é' * 128}", match="longer than 255", oracle=False, reason=_CUT
        ),
        Refusal(
            "-m comment --comment 'a\nb'",
            match="line break",
            oracle=False,
            reason="iptables-save's line can't be read again",
        ),
    ),
    native=(
        Native("-m comment --comment foo"),
        Native("-m comment --comment 'a b.é' -j ACCEPT"),
        Native("-m comment --comment ''"),
        Native(f"-m comment --comment {'x' * 128}"),
        Native(f"-m comment --comment {'x' * 129}", untranslatable="holds 128 bytes"),
        Native("-m comment --comment \udcff", untranslatable="UTF-8"),
        Native("-m comment --comment a -m comment --comment b", untranslatable="one comment"),
    ),
)


def test_an_order_that_needs_a_note_takes_room() -> None:
    args = ["-m", "comment", "--comment", "x" * 110, "-m", "cpu", "--cpu", "1"]
    rule = parse(args, version=IPVersion.V4, chain="FORWARD")
    with pytest.raises(Untranslatable, match="this one needs 132"):
        to_nft(rule)


def rules() -> st.SearchStrategy[Rule]:
    anything = st.characters(blacklist_characters="\n\0", blacklist_categories=["Cs"])
    texts = st.text(anything, max_size=60)
    return whole_rules(st.builds(Comment, text=texts))
