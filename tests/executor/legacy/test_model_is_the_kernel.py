"""Random transactions: what is worked out on paper is what the tables hold afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from nfcore.executor import Executor
from nfcore.executor.legacy import LegacyExecExecutor, LegacyExecutor
from nfcore.executor.legacy._picture import table_states
from nfcore.operations import DeleteTable, Snapshot
from tests.executor.test_fake_is_the_kernel import (
    TRANSACTIONS,
    Step,
    everything,
    outcome,
    without_handles,
)


@pytest.fixture(scope="module", params=[LegacyExecutor, LegacyExecExecutor], ids=lambda k: k.name)
def executor(
    request: pytest.FixtureRequest, module_netns: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LegacyExecutor | LegacyExecExecutor]:
    with pytest.MonkeyPatch.context() as patch:
        lock = tmp_path_factory.mktemp("lock") / "xtables.lock"
        patch.setenv("XTABLES_LOCKFILE", str(lock))
        with request.param(netns=module_netns) as executor:
            yield executor


@pytest.fixture(scope="module")
def onlooker(module_netns: str) -> Iterator[Executor]:
    """Reads the same tables, and knows nothing but what it reads."""
    with LegacyExecutor(netns=module_netns) as executor:
        yield executor


def clear(executor: Executor) -> None:
    executor.commit([DeleteTable(table=table) for table in executor.snapshot().tables])


@settings(max_examples=25)
@given(transactions=TRANSACTIONS)
def test_a_commit_leaves_what_was_worked_out_or_nothing(
    executor: LegacyExecutor | LegacyExecExecutor,
    onlooker: Executor,
    transactions: list[list[Step]],
) -> None:
    clear(executor)
    for steps in [list(everything()), *transactions]:
        before = without_handles(onlooker.snapshot())
        checked = outcome(executor, steps, check=True)
        assert without_handles(onlooker.snapshot()) == before

        committed = outcome(executor, steps)

        now = without_handles(onlooker.snapshot())
        if committed is not None:
            assert now == before
        else:
            expected = Snapshot(tables=table_states(executor._last))
            assert now == without_handles(expected)
            assert executor.snapshot() == expected, "reading it again changes no handle"
        assert _without_text(checked) == _without_text(committed)


def _without_text(outcome: object) -> object:
    return outcome[0] if isinstance(outcome, tuple) else outcome
