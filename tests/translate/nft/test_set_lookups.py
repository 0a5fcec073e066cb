"""Looking an interface up in a named set is no test of an interface called ``@NAME``."""

from __future__ import annotations

import pytest

import translate
from translate import IPVersion, Opaque


@pytest.mark.parametrize("key", ["iifname", "oifname"])
def test_a_set_of_interfaces_stays_opaque(key: str) -> None:
    lookup = {"match": {"op": "==", "left": {"meta": {"key": key}}, "right": "@networks"}}
    rule, _ = translate.from_nft(
        [lookup, {"counter": None}, {"accept": None}],
        version=IPVersion.V4,
        table="filter",
        chain="FORWARD",
    )
    assert (rule.in_interface, rule.out_interface) == (None, None)
    assert rule.matches == (Opaque.of(lookup),)
    assert translate.to_nft(rule).expr[0] == lookup
