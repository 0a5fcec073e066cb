"""Strings that libnftables does not take for strings."""

from __future__ import annotations

import pytest

from tests.translate.harness.native import json_unit
from tests.translate.harness.oracles import Oracles
from translate import Interface, IPVersion, Negatable, NftRule, Rule, Untranslatable, to_nft
from translate.nft.statements import match, meta
from translate.nft.strings import JSON_WORDS, string_json


@pytest.mark.parametrize("name", [*sorted(JSON_WORDS), "@foo"])
def test_an_interface_of_such_a_name_is_not_sent(oracles: Oracles, name: str) -> None:
    rule = Rule(version=IPVersion.V4, chain="INPUT", in_interface=Negatable(Interface(name)))
    with pytest.raises(Untranslatable, match="a protocol or a set in JSON"):
        to_nft(rule)
    sent = NftRule(expr=(match(meta("iifname"), name), {"counter": None}))
    (loaded,) = oracles.nft.load([json_unit(rule, sent)])
    assert loaded.listed is None, "libnftables takes it: no exception is needed"


def test_a_wildcard_behind_such_a_word_makes_it_a_string(oracles: Oracles) -> None:
    rule = Rule(version=IPVersion.V4, chain="INPUT", in_interface=Negatable(Interface("tcp+")))
    (loaded,) = oracles.nft.load([json_unit(rule, to_nft(rule))])
    assert loaded.error == ""


def test_other_strings_may_not_be_such_words_either() -> None:
    with pytest.raises(Untranslatable, match="for a protocol in JSON"):
        string_json("-m helper", "tcp", maximum=15)
