"""Words that no process can be given."""

from __future__ import annotations

import pytest

from tests.translate.harness.legacy import Asked
from tests.translate.harness.oracles import Oracles
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


@pytest.mark.parametrize(
    "words",
    [
        "-j CONNMARK --set-xmark 0x11/0xf -m recent --set --mask 255.0.0.0",
        "-m recent --set -j CONNMARK --save-mark --mask 24",
    ],
)
def test_the_newest_extension_has_an_option_that_two_have(oracles: Oracles, words: str) -> None:
    asked = Asked(4, "mangle", "FORWARD", tuple(words.split()))
    rule = parse(asked.words, table="mangle", chain="FORWARD")
    (outcome,) = oracles.legacy.append([asked])
    assert outcome.saved == (save_line(rule).removeprefix("-A FORWARD "),)
