"""``-m devgroup``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import negatable, whole_rules
from translate import Rule
from translate.matches.devgroup import Devgroup
from translate.values.masked import ALL_BITS, Masked

CASES = ExtensionCases(
    name="devgroup",
    saves=(
        Case("-m devgroup --src-group 1", "-m devgroup --src-group 0x1"),
        Case("-m devgroup ! --src-group 010/0x10", "-m devgroup ! --src-group 0x8/0x10"),
        Case("-m devgroup --dst-group 5/0xffffffff", "-m devgroup --dst-group 0x5"),
        Case("-m devgroup --src-group 0", "-m devgroup --src-group default"),
        Case("-m devgroup --src-group default"),
        Case("-m devgroup --src-group 0/0", "-m devgroup --src-group 0x0/0x0"),
        Case("-m devgroup ! --src-group 0x1/0x2 ! --dst-group 0x3/0x4"),
        Case("-m devgroup --src-group 0x1", chain="INPUT"),
        Case("-m devgroup --dst-group 0x1", chain="OUTPUT"),
    ),
    refused=(
        Refusal("-m devgroup", match="must be given"),
        Refusal("-m devgroup --src-group foo", match=r"'foo' is not VALUE.*default"),
        Refusal("-m devgroup --src-group 1/", match="'1/' is not"),
        Refusal("-m devgroup --src-group 4294967296", match="'4294967296' is not"),
        Refusal("-m devgroup --src-group default/1", match="'default/1' is not"),
        Refusal("-m devgroup --src-group 1", match="not in OUTPUT", chain="OUTPUT"),
        Refusal("-m devgroup --dst-group 1", match="not in INPUT", chain="INPUT"),
    ),
    native=(
        Native("-m devgroup --src-group 1"),
        Native("-m devgroup ! --src-group default"),
        Native("-m devgroup --src-group 0x1/0x3 ! --dst-group 0x10000/0xffff0000"),
        Native("-m devgroup --src-group 0x2/0x1"),
        Native("-m devgroup ! --src-group 0/0"),
    ),
)


def masked() -> st.SearchStrategy[Masked]:
    numbers = st.integers(0, ALL_BITS) | st.integers(0, 3)
    masks = st.just(ALL_BITS) | numbers | st.integers(0, 32).map(lambda n: ALL_BITS ^ ALL_BITS >> n)
    return st.builds(Masked, numbers, masks)


def rules() -> st.SearchStrategy[Rule]:
    groups = negatable(masked())
    return (
        whole_rules(st.builds(Devgroup, source=groups), chains=("INPUT", "FORWARD", "CUSTOM"))
        | whole_rules(st.builds(Devgroup, destination=groups), chains=("OUTPUT", "FORWARD"))
        | whole_rules(st.builds(Devgroup, source=groups, destination=groups), chains=("FORWARD",))
    )
