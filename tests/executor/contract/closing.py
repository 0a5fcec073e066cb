"""After close there is nothing more."""

from __future__ import annotations

import pytest

from nfcore.exceptions import BackendUnavailable
from nfcore.executor import Executor
from nfcore.operations import AddTable
from tests.executor.build import FILTER
from tests.executor.contract.part import Part

__all__ = ["Closing"]


class Closing(Part):
    """After close there is nothing more."""

    def test_a_closed_executor_refuses(self, executor: Executor) -> None:
        executor.close()
        executor.close()

        message = f"^the {executor.name} executor is closed$"
        with pytest.raises(BackendUnavailable, match=message):
            executor.commit([AddTable(table=FILTER)])
        with pytest.raises(BackendUnavailable, match=message):
            executor.check([AddTable(table=FILTER)])
        with pytest.raises(BackendUnavailable, match=message):
            executor.snapshot()

    def test_a_with_block_closes(self, executor: Executor) -> None:
        with executor as entered:
            assert entered is executor

        with pytest.raises(BackendUnavailable):
            executor.snapshot()
