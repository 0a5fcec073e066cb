"""What programming costs: by how many networks there are, and beside other ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bench.findings._lookup import Medians, times
from bench.grid import BASE, seconds_text
from bench.peers import PEERS
from bench.results import Point

__all__ = ["ahead", "beside_others", "growth", "own_part"]

_RIVALS: Final = frozenset(name for name, kind in PEERS.items() if not kind.part)


def growth(medians: Medians) -> Iterator[str]:
    """Creating one network beside the most, by what it takes beside the fewest."""
    for peer in medians.peers("create"):
        sizes = [
            size for size in medians.sizes("create", peer) if medians.value("create", peer, size)
        ]
        if len(sizes) < 2:
            continue
        most = medians.value("create", peer, sizes[-1])
        parts = [
            f"{times(most, medians.value('create', peer, size))} what it takes with {size:,}"
            for size in sizes[:-1]
            if size in {0, 100}
        ]
        if parts:
            yield f"{peer}: with {sizes[-1]:,} networks present {', and '.join(parts)}."


def beside_others(medians: Medians) -> Iterator[str]:
    """Creating one network by every other way, by what nfcore's sets take."""
    for size in medians.sizes("create", BASE):
        unit = medians.value("create", BASE, size)
        found = [
            f"{peer} {text}"
            for peer in medians.peers("create")
            if peer != BASE and (text := times(medians.value("create", peer, size), unit))
        ]
        if unit is not None and found:
            yield (
                f"With {size:,} networks present {BASE} creates one in {seconds_text(unit)}. "
                f"Of that take: {'; '.join(found)}."
            )


def ahead(medians: Medians) -> Iterator[str]:
    """At how many points nfcore's sets are quicker than every other way, and where they are not."""
    for question in ("create", "delete", "publish", "release"):
        places = [point for point in medians.points(question) if point.peer == BASE]
        quicker = [(place, rival) for place in places for rival in _quicker(medians, place)]
        first = len(places) - len({place for place, _ in quicker})
        if places:
            yield f"{question}: {BASE} is the quickest way at {first} of {len(places)} points."
        for peer in dict.fromkeys(name for _, (name, _) in quicker):
            where = [
                f"{place.batch:,} at {place.networks:,} ({place.stack}, {ratio})"
                for place, (name, ratio) in quicker
                if name == peer
            ]
            yield f"{question}: {peer} is quicker with {'; '.join(where)}."


def _quicker(medians: Medians, place: Point) -> Iterator[tuple[str, str]]:
    """The ways that are quicker than nfcore's sets, and what they take of its time."""
    for peer in medians.peers(place.question):
        own, rival = (
            medians.value(place.question, name, place.size, stack=place.stack, batch=place.batch)
            for name in (BASE, peer)
        )
        if own is None or rival is None or rival >= own or peer not in _RIVALS:
            continue
        yield peer, f"{rival / own:.3g} times"


def own_part(medians: Medians) -> Iterator[str]:
    """Creating and deleting one network: the whole call beside what it is made of."""
    pairs = (
        (BASE, "libnftables JSON, sets", "what libnftables needs for the same elements as JSON"),
        (BASE, "floor", "what the kernel needs for the same elements"),
        ("nfcore rules", "libnftables JSON", "what libnftables needs for the same JSON"),
    )
    for peer, part, what in pairs:
        for size in medians.sizes("create", part):
            whole, needed = (_both(medians, name, size) for name in (peer, part))
            if whole is None or needed is None:
                continue
            cpu = times(*(_cpu_of_both(medians, name, size) for name in (peer, part)))
            yield (
                f"{peer}, {size:,} networks present: {times(whole, needed)} {what}"
                f"{f', and {cpu} its CPU time' if cpu else ''}; "
                f"the difference is {seconds_text(whole - needed)}."
            )


def _both(medians: Medians, peer: str, size: int) -> float | None:
    created, deleted = (medians.value(what, peer, size) for what in ("create", "delete"))
    return None if created is None or deleted is None else created + deleted


def _cpu_of_both(medians: Medians, peer: str, size: int) -> float | None:
    created, deleted = (medians.cpu(what, peer, size) for what in ("create", "delete"))
    return None if created is None or deleted is None else created + deleted
