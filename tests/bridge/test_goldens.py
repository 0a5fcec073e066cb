"""Every combination of options, pinned; ``pytest --update-goldens`` writes the files anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from nfcore.bridge import recognize
from nfcore.engine import Engine
from nfcore.executor import FakeExecutor, open_executor
from nfcore.host import save_text
from nfcore.operations import DeleteTable
from tests.bridge.combos import COMBINATIONS, Combination, driver_for
from translate import IPVersion

GOLDENS = Path(__file__).parent / "goldens"


def text_of(engine: Engine) -> str:
    ruleset = engine.ruleset
    return "".join(
        f"# {version.program}-save\n{save_text(ruleset, version)}" for version in IPVersion
    )


def start(engine: Engine, *, hairpin: bool) -> None:
    with engine.transaction() as tx:
        driver_for(hairpin=hairpin).start(tx)


def compare(name: str, text: str, *, update: bool) -> None:
    path = GOLDENS / f"{name}.txt"
    if update:
        path.write_text(text)
    assert text == path.read_text()


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-goldens"))


@pytest.fixture
def engine() -> Engine:
    return Engine(FakeExecutor())


def test_a_new_driver(engine: Engine, update: bool) -> None:
    start(engine, hairpin=False)
    compare("new-driver", text_of(engine), update=update)


@pytest.mark.parametrize("combination", COMBINATIONS, ids=lambda combination: combination.name)
def test_creation(engine: Engine, combination: Combination, update: bool) -> None:
    start(engine, hairpin=combination.hairpin)
    with engine.transaction() as tx:
        combination.create(tx)
    compare(combination.name, text_of(engine), update=update)


def after_networks(combination: Combination) -> str:
    """The golden of what is left when the last network is gone."""
    version = combination.name.removeprefix("internal-").split("-")[0]
    if combination.spec.internal:
        return f"left-by-internal-{version}"
    return f"left-by-{version}-{'hairpin' if combination.hairpin else 'proxy'}"


@pytest.mark.parametrize("combination", COMBINATIONS, ids=lambda combination: combination.name)
def test_deletion_leaves_a_new_driver_and_the_jumps_that_serve_all_networks(
    engine: Engine, combination: Combination, update: bool
) -> None:
    start(engine, hairpin=combination.hairpin)
    with engine.transaction() as tx:
        combination.create(tx)
    with engine.transaction() as tx:
        combination.delete(tx)
    compare(after_networks(combination), text_of(engine), update=update)
    added = set(text_of(engine).splitlines()) - set(
        (GOLDENS / "new-driver.txt").read_text().splitlines()
    )
    assert added <= {
        "-A FORWARD -j DOCKER-ISOLATION-STAGE-1",
        "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
        "-A OUTPUT -m addrtype --dst-type LOCAL -j DOCKER",
        "-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER",
        "-A OUTPUT ! -d ::1/128 -m addrtype --dst-type LOCAL -j DOCKER",
    }


def test_no_golden_is_left_over() -> None:
    names = {combination.name for combination in COMBINATIONS} | {"new-driver"}
    names |= {after_networks(combination) for combination in COMBINATIONS}
    assert {path.stem for path in GOLDENS.glob("*.txt")} == names


def test_the_kernel_holds_what_the_goldens_say(netns: str) -> None:
    with Engine(open_executor(netns=netns)) as engine, open_executor(netns=netns) as cleaner:
        for combination in COMBINATIONS:
            start(engine, hairpin=combination.hairpin)
            with engine.transaction() as tx:
                combination.create(tx)
            assert text_of(engine) == (GOLDENS / f"{combination.name}.txt").read_text()
            assert [state.spec for state in recognize(engine.ruleset)] == [combination.spec]
            with engine.transaction() as tx:
                combination.delete(tx)
            left = GOLDENS / f"{after_networks(combination)}.txt"
            assert text_of(engine) == left.read_text()
            tables = cleaner.snapshot().tables
            cleaner.commit([DeleteTable(table=table) for table in tables])
