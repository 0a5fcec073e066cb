"""The example in the package's documentation is true."""

from __future__ import annotations

import doctest

import translate.evaluate


def test_example() -> None:
    outcome = doctest.testmod(translate.evaluate)
    assert outcome.failed == 0
    assert outcome.attempted > 0
