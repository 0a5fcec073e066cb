"""One laboratory for all tests that need it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.translate.evaluate.lab import Lab


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    with Lab.open() as opened:
        yield opened
