"""``-j SET``."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.harness.native import json_unit, text_unit
from tests.translate.harness.oracles import Oracles
from tests.translate.strategies import versions, whole_rules
from translate import InvalidRule, IPVersion, Rule, from_nft, parse, to_nft
from translate.targets.set import SetEntry, SetTarget

_MAKE_SETS = """
from pyroute2.ipset import IPSet
with IPSet() as sets:
    sets.create("added", stype="hash:ip", timeout=100)
    sets.create("other", stype="hash:ip,port")
    sets.create("info", stype="hash:ip", skbinfo=True)
"""
SET = At(prefix="-j SET ")
MAP = At(table="mangle", prefix="-j SET --map-set info src")
_SET = {"family": "ip", "name": "added", "type": "ipv4_addr", "flags": ["timeout"]}

CASES = ExtensionCases(
    name="SET",
    versions=(4,),
    setup=(shlex.join([sys.executable, "-c", _MAKE_SETS]),),
    saves=(
        SET.case("--add-set added src"),
        SET.case(
            "--timeout 0x5 --exist --exist --add-set added src,dst,src,dst,src,dst",
            "--add-set added src,dst,src,dst,src,dst --exist --timeout 5",
        ),
        SET.case(
            "--del-set added dst --add-set other src,src",
            "--add-set other src,src --del-set added dst",
        ),
        SET.case("--add-set added src --timeout 0"),
        SET.case("--add-set added src --timeout 4294967294"),
        MAP.case(" --map-mark --map-prio --map-queue"),
        MAP.case(" --map-mark", chain="PREROUTING"),
    ),
    refused=(
        SET.refusal("--exist", "belong to --add-set"),
        SET.refusal("--map-mark", "one of --add-set"),
        SET.refusal("--del-set added dst --exist", "belong to --add-set"),
        SET.refusal("--del-set added dst --timeout 3", "belong to --add-set"),
        SET.refusal("--add-set added src --timeout 4294967295", "not a number"),
        SET.refusal("--add-set added src --timeout x", "not a number"),
        SET.refusal("--add-set added src --add-set other src", "only once"),
        SET.refusal("--add-set added", "value is missing"),
        *(
            SET.refusal(f"--add-set added '{fields}'", "must be a list of 1 to 6")
            for fields in ("SRC", "src,", "", "src,src,src,src,src,src,src")
        ),
        SET.refusal(f"--add-set {'x' * 32} src", "1 to 31 bytes"),
        SET.refusal(
            "! --add-set added src",
            "'!' is not allowed",
            oracle=False,
            reason="iptables overlooks the '!'",
        ),
        MAP.refusal("", "needs one of"),
        MAP.refusal(" --map-mark", "only in table mangle", table="filter"),
        MAP.refusal(" --map-prio", "only in chain", chain="PREROUTING"),
        MAP.refusal(" --map-queue", "only in chain", chain="INPUT"),
    ),
    native=(
        SET.untranslatable("--add-set added src,dst", "type of the set"),
        SET.untranslatable("--add-set added src --timeout 0", "without an end"),
        SET.untranslatable("--add-set 1st src", "no such characters"),
        MAP.untranslatable(" --map-mark", "hold no marks"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    fields = st.lists(st.sampled_from(["src", "dst"]), min_size=1, max_size=6).map(tuple)
    entries = st.builds(
        SetEntry, set_name=st.sampled_from(["added", "other"]), fields=fields | st.just(("src",))
    )
    adding = st.builds(
        SetTarget,
        add=entries,
        exist=st.booleans(),
        timeout=st.none() | st.integers(0, 0xFFFFFFFE),
        delete=st.none() | entries,
    )
    return whole_rules(target=adding | st.builds(SetTarget, delete=entries), version=versions(4))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "one of --add-set"),
        ({"exist": True}, "belong to --add-set"),
        ({"add": SetEntry(set_name="x", fields=("src",)), "timeout": -1}, "timeout must be"),
        ({"mapped": ("prio", "mark")}, "in that order"),
    ],
)
def test_wrong_values(values: dict[str, object], message: str) -> None:
    delete = {} if not values else {"delete": SetEntry(set_name="x", fields=("src",))}
    with pytest.raises(InvalidRule, match=message):
        SetTarget(**{**delete, **values})  # type: ignore[arg-type] # one wrong value at a time


@pytest.mark.parametrize(
    ("options", "statements"),
    [
        ("--add-set added src", "counter add @added { ip saddr }"),
        ("--add-set added src --exist", "counter update @added { ip saddr }"),
        ("--add-set added dst --timeout 5", "counter add @added { ip daddr timeout 5s }"),
        ("--del-set added dst", "counter delete @added { ip daddr }"),
        (
            "--add-set added src --exist --timeout 5 --del-set added dst",
            "counter update @added { ip saddr timeout 5s } delete @added { ip daddr }",
        ),
    ],
)
def test_native_form_with_a_set_that_is_there(
    oracles: Oracles, options: str, statements: str
) -> None:
    words = shlex.split(f"-j SET {options}")
    rule = parse(words, version=IPVersion.V4, table="filter", chain="INPUT")
    ours = json_unit(rule, replace(to_nft(rule), declarations=({"set": _SET},)))
    declared = "add set ip {table} added { type ipv4_addr; flags timeout; }"
    theirs = text_unit(4, "filter", "INPUT", statements, declared)
    (first,), (second,) = oracles.nft.load([ours]), oracles.nft.load([theirs])
    assert first.error == second.error == ""
    assert first.listed is not None
    assert second.listed is not None
    assert first.listed.comparable() == second.listed.comparable()
    (listed,) = first.listed.rules
    decoded = from_nft(listed["expr"], version=IPVersion.V4, table="filter", chain="INPUT")
    assert decoded == (rule, None)
