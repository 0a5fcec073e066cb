"""``-m realm``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.matches.test_devgroup import masked
from tests.translate.strategies import negatable, versions, whole_rules
from translate import Rule
from translate.matches.realm import Realm

CASES = ExtensionCases(
    name="realm",
    versions=(4,),
    saves=(
        Case("-m realm --realm 1", "-m realm --realm 0x1"),
        Case("-m realm ! --realm 010/0xff", "-m realm ! --realm 0x8/0xff"),
        Case("-m realm --realm 0", "-m realm --realm cosmos"),
        Case("-m realm --realm 0x1/0xffffffff", "-m realm --realm 0x1"),
        Case("-m realm --realm 0x1", table="nat", chain="POSTROUTING"),
    ),
    refused=(
        Refusal("-m realm", match="--realm must be given"),
        Refusal("-m realm --realm foo", match=r"'foo' is not VALUE.*cosmos"),
        Refusal("-m realm --realm cosmos/1", match="'cosmos/1' is not"),
        Refusal("-m realm --realm 4294967296", match="'4294967296' is not"),
        Refusal("-m realm --realm 1", match="not in PREROUTING", table="nat", chain="PREROUTING"),
        Refusal("-m realm --realm 1", match="no match", versions=(6,)),
    ),
    native=(
        Native("-m realm --realm 1"),
        Native("-m realm ! --realm cosmos"),
        Native("-m realm ! --realm 0x3/0x7"),
        Native("-m realm --realm 0x10000/0xffff0000"),
        Native("-m realm --realm 0/0"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    return whole_rules(st.builds(Realm, realm=negatable(masked())), version=versions(4))
