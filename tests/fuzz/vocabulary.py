"""Words that rules are made of, taken from the extensions and their tests' cases."""

from __future__ import annotations

from collections.abc import Iterator

from tests.translate.harness.discovery import modules
from tests.translate.harness.oracles import expand
from translate.argv import OWN_OPTIONS
from translate.registry import DEFAULT_REGISTRY
from translate.tables import TABLE_CHAINS

__all__ = ["Seed", "seeds", "vocabulary"]

Seed = tuple[int, str, str, tuple[str, ...]]
"""IP version, table, chain, and the words after the chain's name."""

_ODDITIES = (
    *("!", "-", "--", "", " ", ",", ":", "/", "0", "-1", "65536", "4294967296", "1" * 30, "+", "*"),
    *(
        "0x",
        "0xg",
        "08",
        "1.2.3.4/0",
        "::/0",
        "::1",
        "a" * 40,
        "é",
        "\udc80",
        "\n",
        "\t",
        '"',
        "\\",
    ),
)


def seeds() -> list[Seed]:
    """Every case of the tests: what iptables accepts and what it refuses."""
    return [*dict.fromkeys(_seeds())]


def _seeds() -> Iterator[Seed]:
    for module in modules():
        if module.cases is None:
            continue
        cases = module.cases
        for version, case in expand(cases, [*cases.saves, *cases.refused, *cases.native]):
            yield version, case.table, case.chain, tuple(case.words())


def vocabulary() -> list[str]:
    """Options, names, and every word of the cases; and words that are none."""
    words: list[str] = [*_ODDITIES, *TABLE_CHAINS]
    words += [f"--{option.name}" for option in OWN_OPTIONS]
    words += ["-" + letter for letter in "ADCRIPNXEFZLSsdpijgomtfcnvxwWM46"]
    for extension in (*DEFAULT_REGISTRY.matches, *DEFAULT_REGISTRY.targets):
        words.append(extension.name)
        words += [f"--{option.name}" for option in extension.options]
    for _, _, chain, some in _seeds():
        words += [chain, *some]
    return [*dict.fromkeys(words)]
