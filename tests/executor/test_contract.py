"""The contract, on every executor there is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nfcore.executor import CffiExecutor, Executor, FakeExecutor, NftablesModuleExecutor
from tests.executor.contract import ExecutorContract


class TestCffi(ExecutorContract):
    @pytest.fixture
    def executor(self, netns: str) -> Iterator[Executor]:
        with CffiExecutor(netns=netns) as executor:
            yield executor


class TestModule(ExecutorContract):
    @pytest.fixture
    def executor(self, netns: str) -> Iterator[Executor]:
        with NftablesModuleExecutor(netns=netns) as executor:
            yield executor


class TestFake(ExecutorContract):
    @pytest.fixture
    def executor(self) -> Executor:
        return FakeExecutor()
