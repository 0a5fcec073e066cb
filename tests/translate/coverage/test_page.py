"""docs/coverage.md is up to date, complete, and its nft text is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.translate.coverage.examples import all_examples
from tests.translate.coverage.nft_text import statements_text
from tests.translate.coverage.page import COMMAND, PATH, Page, make_page
from tests.translate.harness.native import Unit, json_unit, text_unit
from tests.translate.harness.oracles import Oracles, asked, rule_of
from translate import NftRule, to_nft
from translate.registry import DEFAULT_REGISTRY

# What nft's text has no words for, or which a string in it cannot hold.
_NOT_IN_TEXT = ('"', "reset tcp option @", "timeout 4294967294s")


@pytest.fixture(scope="module")
def page() -> Page:
    return make_page()


def test_up_to_date(page: Page) -> None:
    assert Path(__file__).parents[3].joinpath(PATH).read_text() == page.text, f"run {COMMAND}"


def test_every_option_has_an_example(page: Page) -> None:
    assert page.without_example == ()


def test_every_loss_is_named(page: Page) -> None:
    extensions = (*DEFAULT_REGISTRY.matches, *DEFAULT_REGISTRY.targets)
    losses = [loss for extension in extensions for loss in extension.caveats]
    assert losses
    assert [loss for loss in losses if f"\n- {loss}.\n" not in page.text] == []


def test_text_says_what_the_json_says(oracles: Oracles) -> None:
    texts: list[Unit] = []
    units: list[Unit] = []
    for example in all_examples():
        if example.text is None:
            continue
        rule = rule_of(asked(example.version, example.case))
        made = to_nft(rule)
        text = statements_text(made.expr)
        if made.declarations or any(words in text for words in _NOT_IN_TEXT):
            continue
        units.append(json_unit(rule, NftRule(expr=made.expr)))
        texts.append(text_unit(rule.version, rule.table, rule.chain, text))
    assert units
    for unit, theirs, ours in zip(
        texts, oracles.nft.load(texts), oracles.nft.load(units), strict=True
    ):
        if theirs.kernel_lacks_it and ours.kernel_lacks_it:
            assert theirs.bytecode == ours.bytecode, unit
            continue
        assert theirs.listed is not None, (unit, theirs.error)
        assert ours.listed is not None, (unit, ours.error)
        assert theirs.listed.comparable() == ours.listed.comparable(), unit


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ({"nonsense": None}, "no text for statement 'nonsense'"),
        (
            {"match": {"op": "==", "left": {"nonsense": None}, "right": 1}},
            "no text for expression 'nonsense'",
        ),
    ],
)
def test_unknown_json(statement: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        statements_text([statement])
