"""The contract, on every executor there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from nfcore.executor import CffiExecutor, Executor, FakeExecutor, NftablesModuleExecutor
from nfcore.executor.legacy import LegacyExecExecutor, LegacyExecutor
from tests.executor.contract import LEGACY_LIMITS, ExecutorContract


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


@pytest.mark.usefixtures("own_lock")
class TestLegacy(ExecutorContract):
    limits = LEGACY_LIMITS

    @pytest.fixture
    def executor(self, netns: str) -> Iterator[Executor]:
        with LegacyExecutor(netns=netns) as executor:
            yield executor


@pytest.mark.usefixtures("own_lock")
class TestLegacyExec(ExecutorContract):
    limits = replace(LEGACY_LIMITS, checked_at_the_end=False)

    @pytest.fixture
    def executor(self, netns: str) -> Iterator[Executor]:
        with LegacyExecExecutor(netns=netns) as executor:
            yield executor
