"""Rules that bring a set along: several of them, in one transaction and in one after the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nfcore.executor import CffiExecutor, Executor, FakeExecutor, NftablesModuleExecutor
from nfcore.executor._declared import DeclaredSets, SetPlace
from nfcore.operations import AddTable, DeleteTable
from tests.executor.build import FILTER, FILTER6, add, base, chain, delete, rules_of, state_of
from tests.netns import in_netns

FORWARD = chain("FORWARD")
SEEN = "-m recent --set --name seen"
LIMITED = "-p tcp -m hashlimit --hashlimit-upto 5/sec --hashlimit-mode srcip --hashlimit-name web"
COUNTED = "-m connlimit --connlimit-above 3"
PLACE = SetPlace("ip", "filter", "xt_recent_seen")


@pytest.fixture(params=["fake", "cffi", "module"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    if request.param == "fake":
        opened: Executor = FakeExecutor()
    else:
        kinds = {"cffi": CffiExecutor, "module": NftablesModuleExecutor}
        opened = kinds[request.param](netns=request.getfixturevalue("netns"))
    with opened:
        opened.commit([AddTable(table=FILTER), base(FORWARD)])
        yield opened


@pytest.mark.parametrize("line", [SEEN, LIMITED, COUNTED])
def test_in_one_transaction_and_in_the_next(executor: Executor, line: str) -> None:
    first = [add(FORWARD, f"-s 10.0.0.{host} {line}") for host in (1, 2)]
    executor.commit(first)
    executor.commit([add(FORWARD, f"-s 10.0.0.3 {line}")])

    held = state_of(executor, FORWARD).rules
    assert len(held) == 3

    executor.commit([delete(FORWARD, rule.handle) for rule in held])
    executor.check(first)
    executor.commit(first)

    assert len(rules_of(executor, FORWARD)) == 2


@pytest.mark.parametrize("line", [SEEN, LIMITED])
def test_with_the_table_made_anew(executor: Executor, line: str) -> None:
    executor.commit([add(FORWARD, line)])

    executor.commit(
        [DeleteTable(table=FILTER), AddTable(table=FILTER), base(FORWARD), add(FORWARD, line)]
    )

    assert len(rules_of(executor, FORWARD)) == 1


def test_other_families_and_prefixes_have_sets_of_their_own(netns: str) -> None:
    six = chain("FORWARD", FILTER6)
    with CffiExecutor(netns=netns, table_prefix="x-") as executor:
        executor.commit([AddTable(table=FILTER), base(FORWARD), add(FORWARD, SEEN)])
        executor.commit([AddTable(table=FILTER6), base(six), add(six, SEEN)])
    listed = in_netns(netns, ["nft", "list", "sets"]).stdout
    assert listed.count("set xt_recent_seen {") == 2


def test_each_set_is_asked_about_once() -> None:
    asked: list[SetPlace] = []

    def is_there(place: SetPlace) -> bool:
        asked.append(place)
        return place.name == "old"

    declared = DeclaredSets(is_there)
    old = PLACE._replace(name="old")
    assert [declared.is_new(place) for place in (PLACE, old, PLACE, old)] == [
        True,
        False,
        False,
        False,
    ]
    assert asked == [PLACE, old]
    declared.forget("ip", "filter")
    assert [declared.is_new(place) for place in (old, old)] == [True, False]
    assert not declared.is_new(PLACE._replace(family="ip6", name="old"))
    assert asked == [PLACE, old, PLACE._replace(family="ip6", name="old")]
