"""Handles stay with their rules."""

from __future__ import annotations

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from nfcore.executor.legacy._handles import keep_handles
from nfcore.executor.legacy._picture import LegacyChain, LegacyRule, Picture
from tests.executor.build import FILTER, chain, rule

FORWARD = chain("FORWARD")


def picture(*interfaces: str) -> Picture:
    rules = [
        LegacyRule(handle=0, body=rule(FORWARD, f"-i {name}"), words=f"-i {name}")
        for name in interfaces
    ]
    return {FILTER: {"FORWARD": LegacyChain(policy="ACCEPT", rules=rules)}}


def handles(held: Picture) -> list[int]:
    return [rule.handle for rule in held[FILTER]["FORWARD"].rules]


names = st.lists(st.sampled_from("abcd"), max_size=8)


@given(names, st.data())
def test_a_rule_that_is_deleted_takes_its_own_handle_only(
    present: list[str], data: st.DataObject
) -> None:
    numbers = count(1)
    first = keep_handles({}, picture(*present), lambda: next(numbers))
    assert handles(first) == list(range(1, len(present) + 1))
    if not present:
        return
    gone = data.draw(st.integers(0, len(present) - 1))
    left = present[:gone] + present[gone + 1 :]

    second = keep_handles(first, picture(*left), lambda: next(numbers))

    assert next(numbers) == len(present) + 1, "no new handle was needed"
    by_name = dict(zip(handles(first), present, strict=True))
    assert [by_name[handle] for handle in handles(second)] == left
    assert len(set(handles(second))) == len(left)


@given(names, names)
def test_whatever_happens_a_handle_means_one_rule_and_what_it_said(
    before: list[str], after: list[str]
) -> None:
    numbers = count(1)
    first = keep_handles({}, picture(*before), lambda: next(numbers))
    second = keep_handles(first, picture(*after), lambda: next(numbers))

    by_name = dict(zip(handles(first), before, strict=True))
    assert len(set(handles(second))) == len(after)
    for handle, name in zip(handles(second), after, strict=True):
        assert by_name.get(handle, name) == name


def test_chains_that_are_new_or_gone() -> None:
    numbers = count(1)
    first = keep_handles({}, picture("a"), lambda: next(numbers))
    without = keep_handles(first, {FILTER: {}}, lambda: next(numbers))
    again = keep_handles(without, picture("a"), lambda: next(numbers))

    assert (handles(first), without, handles(again)) == ([1], {FILTER: {}}, [2])
