"""Examples of every option, taken from the cases that the tests check against the real tools."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.translate.coverage.nft_text import statements_text
from tests.translate.harness.cases import Case, Native, Refusal
from tests.translate.harness.discovery import modules
from tests.translate.harness.oracles import asked, expand, rule_of
from translate import IPVersion, Untranslatable, to_nft
from translate.argv import ScannedArgv, scan
from translate.extension import Extension, Given
from translate.nft.comment import split_comment
from translate.registry import DEFAULT_REGISTRY

__all__ = ["Example", "all_examples"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A case and what becomes of it.

    Attributes:
        case: the case.
        version: the IP version.
        text: nft's statements but for the counter, or None where there are none.
        reason: why there are none.
        what: what has none.
        scanned: its argv.
    """

    case: Case | Native
    version: IPVersion
    text: str | None = None
    what: str = ""
    reason: str = ""
    scanned: ScannedArgv

    def gives(self, extension: Extension[Any] | None) -> tuple[Given, ...] | None:
        """The options given to an extension (None: iptables' own); None if it isn't there."""
        if extension is None:
            return tuple(self.scanned.builtins.values())
        loaded = [*self.scanned.matches]
        if self.scanned.target is not None:
            loaded.append(self.scanned.target)
        found = [one for one in loaded if one.extension is extension]
        return tuple(given for one in found for given in one.given) if found else None

    @property
    def is_about_extensions(self) -> tuple[int, bool]:
        """Greater the worse an example is of iptables' own options."""
        loaded = len(self.scanned.matches) + (self.scanned.target is not None)
        return loaded, not {*"*+'\\"}.isdisjoint(self.case.args)

    @property
    def rank(self) -> tuple[bool, bool, bool, bool, int, str]:
        """The better an example, the smaller: translated, plain, checked as nft text, short."""
        negated = any(word == "!" for word in self.case.words())
        return (
            self.text is None,
            not self.text,
            negated,
            not isinstance(self.case, Native),
            len(self.case.args),
            self.case.args,
        )


def all_examples() -> list[Example]:
    """Every case that iptables accepts, the better ones first."""
    examples = [example for module in modules() if module.cases for example in _of(module.cases)]
    return sorted(examples, key=lambda example: (example.rank, example.version))


def _of(cases: Any) -> Iterator[Example]:
    for number, case in expand(cases, [*cases.native, *cases.saves]):
        if isinstance(case, Refusal):
            continue
        one = asked(number, case)
        version = IPVersion(number)
        scanned = scan(one.words, version=version, registry=DEFAULT_REGISTRY)
        rule = rule_of(one)
        try:
            made = to_nft(rule)
        except Untranslatable as error:
            yield Example(
                case=case, version=version, what=error.what, reason=error.reason, scanned=scanned
            )
            continue
        text = statements_text([part for part in made.expr if part != {"counter": None}])
        comment = split_comment(made.comment).text
        if comment is not None:
            text = f'{text} comment "{comment}"'.strip()
        yield Example(case=case, version=version, text=text, scanned=scanned)
