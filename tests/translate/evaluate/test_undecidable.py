"""What can't be known is said, not guessed."""

from __future__ import annotations

import json

import pytest

from tests.translate.evaluate.scenario import HOST, forwarded, packet, ruleset
from translate import IPVersion, Opaque, Rule, Verdict
from translate.evaluate import (
    Hook,
    Outcome,
    Place,
    Ruleset,
    Undecidable,
    alternatives,
    walk,
)
from translate.evaluate.decision import negate
from translate.evaluate.matches.fields import all_of, any_of

LIMITED = """
*filter
:FORWARD DROP
-A FORWARD -m limit --limit 10/sec -j ACCEPT
"""
BR1 = packet("10.0.1.2", "10.0.2.2", in_interface="br1")
FIRST = Place(hook=Hook.FORWARD, table="filter", chain="FORWARD", number=1)


def test_a_rule_that_cannot_be_decided_is_taken_not_to_match() -> None:
    way = forwarded(LIMITED)
    assert way.outcome is Outcome.DROP
    (doubt,) = way.uncertain
    assert (doubt.place, doubt.about) == (FIRST, "match")
    assert str(doubt) == (
        "filter FORWARD rule 1: -A FORWARD -m limit --limit 10/sec -j ACCEPT: "
        "-m limit asks for more than a packet shows"
    )


def test_unless_that_is_assumed() -> None:
    way = walk(BR1, ruleset(LIMITED), HOST, assumed={FIRST: True})
    assert way.outcome is Outcome.ACCEPT
    assert [doubt.place for doubt in way.uncertain] == [FIRST]


def test_a_test_that_fails_settles_what_cannot_be_decided() -> None:
    assert forwarded("*filter\n-A FORWARD -m limit -p tcp --dport 1 -j DROP").uncertain == ()
    rules = "*filter\n-A FORWARD -m limit -p udp --dport 1 -j DROP"
    assert forwarded(rules).uncertain == ()


@pytest.mark.parametrize("target", ["", "-j LOG", "-j TRACE"])
def test_what_has_no_effect_raises_no_doubt(target: str) -> None:
    table, chain = ("raw", "PREROUTING") if "TRACE" in target else ("filter", "FORWARD")
    assert forwarded(f"*{table}\n-A {chain} -m limit {target}").uncertain == ()


def test_a_target_of_unknown_effect() -> None:
    rules = "*mangle\n-A PREROUTING -p udp -j TPROXY --on-port 1\n*filter\n:FORWARD DROP"
    way = forwarded(rules)
    (doubt,) = way.uncertain
    assert way.outcome is Outcome.DROP
    assert doubt.about == "effect"
    assert doubt.reason == "what -j TPROXY does is not known; the next rule is shown"


def test_a_rule_is_doubted_once_however_often_it_is_met() -> None:
    rules = "*filter\n:A -\n-A FORWARD -j A\n-A FORWARD -j A\n-A A -m limit -j DROP"
    assert len(forwarded(rules).uncertain) == 1


def with_opaque(statement: dict[str, object], target: Verdict | None) -> Ruleset:
    rule = Rule(
        version=IPVersion.V4,
        chain="FORWARD",
        matches=(Opaque(json=json.dumps(statement)),),
        target=target,
    )
    return Ruleset.of(IPVersion.V4, [rule])


@pytest.mark.parametrize(
    ("statement", "about"),
    [
        ({"counter": None}, None),
        ({"log": None}, None),
        ({"match": {"op": "==", "left": {"meta": {"key": "hour"}}, "right": 1}}, "match"),
        ({"vmap": {"key": {"meta": {"key": "iifname"}}, "data": "@x"}}, "effect"),
        ({"mangle": {"key": {"meta": {"key": "mark"}}, "value": 1}}, "effect"),
    ],
)
def test_opaque_statements(statement: dict[str, object], about: str | None) -> None:
    way = walk(BR1, with_opaque(statement, Verdict(verdict="DROP")), HOST)
    assert [doubt.about for doubt in way.uncertain] == ([] if about is None else [about])
    assert way.outcome == ("DROP" if about is None else "ACCEPT")


def test_an_opaque_effect_is_in_doubt_without_a_target_too() -> None:
    way = walk(BR1, with_opaque({"vmap": {"key": 1, "data": "@x"}}, None), HOST)
    assert [doubt.about for doubt in way.uncertain] == ["effect"]


def test_an_effect_outweighs_a_match() -> None:
    rule = Rule(
        version=IPVersion.V4,
        chain="FORWARD",
        matches=(
            Opaque(json='{"match": {}}'),
            Opaque(json='{"vmap": {}}'),
            Opaque(json='{"match": {}}'),
        ),
    )
    way = walk(BR1, Ruleset.of(IPVersion.V4, [rule]), HOST)
    assert [doubt.about for doubt in way.uncertain] == ["effect"]


SEVERAL = """
*filter
:FORWARD DROP
-A FORWARD -m limit -p udp -j ACCEPT
-A FORWARD -m limit -j REJECT
-A FORWARD -p tcp -m limit -j ACCEPT
*mangle
-A FORWARD -m limit -j MARK --set-mark 1
"""


def test_all_that_may_happen() -> None:
    ways = alternatives(BR1, ruleset(SEVERAL), HOST)
    assert ways[0] == walk(BR1, ruleset(SEVERAL), HOST)
    found = sorted((way.outcome.value, way.packet.mark) for way in ways)
    assert found == [
        ("ACCEPT", 0),
        ("ACCEPT", 1),
        ("DROP", 0),
        ("DROP", 1),
        ("REJECT", 0),
        ("REJECT", 1),
    ]


def test_no_more_than_the_limit() -> None:
    assert len(alternatives(BR1, ruleset(SEVERAL), HOST, limit=4)) == 4


def test_a_certain_walk_has_no_alternative() -> None:
    assert len(alternatives(BR1, ruleset("*filter\n:FORWARD DROP"), HOST)) == 1


def test_the_undecidable_is_neither_true_nor_false() -> None:
    unknown = Undecidable("who knows")
    with pytest.raises(TypeError, match="neither true nor false: who knows"):
        bool(unknown)
    assert negate(unknown, True) is unknown
    assert negate(True, True) is False
    assert all_of(unknown, False) is False
    assert all_of(unknown, True) is unknown
    assert all_of(True, True) is True
    assert any_of(unknown, True) is True
    assert any_of(unknown, False) is unknown
    assert any_of(False) is False
