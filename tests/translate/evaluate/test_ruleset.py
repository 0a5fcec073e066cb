"""Rulesets that the kernel would refuse are refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.translate.evaluate.scenario import ruleset
from translate import IPVersion, Jump, Rule, parse
from translate.evaluate import Chain, Ruleset
from translate.exceptions import InvalidRuleset

V4 = IPVersion.V4


def rule(chain: str, *words: str, **fields: Any) -> Rule:
    return parse(words, **{"version": V4, "chain": chain, **fields})


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"fliter": {}}, "unknown table 'fliter': one of filter, nat, mangle, raw, security"),
        ({"filter": {"PREROUTING": Chain(policy="ACCEPT")}}, "table filter has no chain PREROUT"),
        ({"filter": {"INPUT": Chain()}}, "filter INPUT: policy must be ACCEPT or DROP for a built"),
        ({"filter": {"MINE": Chain(policy="DROP")}}, "filter MINE: a user-defined chain has no"),
        (
            {"filter": {"A": Chain(rules=(rule("B"),))}},
            "rule 1 of IPv4 filter A says that it belongs to IPv4 filter B",
        ),
        (
            {"filter": {"A": Chain(rules=(rule("A"), rule("A", version=IPVersion.V6)))}},
            "rule 2 of IPv4 filter A says that it belongs to IPv6 filter A",
        ),
        (
            {"filter": {"A": Chain(rules=(rule("A"), rule("A", "-j", "B")))}},
            "filter A rule 2: there is no chain B",
        ),
        (
            {
                "filter": {
                    "INPUT": Chain(policy="DROP"),
                    "A": Chain(rules=(Rule(version=V4, chain="A", target=Jump(chain="INPUT")),)),
                }
            },
            "filter A rule 1: INPUT is built in; only user-defined chains can be jumped to",
        ),
        (
            {
                "filter": {
                    "A": Chain(rules=(rule("A", "-j", "B"),)),
                    "B": Chain(rules=(rule("B", "-g", "A"),)),
                }
            },
            "table filter: the jumps A -> B -> A make a loop",
        ),
    ],
)
def test_refused(tables: Mapping[str, Mapping[str, Chain]], message: str) -> None:
    with pytest.raises(InvalidRuleset) as caught:
        Ruleset(version=V4, tables=tables)
    assert message in str(caught.value)


def test_from_a_sequence_of_rules() -> None:
    accept, jump = rule("INPUT", "-j", "ACCEPT"), rule("INPUT", "-j", "EMPTY")
    made = Ruleset.of(
        V4, [accept, jump], chains=[("filter", "EMPTY")], policies={("nat", "OUTPUT"): "DROP"}
    )
    assert made == Ruleset(
        version=V4,
        tables={
            "filter": {
                "EMPTY": Chain(),
                "INPUT": Chain(rules=(accept, jump), policy="ACCEPT"),
            },
            "nat": {"OUTPUT": Chain(policy="DROP")},
        },
    )


def test_from_a_file() -> None:
    made = ruleset("*filter\n:INPUT DROP\n:MINE -\n-A INPUT -j MINE")
    assert made.tables["filter"]["INPUT"] == Chain(
        rules=(rule("INPUT", "-j", "MINE"),), policy="DROP"
    )
    assert made.tables["filter"]["MINE"] == Chain()
    assert made.tables["filter"]["OUTPUT"] == Chain(policy="ACCEPT")


def test_what_it_was_made_from_may_change_afterwards() -> None:
    tables: dict[str, dict[str, Chain]] = {"filter": {}}
    made = Ruleset(version=V4, tables=tables)
    tables["filter"]["INPUT"] = Chain(policy="DROP")
    assert made.tables["filter"] == {}
