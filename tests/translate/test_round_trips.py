"""Every extension's generated rules there and back: text, nft JSON, kernel, iptables-legacy."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from tests.translate.harness.discovery import Module, modules
from tests.translate.harness.legacy import Asked, Verdict
from tests.translate.harness.native import json_unit
from tests.translate.harness.oracles import Oracles
from translate import NftRule, Rule, Untranslatable, from_nft, parse, save_line, to_nft
from translate import format as format_rule

MODULES = [module for module in modules() if module.rules is not None]

each_module = pytest.mark.parametrize(
    "module",
    [
        pytest.param(module, id=module.name, marks=pytest.mark.xdist_group(module.name))
        for module in MODULES
    ],
)
pure = settings(max_examples=100, suppress_health_check=list(HealthCheck))
# No shrinking: each example is many rules, and the failure names the one at fault.
through_tools = settings(
    max_examples=12,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


def _strategy(module: Module) -> Any:
    assert module.rules is not None
    return module.rules()


def _batches(module: Module) -> Any:
    return st.lists(_strategy(module), min_size=1, max_size=40)


def _native(rule: Rule) -> NftRule | None:
    try:
        return to_nft(rule)
    except Untranslatable:
        event("untranslatable")
        return None


def _read_back(rule: Rule, expr: Any, comment: str | None) -> Rule:
    decoded, tag = from_nft(
        expr, version=rule.version, table=rule.table, chain=rule.chain, comment=comment
    )
    assert tag is None
    return decoded


@each_module
def test_text(module: Module) -> None:
    @pure
    @given(rule=_strategy(module))
    def check(rule: Rule) -> None:
        words = format_rule(rule)
        again = parse(words, version=rule.version, table=rule.table, chain=rule.chain)
        assert again == rule, words
        assert format_rule(again) == words

    check()


@each_module
def test_json(module: Module) -> None:
    @pure
    @given(rule=_strategy(module))
    def check(rule: Rule) -> None:
        nft = _native(rule)
        if nft is not None:
            assert _read_back(rule, nft.expr, nft.comment) == rule, nft

    check()


@each_module
def test_kernel(oracles: Oracles, module: Module) -> None:
    @through_tools
    @given(rules=_batches(module))
    def check(rules: list[Rule]) -> None:
        made = [(rule, nft) for rule in rules if (nft := _native(rule)) is not None]
        loaded = oracles.nft.load([json_unit(rule, nft) for rule, nft in made])
        for (rule, nft), one in zip(made, loaded, strict=True):
            assert one.status >= 0, f"libnftables crashed on {nft}"
            if one.kernel_lacks_it:
                event("the kernel lacks it")
                continue
            assert one.listed is not None, f"{one.error}: {nft}"
            (listed,) = one.listed.rules
            assert _read_back(rule, listed["expr"], listed.get("comment")) == rule, (nft, listed)

    check()


@each_module
def test_iptables_takes_the_save_form(oracles: Oracles, module: Module) -> None:
    if module.cases is not None:
        oracles.set_up(module.cases)

    @through_tools
    @given(rules=_batches(module))
    def check(rules: list[Rule]) -> None:
        asked = [
            Asked(
                rule.version, rule.table, rule.chain, tuple(str(word) for word in format_rule(rule))
            )
            for rule in rules
        ]
        for rule, outcome in zip(rules, oracles.legacy.append(asked), strict=True):
            if outcome.verdict is Verdict.NO_KERNEL_MODULE:
                event("the kernel lacks it")
                continue
            line = save_line(rule).removeprefix(f"-A {rule.chain}").removeprefix(" ")
            assert (outcome.error, outcome.saved) == ("", (line,)), format_rule(rule)

    check()
