"""The oracles, once for a session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.translate.harness.namespace import Namespace
from tests.translate.harness.oracles import Oracles


@pytest.fixture(scope="session")
def oracles() -> Iterator[Oracles]:
    with Namespace() as legacy, Namespace() as native:
        yield Oracles(legacy, native)
