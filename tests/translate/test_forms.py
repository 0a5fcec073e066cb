"""What a form makes of words is what the long way makes of them, which knows of no forms."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.fuzz.mangled import mangled_rules
from tests.fuzz.vocabulary import Seed, seeds
from translate import IPVersion, ParseError, Rule, format, parse  # noqa: A004 - its public name
from translate.argv import scan
from translate.build import build_rules
from translate.exceptions import TranslationError
from translate.forms import Form, form_of
from translate.registry import DEFAULT_REGISTRY

FORWARD = (IPVersion.V4, "filter", "FORWARD")
OPEN_WORDS = ("-s", "-d", "-i", "-o", "--dport", "--comment", "--mark", "--log-prefix", "10.0.0.1")


def form(words: tuple[str, ...], place: tuple[IPVersion, str, str] = FORWARD) -> Form | None:
    version, table, chain = place
    return form_of(words, version=version, table=table, chain=chain, registry=DEFAULT_REGISTRY)


def the_long_way(words: tuple[str, ...], place: tuple[IPVersion, str, str]) -> list[Rule]:
    version, table, chain = place
    try:
        scanned = scan(words, version=version, registry=DEFAULT_REGISTRY)
        return [*build_rules(scanned, table=table, chain=chain)]
    except TranslationError:
        return []


def check(seed: Seed) -> None:
    version, table, chain, words = seed
    place = (IPVersion(version), table, chain)
    found = form(words, place)
    rule = None if found is None else found.fill(words)
    if rule is None:
        return
    (same,) = the_long_way(words, place)
    assert rule == same
    assert rule.counters == same.counters
    assert format(rule) == format(same)


def test_every_extensions_cases() -> None:
    for seed in seeds():
        check(seed)


@settings(max_examples=1000)
@given(mangled_rules(), st.lists(st.tuples(st.integers(0, 20), st.sampled_from(OPEN_WORDS))))
@example((4, "filter", "FORWARD", ("--comment", "-s")), [(0, "-m"), (1, "comment")])
def test_mangled_rules(seed: Seed, added: list[tuple[int, str]]) -> None:
    version, table, chain, words = seed
    more = [*words]
    for at, word in added:
        more.insert(at, word)
    check((version, table, chain, tuple(more)))


@pytest.mark.parametrize(
    ("words", "others"),
    [
        ("-i bridge1 ! -o bridge1 -j ACCEPT", "-i bridge2 ! -o other -j ACCEPT"),
        (
            "-s 192.0.2.0/24 -p tcp -m tcp --dport 80 -j RETURN",
            "-s 198.51.100.7 -p tcp -m tcp --dport http:8080 -j RETURN",
        ),
        (
            "-o bridge1 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
            "-o bridge2 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        ),
    ],
)
def test_rules_written_alike_share_a_form(words: str, others: str) -> None:
    shared = form(tuple(words.split()))

    assert shared is not None
    assert shared is form(tuple(others.split()))
    assert shared.fill(others.split()) == parse(others.split(), chain="FORWARD")
    assert shared.fill(words.split()) != shared.fill(others.split())


@pytest.mark.parametrize(
    "words",
    [
        ("-A", "INPUT", "-i", "bridge1"),
        ("-t", "nat", "-i", "bridge1"),
        ("-w", "-i", "bridge1"),
        ("-m", "comment", "--comment", "-s", "192.0.2.1"),
        ("-m", "comment", "--comment=*", "-s"),
        ("-i",),
        ("-i", "bridge1", "-i", "bridge2"),
    ],
)
def test_what_has_no_form(words: tuple[str, ...]) -> None:
    assert form(words) is None


@pytest.mark.parametrize(
    "words",
    [
        ("-s", "192.0.2.1,192.0.2.2"),
        ("-s", "2001:db8::1"),
        ("-i", "a/b"),
        ("-m", "comment", "--comment", "\0"),
        ("-m", "comment", "--comment", "caf\xe9"),
        ("-p", "tcp", "--dport", "65536"),
    ],
)
def test_values_for_the_long_way(words: tuple[str, ...]) -> None:
    found = form(words)

    assert found is not None
    assert found.fill(words) is None


def test_the_error_is_the_long_ways() -> None:
    assert parse(["-p", "tcp", "--dport", "80"], chain="FORWARD")
    with pytest.raises(ParseError, match=r"invalid port 'x'") as caught:
        parse(["-p", "tcp", "--dport", "x"], chain="FORWARD")

    assert (caught.value.option, caught.value.position) == ("--dport", 2)
