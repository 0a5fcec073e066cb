"""A rule as a value: existence is equality, so rules are looked up by their hash."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import fields, replace
from ipaddress import IPv4Address
from typing import Any

import pytest

from translate import (
    Counters,
    Interface,
    IPVersion,
    Jump,
    MaskedAddress,
    Negatable,
    Rule,
    parse,
)

RULE = parse(["-i", "bridge1", "-p", "tcp", "--dport", "80", "-j", "ACCEPT"], chain="DOCKER")
ADDRESS = MaskedAddress(IPv4Address("192.0.2.1"), IPv4Address("255.255.255.255"))
OTHERS: dict[str, Any] = {
    "version": IPVersion.V6,
    "table": "mangle",
    "chain": "FORWARD",
    "in_interface": None,
    "out_interface": Negatable(Interface("bridge2")),
    "source": Negatable(ADDRESS),
    "destination": Negatable(ADDRESS),
    "protocol": Negatable(17),
    "fragment": Negatable(value=True),
    "matches": (),
    "target": Jump(chain="DOCKER-USER"),
}


def test_the_table_below_has_every_field_that_counts() -> None:
    assert [*OTHERS] == [field.name for field in fields(Rule) if field.compare]


@pytest.mark.parametrize("field", OTHERS)
def test_another_value_makes_another_rule(field: str) -> None:
    other = replace(RULE, **{field: OTHERS[field]})

    assert other != RULE
    assert hash(other) != hash(RULE)
    assert replace(other, **{field: getattr(RULE, field)}) in {RULE}


def test_counters_make_no_other_rule() -> None:
    counted = replace(RULE, counters=Counters(packets=1, bytes=2))

    assert counted == RULE
    assert hash(counted) == hash(RULE)


def test_a_rule_from_another_process_is_found() -> None:
    """Its hash there was another one: strings are hashed with a number drawn by each process."""
    here = {RULE}
    made = "hash(rule := pickle.loads(sys.stdin.buffer.read())); sys.stdout.buffer.write"
    there = subprocess.run(
        [sys.executable, "-c", f"import pickle, sys; {made}(pickle.dumps(rule))"],
        input=pickle.dumps(RULE),
        capture_output=True,
        check=True,
    )

    assert pickle.loads(there.stdout) in here  # noqa: S301 - made just now
