"""The tests without an extension."""

from __future__ import annotations

import pytest

from tests.translate.evaluate.matches.decided import decided


@pytest.mark.parametrize(
    ("words", "matches"),
    [
        ("-i br1 -o br2 -s 10.0.1.2 -d 10.0.2.2 -p udp", True),
        ("-i br2", False),
        ("! -i br2 ! -o br1", True),
        ("! -i br1", False),
        ("-s 10.0.1.0/24", True),
        ("! -s 10.0.1.0/24", False),
        ("-s 10.0.0.2/255.255.0.255", True),
        ("-d 10.0.1.0/24", False),
        ("! -d 10.0.1.0/24", True),
        ("-s 0/0 -d 0/0", True),
        ("-p tcp", False),
        ("! -p tcp", True),
        ("-p mptcp", False),
        ("-f", False),
        ("! -f", True),
    ],
)
def test_version_4(words: str, matches: bool) -> None:
    assert decided(words) is matches


@pytest.mark.parametrize(("words", "matches"), [("-f", True), ("! -f", False), ("-p udp", True)])
def test_fragments(words: str, matches: bool) -> None:
    assert decided(words, fragment=True) is matches


@pytest.mark.parametrize(
    ("words", "matches"),
    [("-s fd00:1::/64", True), ("-s ::2/::ffff", True), ("-d fd00::/16", False)],
)
def test_version_6(words: str, matches: bool) -> None:
    assert decided(words, source="fd00:1::2", destination="2001:db8::2") is matches
