"""Words that no process can be given."""

from __future__ import annotations

import pytest

from translate import ParseError, parse, save_line


@pytest.mark.parametrize(
    ("word", "message"),
    [("a\0b", "'a.x00b' holds a NUL"), ("\ud800", "holds a surrogate, which is no character")],
)
def test_impossible_words(word: str, message: str) -> None:
    with pytest.raises(ParseError, match=message) as caught:
        parse(["-m", "comment", "--comment", word], chain="INPUT")
    assert caught.value.position == 3


def test_bytes_that_are_no_utf8_are_words() -> None:
    rule = parse(["-m", "comment", "--comment", "\udc80"], chain="INPUT")
    assert save_line(rule) == '-A INPUT -m comment --comment "\udc80"'
