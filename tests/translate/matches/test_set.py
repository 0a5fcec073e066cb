"""``-m set``, against IP sets that the tests make in the oracles' namespace."""

from __future__ import annotations

import shlex
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.harness.legacy import Asked
from tests.translate.harness.native import json_unit, text_unit
from tests.translate.harness.oracles import Oracles
from tests.translate.strategies import whole_rules
from translate import IPVersion, Rule, from_nft, parse, to_nft
from translate.matches.set import Set, SetCounter

_MAKE_SETS = """
import socket
from pyroute2.ipset import IPSet
with IPSet() as sets:
    for family, tail in ((socket.AF_INET, ""), (socket.AF_INET6, "6")):
        for name, kind in (("foo", "hash:ip"), ("bar", "hash:ip,port"), ("x" * 30, "hash:net")):
            sets.create(name + tail, stype=kind, family=family)
"""

CASES = ExtensionCases(
    name="set",
    setup=(shlex.join([sys.executable, "-c", _MAKE_SETS]),),
    saves=(
        Case("-m set --match-set foo src", versions=(4,)),
        Case("-m set ! --match-set foo6 dst", versions=(6,)),
        Case("-m set --set foo src", "-m set --match-set foo src", versions=(4,)),
        Case("-m set --match-set bar src,dst,src,dst,src,dst", versions=(4,)),
        Case(f"-m set --match-set {'x' * 30} dst", versions=(4,)),
        Case("-m set --match-set foo src --return-nomatch", versions=(4,)),
        Case(
            "-m set --update-counters --update-subcounters --match-set foo src",
            "-m set --match-set foo src",
            versions=(4,),
        ),
        Case(
            "-m set --bytes-gt 0x10 ! --packets-eq 010 ! --update-subcounters ! --update-counters "
            "--match-set foo src",
            "-m set --match-set foo src ! --update-counters ! --update-subcounters "
            "! --packets-eq 8 --bytes-gt 16",
            versions=(4,),
        ),
        Case("-m set --match-set foo src --packets-lt 18446744073709551615", versions=(4,)),
        Case("-m set --match-set foo src --packets-gt 3 --bytes-lt 5", versions=(4,)),
        Case("-m set --match-set foo src ! --bytes-eq 7", versions=(4,)),
    ),
    refused=(
        Refusal("-m set", match="--match-set must be given"),
        Refusal("-m set --return-nomatch", match="--match-set must be given"),
        Refusal("-m set --match-set foo", match="value is missing"),
        Refusal("-m set --match-set foo SRC", match="'SRC' must be a list"),
        Refusal("-m set --match-set foo src,", match="'src,' must be a list"),
        Refusal("-m set --match-set foo src,src,src,src,src,src,src", match="1 to 6"),
        Refusal(f"-m set --match-set {'x' * 32} src", match="1 to 31 bytes"),
        Refusal("-m set --match-set foo src --set foo src", match="only once"),
        Refusal("-m set --match-set foo src ! --return-nomatch", match="not allowed"),
        Refusal("-m set --match-set foo src ! --packets-gt 1", match="not allowed"),
        Refusal("-m set --match-set foo src --packets-eq 1 --packets-lt 2", match="used with"),
        Refusal("-m set --match-set foo src --packet 1", match="ambiguous option"),
        Refusal(
            "-m set --match-set foo srcx",
            match="'srcx' must be a list",
            versions=(4,),
            oracle=False,
            reason="iptables looks at three letters only",
        ),
        Refusal("-m set --match-set foo src --packets-eq foo", match="not a number"),
        Refusal("-m set --match-set foo src --bytes-lt 18446744073709551616", match="not a number"),
    ),
    native=(
        Native("-m set --match-set foo src,dst", untranslatable="type of the set"),
        Native("-m set --match-set foo src --return-nomatch", untranslatable="has none"),
        Native("-m set --match-set foo src ! --update-counters", untranslatable="has none"),
        Native("-m set --match-set foo src --packets-eq 1", untranslatable="has none"),
        Native("-m set --match-set foo! src", untranslatable="no such characters"),
    ),
)


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("negation", ["", "! "])
@pytest.mark.parametrize(("field", "address"), [("src", "saddr"), ("dst", "daddr")])
def test_one_field_is_an_address(
    oracles: Oracles, version: int, negation: str, field: str, address: str
) -> None:
    words = [*negation.split(), "--match-set", "foo", field]
    rule = parse(["-m", "set", *words], version=IPVersion(version), chain="FORWARD")
    family, operator = ("ip6" if version == 6 else "ip"), ("!= " if negation else "")
    declared = f"add set {family} {{table}} foo {{ type ipv{version}_addr; }}"
    theirs = text_unit(
        version, "filter", "FORWARD", f"{family} {address} {operator}@foo counter", declared
    )
    nft = to_nft(rule)
    assert [key for statement in nft.expr for key in statement] == ["match", "counter"]
    (loaded,) = oracles.nft.load([theirs])
    assert loaded.listed is not None, loaded.error
    (listed,) = loaded.listed.rules
    assert listed["expr"][0] == nft.expr[0]
    assert from_nft(listed["expr"], version=rule.version, table="filter", chain="FORWARD") == (
        rule,
        None,
    )


def test_the_set_must_be_there(oracles: Oracles) -> None:
    asked = Asked(4, "filter", "FORWARD", ("-m", "set", "--match-set", "nowhere", "src"))
    rule = parse(asked.words, version=IPVersion.V4, chain="FORWARD")
    (loaded,) = oracles.nft.load([json_unit(rule, to_nft(rule))])
    assert "No such file or directory" in loaded.error


@given(st.data())
def test_read_back(data: st.DataObject) -> None:
    rule = data.draw(_rules(("src",)) | _rules(("dst",)))
    nft = to_nft(rule)
    assert from_nft(
        nft.expr, version=rule.version, table=rule.table, chain=rule.chain, comment=nft.comment
    ) == (rule, None)


def _rules(fields: tuple[str, ...]) -> st.SearchStrategy[Rule]:
    return whole_rules(
        st.builds(Set, set_name=st.just("foo"), fields=st.just(fields), negated=st.booleans())
    )


def rules() -> st.SearchStrategy[Rule]:
    counter = st.none() | st.builds(
        SetCounter, comparison=st.sampled_from(["eq", "lt", "gt"]), number=st.integers(0, 2**64 - 1)
    )
    fields = st.lists(st.sampled_from(["src", "dst"]), min_size=2, max_size=6).map(tuple)
    values = {
        version: st.builds(
            Set,
            set_name=st.just(name),
            fields=fields,
            negated=st.booleans(),
            return_nomatch=st.booleans(),
            update_counters=st.booleans(),
            update_subcounters=st.booleans(),
            packets=counter,
            bytes=counter | st.just(SetCounter(comparison="eq", number=3, negated=True)),
        )
        for version, name in ((IPVersion.V4, "bar"), (IPVersion.V6, "bar6"))
    }
    return st.one_of(*(whole_rules(v, version=st.just(version)) for version, v in values.items()))
