"""Rules as somebody might mistype them: real ones with words changed, moved, lost and added."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.fuzz.vocabulary import Seed, seeds, vocabulary

__all__ = ["mangled_rules"]


@st.composite
def mangled_rules(draw: st.DrawFn) -> Seed:
    """The words of one case, or of two, after a few changes."""
    version, table, chain, first = draw(st.sampled_from(_SEEDS))
    words = [*first]
    if draw(st.integers(0, 3)) == 0:
        words += draw(st.sampled_from(_SEEDS))[3]
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(words)))
        change = draw(st.sampled_from(_CHANGES))
        if change == "add":
            words.insert(at, draw(st.sampled_from(_WORDS)))
        elif change == "negate":
            words.insert(at, "!")
        elif at < len(words):
            words[at : at + 1] = draw(_instead_of(words[at], change))
    return version, table, chain, tuple(word for word in words if "\0" not in word)


def _instead_of(word: str, change: str) -> st.SearchStrategy[list[str]]:
    if change == "drop":
        return st.just([])
    if change == "double":
        return st.just([word, word])
    if change == "shorten":
        return st.integers(0, len(word)).map(lambda length: [word[:length]])
    if change == "replace":
        return st.sampled_from(_WORDS).map(lambda other: [other])
    if change == "join":
        return st.sampled_from(_WORDS).map(lambda other: [f"{word}={other}"])
    return st.tuples(st.integers(0, len(word)), st.characters(exclude_characters="\0")).map(
        lambda pick: [word[: pick[0]] + pick[1] + word[pick[0] + 1 :]]
    )


_SEEDS = seeds()
_WORDS = vocabulary()
_CHANGES = ("add", "negate", "drop", "double", "shorten", "replace", "join", "letter")
