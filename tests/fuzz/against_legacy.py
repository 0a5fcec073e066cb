"""Mangled rules, asked of translate and of iptables-legacy.

``python -m tests.fuzz.against_legacy`` prints where the two differ, and is run by hand: each
difference is either a mistake, or a place where nfcore means to be stricter or clearer, which the
cases of the extension's tests then say.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from collections.abc import Iterator
from typing import Final

from tests.fuzz.vocabulary import Seed, seeds, vocabulary
from tests.translate.harness.discovery import modules
from tests.translate.harness.legacy import Asked, Outcome, Verdict
from tests.translate.harness.namespace import Namespace
from tests.translate.harness.oracles import Oracles, rule_of
from translate import ParseError, save_line

__all__ = ["main"]

_BATCH: Final = 40
_LETTERS: Final = "0123456789abcxyzADF-,:/.!+ *="
_STATE: Final = re.compile(
    r"Couldn't load target|doesn't exist|protocol family of set|is not a chain"
)
"""What iptables says of chains and sets that aren't there, which a parser cannot know."""


def _mangled(pick: random.Random, some: list[Seed], words: list[str]) -> Asked:
    version, table, chain, first = pick.choice(some)
    argv = [*first]
    if pick.random() < 0.25:
        argv += pick.choice(some)[3]
    for _ in range(pick.choice((0, 1, 1, 2, 3))):
        _change(pick, argv, words)
    return Asked(version, table, chain, tuple(argv))


def _change(pick: random.Random, argv: list[str], words: list[str]) -> None:
    at = pick.randrange(len(argv) + 1)
    kind = pick.randrange(8)
    if kind < 2 or at == len(argv):
        argv.insert(at, "!" if kind else pick.choice(words))
        return
    word = argv[at]
    cut = pick.randrange(len(word) + 1)
    letter = pick.choice(_LETTERS)
    argv[at : at + 1] = (
        [],
        [word, word],
        [word[:cut]],
        [pick.choice(words)],
        [f"{word}={pick.choice(words)}"],
        [word[:cut] + letter + word[cut + pick.randrange(2) :]],
    )[kind - 2]


def _differences(asked: Asked, outcome: Outcome) -> Iterator[str]:
    where = f"{asked.version} -t {asked.table} {asked.chain} {[*asked.words]}"
    try:
        rule = rule_of(asked)
    except ParseError as error:
        if outcome.verdict is Verdict.ACCEPTED:
            yield f"stricter: {where}: {error}"
        return
    line = save_line(rule).removeprefix(f"-A {rule.chain}").removeprefix(" ")
    if outcome.verdict is Verdict.REFUSED and not _STATE.search(outcome.error):
        yield f"laxer: {where}: {outcome.error.splitlines()[0]}"
    elif outcome.verdict is Verdict.ACCEPTED and outcome.saved != (line,):
        yield f"other: {where}: {line} where iptables has {outcome.saved}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    pick = random.Random(options.seed)  # noqa: S311 - it shall be repeatable, not secret
    end = time.monotonic() + options.seconds
    count = 0
    some, words = seeds(), vocabulary()
    with Namespace() as legacy, Namespace() as native:
        oracles = Oracles(legacy, native)
        for module in modules():
            if module.cases is not None:
                oracles.set_up(module.cases)
        while time.monotonic() < end:
            asked = [_mangled(pick, some, words) for _ in range(_BATCH)]
            asked = [one for one in asked if all(word.isprintable() for word in one.words)]
            for one, outcome in zip(asked, oracles.legacy.append(asked), strict=True):
                count += 1
                for difference in _differences(one, outcome):
                    sys.stdout.write(f"{difference}\n")
    sys.stdout.write(f"{count} rules\n")


if __name__ == "__main__":
    main()
