"""Mangled rules: never a crash, never an option lost."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.mangled import mangled_rules
from tests.fuzz.properties import (
    check_command,
    check_file,
    check_line,
    check_rule,
    check_statements,
)
from tests.fuzz.vocabulary import Seed
from translate import IPVersion, join_words

many = settings(max_examples=1500, suppress_health_check=list(HealthCheck))
some = settings(many, max_examples=300)


@many
@given(mangled_rules())
def test_rules(seed: Seed) -> None:
    version, table, chain, words = seed
    check_rule(words, IPVersion(version), table, chain)


@some
@given(mangled_rules(), st.sampled_from(["-A", "-I", "-D", "-R", "-C", "-P", "-N", "-E", "-L"]))
def test_commands(seed: Seed, action: str) -> None:
    version, table, chain, words = seed
    check_command([IPVersion(version).program, "-t", table, action, chain, *words])
    check_command(words)


@some
@given(mangled_rules() | st.text(max_size=80))
def test_lines(seed: Seed | str) -> None:
    check_line(seed if isinstance(seed, str) else f"-A {seed[2]} {join_words(seed[3])}")


@some
@given(st.lists(mangled_rules() | st.text(max_size=40), max_size=6))
def test_files(lines: list[Seed | str]) -> None:
    body = [
        line if isinstance(line, str) else f"-A {line[2]} {join_words(line[3])}" for line in lines
    ]
    text = "\n".join(["*filter", ":CUSTOM - [0:0]", ":USER - [0:0]", *body, "COMMIT", ""])
    check_file(text, IPVersion.V4)


KEYS = (
    *("match", "left", "right", "op", "payload", "protocol", "field", "meta", "key", "ct", "set"),
    *("range", "prefix", "addr", "len", "&", "counter", "limit", "log", "queue", "num", "dnat"),
    *("port", "jump", "target", "fib", "flags", "exthdr", "mangle", "value", "reject", "type"),
)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 1 << 34) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS), inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)
matches = st.fixed_dictionaries(
    {
        "match": st.fixed_dictionaries(
            {"op": st.sampled_from(["==", "!=", "in", "<"]), "left": json_values}
        ).flatmap(lambda body: json_values.map(lambda right: {**body, "right": right}))
    }
)
statements = st.lists(
    matches | st.dictionaries(st.sampled_from(KEYS), json_values, min_size=1, max_size=1),
    max_size=4,
)


@some
@given(statements, st.sampled_from(IPVersion))
def test_foreign_statements(some_statements: list[Any], version: IPVersion) -> None:
    check_statements(some_statements, version, "filter", "FORWARD")
