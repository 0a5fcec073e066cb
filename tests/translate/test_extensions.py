"""Every extension's cases, against the real iptables and nft."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.translate.harness.cases import Case, ExtensionCases, Native, Refusal
from tests.translate.harness.discovery import modules
from tests.translate.harness.legacy import Verdict
from tests.translate.harness.native import Loaded, Translated, text_unit
from tests.translate.harness.oracles import Oracles, asked, expand, rule_of
from translate import ParseError, Untranslatable, from_nft, save_line, to_nft

MODULES = modules()


def _each(pick: Callable[[ExtensionCases], Any]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("cases", "version", "case"),
        [
            pytest.param(
                module.cases,
                version,
                case,
                id=f"{module.name}-v{version}-{case.args}".encode("ascii", "replace").decode(),
                # One worker asks the oracles for all of an extension's cases at once.
                marks=pytest.mark.xdist_group(module.name),
            )
            for module in MODULES
            if module.cases is not None
            for version, case in expand(module.cases, pick(module.cases))
        ],
    )


@_each(lambda cases: cases.saves)
def test_save_form(oracles: Oracles, cases: ExtensionCases, version: int, case: Case) -> None:
    one = asked(version, case)
    ours = save_line(rule_of(one)).removeprefix(f"-A {case.chain}").removeprefix(" ")
    assert ours == case.expected
    outcome = oracles.outcome(cases, one)
    if not case.oracle:
        assert case.reason
        assert outcome.saved != (ours,), "the real iptables agrees: no exception is needed"
    elif outcome.verdict is not Verdict.NO_KERNEL_MODULE:
        assert (outcome.error, outcome.saved) == ("", (ours,))


@_each(lambda cases: cases.refused)
def test_refused(oracles: Oracles, cases: ExtensionCases, version: int, case: Refusal) -> None:
    one = asked(version, case)
    with pytest.raises(ParseError) as caught:
        rule_of(one)
    assert re.search(case.match, str(caught.value)), str(caught.value)
    outcome = oracles.outcome(cases, one)
    if case.oracle:
        assert outcome.verdict is Verdict.REFUSED, f"iptables-legacy: {outcome}"
    else:
        assert case.reason
        assert outcome.verdict is not Verdict.REFUSED, "it is refused: no exception is needed"


@_each(lambda cases: cases.native)
def test_native_form(oracles: Oracles, cases: ExtensionCases, version: int, case: Native) -> None:
    one = asked(version, case)
    rule = rule_of(one)
    if case.untranslatable is not None:
        with pytest.raises(Untranslatable, match=case.untranslatable):
            to_nft(rule)
        return
    to_nft(rule)  # raises what went wrong
    answer = oracles.native(cases, version, case)
    assert answer.ours is not None
    assert answer.theirs is not None, "iptables-translate has no form: give `expected`"
    assert answer.ours.status >= 0, "nft crashed on our JSON"
    if answer.ours.kernel_lacks_it and answer.theirs.kernel_lacks_it:
        assert answer.ours.bytecode == answer.theirs.bytecode
        return
    assert answer.theirs.error == "", answer.translated
    assert answer.ours.error == "", answer.nft
    if case.expected is not None and answer.translated is not None:
        _check_difference(oracles, version, case, answer.translated, answer.ours)
    assert _comparable(answer.ours) == _comparable(answer.theirs)
    assert answer.ours.listed is not None
    (listed,) = answer.ours.listed.rules
    decoded, tag = from_nft(
        listed["expr"],
        version=rule.version,
        table=case.table,
        chain=case.chain,
        comment=listed.get("comment"),
    )
    assert (decoded, tag) == (rule, None)


def _comparable(loaded: Loaded) -> Any:
    return None if loaded.listed is None else loaded.listed.comparable()


def _check_difference(
    oracles: Oracles, version: int, case: Native, translated: Translated, ours: Loaded
) -> None:
    unit = text_unit(version, case.table, case.chain, *translated)
    theirs = oracles.nft.load([unit])[0]
    assert _comparable(theirs) != _comparable(ours), "iptables-translate agrees: drop `expected`"
