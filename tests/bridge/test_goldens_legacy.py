"""The matrix on iptables-legacy: the goldens that nf_tables is held to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nfcore.bridge import MadeBy, recognize
from nfcore.engine import Engine
from nfcore.executor import ExecutorKind, open_executor
from nfcore.operations import DeleteTable
from tests.bridge.combos import COMBINATIONS, Combination, driver_for
from tests.bridge.test_goldens import GOLDENS, after_networks, start, text_of

RUNS: list[tuple[ExecutorKind, Combination]] = [
    *(("legacy", combination) for combination in COMBINATIONS),
    # The slow way is shown on networks that have everything that the others have.
    *(
        ("legacy-exec", combination)
        for combination in COMBINATIONS
        if combination.spec.subnet_v4 is not None and combination.spec.subnet_v6 is not None
    ),
]


@pytest.fixture(scope="module")
def lock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        lock = tmp_path_factory.mktemp("lock") / "xtables.lock"
        patch.setenv("XTABLES_LOCKFILE", str(lock))
        yield


@pytest.mark.usefixtures("lock")
@pytest.mark.parametrize(
    ("kind", "combination"), RUNS, ids=[f"{kind}-{one.name}" for kind, one in RUNS]
)
def test_creation_and_deletion(
    module_netns: str, kind: ExecutorKind, combination: Combination
) -> None:
    with open_executor(kind, netns=module_netns) as executor, Engine(executor) as engine:
        executor.commit([DeleteTable(table=table) for table in executor.snapshot().tables])
        check(engine, combination)


def check(engine: Engine, combination: Combination) -> None:
    start(engine, hairpin=combination.hairpin)
    with engine.transaction() as transaction:
        combination.create(transaction)
    assert text_of(engine) == (GOLDENS / f"{combination.name}.txt").read_text()

    with engine.transaction() as transaction:
        combination.create(transaction)
        assert transaction.changes() == ()

    # No name was noted with the rules: what they show is enough to take the network away.
    (state,) = recognize(engine.ruleset)
    assert state.made_by is MadeBy.OTHERS
    with engine.transaction() as transaction:
        driver_for(hairpin=combination.hairpin).delete_network(
            transaction, state.spec, ports=state.ports, links=state.links, hairpin=state.hairpin
        )
    assert text_of(engine) == (GOLDENS / f"{after_networks(combination)}.txt").read_text()
