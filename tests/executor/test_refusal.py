"""The search for the refused operation."""

from __future__ import annotations

import pytest

from nfcore.executor._refusal import locate_refusal
from nfcore.operations import AddChain, Operation
from tests.executor.build import chain


def operations(count: int) -> list[Operation]:
    return [AddChain(chain=chain(f"C{number}")) for number in range(count)]


@pytest.mark.parametrize("count", [1, 2, 3, 100, 90_000])
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_found_in_a_logarithm_of_checks(count: int, share: float) -> None:
    every, bad = operations(count), round((count - 1) * share)
    asked = []

    def refusal_of(first: int) -> str | None:
        asked.append(first)
        return f"refused {first}" if first > bad else None

    error = locate_refusal("refused", every, refusal_of)

    assert (error.index, error.operation) == (bad, every[bad])
    assert error.answer == f"refused {bad + 1}"
    assert len(asked) <= count.bit_length() + 1


def test_a_refusal_that_is_gone() -> None:
    error = locate_refusal("was busy", operations(4), lambda _: None)

    assert (error.answer, error.index, error.operation) == ("was busy", None, None)
