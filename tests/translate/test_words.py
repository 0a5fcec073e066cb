"""Splitting lines into words."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translate import ParseError, join_words
from translate.extension import Quoted, Text
from translate.words import split_restore_line, split_shell_line

words = st.lists(st.text(st.characters(exclude_characters="\n\0"), max_size=8), max_size=6)
tricky = st.text(st.sampled_from("ab \t\"\\'\r\x0b\xa0é"), max_size=30)


@given(words)
def test_shell_words_come_back(some: list[str]) -> None:
    assert split_shell_line(shlex.join(some)) == some


@given(
    st.lists(
        st.builds(
            lambda kind, word: kind(word),
            st.sampled_from([Text, Quoted]),
            st.text(st.characters(exclude_characters="\n\0"), max_size=8),
        )
    ).map(tuple)
)
def test_save_form_comes_back_both_ways(some: tuple[str, ...]) -> None:
    line = join_words(some)
    assert split_restore_line(line) == list(some)
    assert split_shell_line(line) == list(some)


def _model(line: str) -> list[str] | None:
    """iptables' add_param_to_argv (xshared.c), letter by letter; None where a quote stays open."""
    found: list[str] = []
    word: list[str] = []
    is_open = escaped = False
    for letter in line:
        if is_open:
            if escaped:
                word.append(letter)
                escaped = False
            elif letter == "\\":
                escaped = True
            elif letter == '"':
                is_open = False
                found.append("".join(word))
                word.clear()
            else:
                word.append(letter)
        elif letter == '"':
            is_open = True
        elif letter in " \t\n":
            if word:
                found.append("".join(word))
                word.clear()
        else:
            word.append(letter)
    if is_open:
        return None
    return [*found, "".join(word)] if word else found


@given(tricky)
def test_restore_splits_as_its_source_does(line: str) -> None:
    expected = _model(line)
    if expected is None:
        with pytest.raises(ParseError, match="stays open"):
            split_restore_line(line)
    else:
        assert split_restore_line(line) == expected


@given(tricky)
def test_shell_splits_as_a_shell_does(line: str) -> None:
    try:
        expected = shlex.split(line)
    except ValueError:
        with pytest.raises(ParseError, match="at character"):
            split_shell_line(line)
        return
    if "\\'" not in line:
        assert split_shell_line(line) == expected


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("-A 'a", "' stays open at character 4"),
        ('-A x"a', '" stays open at character 5'),
        ("-A \\", "a backslash ends the line at character 4"),
    ],
)
def test_shell_errors(line: str, message: str) -> None:
    with pytest.raises(ParseError, match=message):
        split_shell_line(line)


def test_restore_errors() -> None:
    with pytest.raises(ParseError, match="the quote at character 4 stays open"):
        split_restore_line('-A "a')
    for word in ("x" * 1024, "é" * 512, f'"{"x" * 1024}"'):
        with pytest.raises(ParseError, match="a word of 1024 bytes: iptables-restore reads 1023"):
            split_restore_line(f"-A {word}")
    assert split_restore_line("x" * 1023) == ["x" * 1023]
