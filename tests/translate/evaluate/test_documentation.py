"""The example in the package's documentation is true."""

from __future__ import annotations

import doctest

import translate.evaluate


def test_example() -> None:
    assert doctest.testmod(translate.evaluate) == (0, 9)
