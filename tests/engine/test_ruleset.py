"""The indexed ruleset: kept up to date by one change after the other."""

from __future__ import annotations

import random

import pytest

import translate
from nfcore.engine import Chain, HeldRule, Ruleset
from nfcore.exceptions import NotFound
from nfcore.operations import (
    BASE_CHAINS,
    AddChain,
    AddRule,
    AddTable,
    ChainRef,
    DeleteChain,
    DeleteRule,
    DeleteTable,
    FlushChain,
    NativeRule,
    SetPolicy,
    TableRef,
)
from translate import IPVersion, Rule, save_line

FILTER = TableRef(version=IPVersion.V4, name="filter")
FORWARD = ChainRef(table=FILTER, name="FORWARD")
USER = ChainRef(table=FILTER, name="USER")


def body(interface: str, target: str = "ACCEPT") -> Rule:
    return translate.parse(["-i", interface, "-j", target], version=IPVersion.V4, chain="FORWARD")


@pytest.fixture
def ruleset() -> Ruleset:
    """FORWARD with two rules, and an empty USER."""
    ruleset = Ruleset()
    ruleset.apply(
        [
            AddTable(table=FILTER),
            AddChain(chain=FORWARD, base=BASE_CHAINS["filter", "FORWARD"]),
            AddChain(chain=USER),
            AddRule(chain=FORWARD, body=body("a")),
            AddRule(chain=FORWARD, body=body("b", "USER"), tag="note"),
        ],
        [11, 12],
    )
    return ruleset


def shown(ruleset: Ruleset) -> list[str]:
    return [save_line(held.body) for held in ruleset.rules(IPVersion.V4, "filter", "FORWARD")]


def test_rules_go_to_their_places(ruleset: Ruleset) -> None:
    ruleset.apply(
        [
            AddRule(chain=FORWARD, body=body("head"), place="head"),
            AddRule(chain=FORWARD, body=body("tail")),
            AddRule(chain=FORWARD, body=body("middle"), before=12),
            DeleteRule(chain=FORWARD, handle=11, body=body("a")),
        ],
        [13, 14, 15],
    )
    assert shown(ruleset) == [
        "-A FORWARD -i head -j ACCEPT",
        "-A FORWARD -i middle -j ACCEPT",
        "-A FORWARD -i b -j USER",
        "-A FORWARD -i tail -j ACCEPT",
    ]


def test_a_snapshot_makes_the_same_ruleset_again(ruleset: Ruleset) -> None:
    again = Ruleset.from_snapshot(ruleset.snapshot())
    assert again.snapshot() == ruleset.snapshot()
    assert list(again.rules(IPVersion.V6, "filter", "FORWARD")) == []
    assert again.has_table(FILTER)


def test_chains_and_tables_come_and_go(ruleset: Ruleset) -> None:
    ruleset.apply([SetPolicy(chain=FORWARD, policy="drop"), FlushChain(chain=FORWARD)], [])
    forward = ruleset.chain(FORWARD)
    assert forward is not None
    assert forward.base is not None
    assert forward.base.policy == "drop"
    assert (len(forward), forward.jumps) == (0, {})
    ruleset.apply([DeleteChain(chain=USER)], [])
    assert ruleset.chain(USER) is None
    ruleset.apply([DeleteTable(table=FILTER)], [])
    assert not ruleset.has_table(FILTER)
    ruleset.apply([SetPolicy(chain=FORWARD, policy="drop")], [])
    assert ruleset.chain(FORWARD) is not None, "iptables -P makes a built-in chain"


def test_what_is_not_there_is_named(ruleset: Ruleset) -> None:
    gone = ChainRef(table=FILTER, name="GONE")
    for operation, message in (
        (AddRule(chain=gone, body=body("a")), "no chain iptables -t filter GONE"),
        (FlushChain(chain=gone), "no chain iptables -t filter GONE"),
        (DeleteChain(chain=gone), "no chain iptables -t filter GONE"),
        (SetPolicy(chain=USER, policy="drop"), "no base chain iptables -t filter USER"),
        (
            DeleteRule(chain=FORWARD, handle=99, body=body("a")),
            "no rule with handle 99 in iptables -t filter FORWARD",
        ),
        (
            AddRule(chain=FORWARD, body=body("a"), before=99),
            "no rule with handle 99 in iptables -t filter FORWARD",
        ),
    ):
        with pytest.raises(NotFound, match=f"^{message}$"):
            ruleset.apply([operation], [1])


def test_a_native_rule_is_kept_as_iptables_would_show_it(ruleset: Ruleset) -> None:
    expr = ({"vmap": {"key": {"meta": {"key": "mark"}}, "data": {"set": [[1, {"accept": None}]]}}},)
    ruleset.apply([AddRule(chain=USER, body=NativeRule(expr=expr))], [20])
    (held,) = ruleset.rules(IPVersion.V4, "filter", "USER")
    assert translate.is_opaque(held.body)


def verdict_map(target: str) -> Rule:
    """What somebody may put into a chain with nft: jumps that no target shows."""
    statement = {
        "vmap": {
            "key": {"meta": {"key": "iifname"}},
            "data": {"set": [["x", {"jump": {"target": target}}], ["y", {"drop": None}]]},
        }
    }
    rule, _ = translate.from_nft([statement], version=IPVersion.V4, table="filter", chain="FORWARD")
    return rule


def test_a_jump_in_a_foreign_verdict_map_counts(ruleset: Ruleset) -> None:
    forward = ruleset.chain(FORWARD)
    assert forward is not None
    assert forward.jumps == {"USER": 1}
    foreign = HeldRule(verdict_map("USER"), handle=30)
    forward.append(foreign)
    assert forward.jumps == {"USER": 2}
    forward.remove(foreign)
    assert forward.jumps == {"USER": 1}


def test_a_foreign_rule_is_never_taken_for_another(ruleset: Ruleset) -> None:
    forward = ruleset.chain(FORWARD)
    assert forward is not None
    foreign = verdict_map("USER")
    forward.prepend(HeldRule(foreign, handle=99))
    assert [held.handle for held in forward.find(foreign)] == [99]
    assert [held.handle for held in forward.find(body("a"))] == [11]
    assert [held.handle for held in forward] == [99, 11, 12]


def test_the_index_and_the_order_stay_true_through_any_history() -> None:
    rng = random.Random(7)  # noqa: S311 - a reproducible walk, no secret
    chain, plain = Chain(), list[HeldRule]()
    chain.find(body("a"))
    for handle in range(400):
        if plain and rng.random() < 0.4:
            gone = plain.pop(rng.randrange(len(plain)))
            chain.remove(gone)
            assert chain.get(gone.handle) is None
        else:
            held = HeldRule(body(rng.choice("abc"), rng.choice(["ACCEPT", "USER"])), handle=handle)
            place = rng.randrange(len(plain) + 1)
            chain.insert(held, before=plain[place] if place < len(plain) else None)
            plain.insert(place, held)
        assert list(chain) == plain
        assert list(reversed(chain)) == plain[::-1]
        assert len(chain) == len(plain)
        for wanted in ("a", "b", "c"):
            same = [held for held in plain if held.body == body(wanted)]
            assert sorted(held.handle for held in chain.find(body(wanted))) == [
                held.handle for held in sorted(same, key=lambda held: held.handle)
            ]
        jumping = sum(held.body.target == body("a", "USER").target for held in plain)
        assert chain.jumps.get("USER", 0) == jumping


def test_a_held_rule_shows_itself() -> None:
    assert repr(HeldRule(body("a"), handle=7, tag="note")).endswith("handle=7, tag='note')")
