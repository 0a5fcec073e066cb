"""What is done to a firewall, step by step, and never twice what excludes itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from nfcore.bridge import NetworkState, PublishedPort, resolve_port
from nfcore.engine import Engine, Transaction
from nfcore.layout import Layout
from tests.bridge.strategies import Wanted, topologies

__all__ = ["History", "histories", "play"]


@dataclass(frozen=True)
class History:
    """Networks, and steps in words and numbers."""

    topology: tuple[Wanted, ...]
    steps: tuple[tuple[str, int, int], ...]


@st.composite
def histories(
    draw: st.DrawFn,
    *,
    topology: st.SearchStrategy[tuple[Wanted, ...]] | None = None,
    max_networks: int = 3,
    max_steps: int = 14,
) -> History:
    """Creations, deletions, publications, releases, links and unlinks, in any order.

    A step's numbers choose among what is there and is not there when it is done.
    """
    some = topologies(max_networks=max_networks) if topology is None else topology
    networks = draw(some.filter(bool))
    words = st.sampled_from(["create", "create", "delete", "publish", "publish", "release"])
    step = st.tuples(
        words | st.sampled_from(["link", "unlink"]), st.integers(0, 9), st.integers(0, 9)
    )
    steps = draw(st.lists(step, max_size=max_steps))
    return History(networks, (*(_everything(networks) if draw(st.booleans()) else ()), *steps))


def _everything(topology: Sequence[Wanted]) -> Iterator[tuple[str, int, int]]:
    """Create all networks, publish all their ports and make all their links."""
    yield from [("create", 0, 0)] * len(topology)
    for index, wanted in enumerate(topology):
        yield from (("publish", index, number) for number in range(len(wanted.ports)))
        yield from (("link", index, number) for number in range(len(wanted.links)))


def play(history: History, engine: Engine, layout: Layout) -> None:
    """Do all of a history's steps, a transaction each."""
    with engine.transaction() as transaction:
        layout.ensure_started(transaction)
    for word, one, other in history.steps:
        _do(word, one, other, history.topology, engine, layout)


def _do(
    word: str, one: int, other: int, topology: Sequence[Wanted], engine: Engine, layout: Layout
) -> None:
    there = {state.spec.bridge: state for state in layout.networks(engine.ruleset)}
    if word == "create":
        absent = [wanted for wanted in topology if wanted.spec.bridge not in there]
        if absent:
            with engine.transaction() as transaction:
                layout.create_network(transaction, absent[one % len(absent)].spec)
        return
    present = [wanted for wanted in topology if wanted.spec.bridge in there]
    if not present:
        return
    wanted = present[one % len(present)]
    state = there[wanted.spec.bridge]
    with engine.transaction() as transaction:
        if word == "delete":
            layout.delete_network(
                transaction,
                wanted.spec,
                ports=state.ports,
                links=state.links,
                hairpin=state.hairpin,
            )
        elif word in {"publish", "release"} and wanted.ports:
            port = resolve_port(wanted.spec, wanted.ports[other % len(wanted.ports)])
            _change_port(word, port, state, transaction, layout)
        elif word in {"link", "unlink"} and wanted.links:
            link = wanted.links[other % len(wanted.links)]
            change = layout.link if word == "link" else layout.unlink
            change(transaction, wanted.spec, link)


def _change_port(
    word: str, port: PublishedPort, state: NetworkState, transaction: Transaction, layout: Layout
) -> None:
    if word == "publish":
        layout.publish(transaction, state.spec, port)
    elif port in state.ports:
        kept = [other for other in state.ports if other != port]
        sparing = layout.driver.port_rules(state.spec, kept)
        layout.release(transaction, state.spec, port, sparing=sparing)
