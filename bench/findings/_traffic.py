"""What packets meet."""

from __future__ import annotations

from collections.abc import Iterator

from bench.findings._lookup import Medians, times
from bench.grid import BASE, seconds_text
from bench.results import Measurement, summarize

__all__ = ["churned", "connected", "forwarded"]


def forwarded(medians: Medians) -> Iterator[str]:
    """A packet's round trip, and packets a second, beside the most and the fewest networks."""
    for peer in medians.peers("rtt"):
        sizes = medians.sizes("rtt", peer)
        most, fewest = sizes[-1], sizes[0]
        trip = times(medians.value("rtt", peer, most), medians.value("rtt", peer, fewest))
        rate = times(medians.value("packets", peer, most), medians.value("packets", peer, fewest))
        if trip and most != fewest:
            through = f", and {rate} as many packets a second pass" if rate else ""
            yield (
                f"{peer}: with {most:,} networks present a round trip takes {trip} what it takes "
                f"with {fewest:,}{through}."
            )


def connected(medians: Medians) -> Iterator[str]:
    """Connections a second with the most and the fewest ports published."""
    for peer in medians.peers("connections"):
        sizes = medians.sizes("connections", peer)
        most, fewest = sizes[-1], sizes[0]
        rates = (medians.value("connections", peer, size) for size in (most, fewest))
        if (text := times(*rates)) and most != fewest:
            yield (
                f"{peer}: with {most:,} ports published there are {text} as many connections a "
                f"second as with {fewest:,}."
            )


def churned(medians: Medians) -> Iterator[str]:
    """The slowest hundredth of changes and of packets, and what was lost."""
    for size in medians.sizes("churn: programming"):
        for peer in medians.peers("churn: programming"):
            changes = medians.at("churn: programming", peer, size)
            packets = medians.at("churn: packets", peer, size)
            if changes is None or packets is None:
                continue
            beside = times(_p99(changes), _p99_of(medians, size)) if peer != BASE else None
            yield (
                f"{size:,} networks, {peer}: 99% of changes were done within "
                f"{seconds_text(_p99(changes))}"
                f"{f' ({beside} what {BASE} takes)' if beside else ''}, 99% of packets were back "
                f"within {seconds_text(_p99(packets))}; {_mean(medians, 'lost', peer, size)} of "
                f"packets were lost, {_mean(medians, 'undone', peer, size)} of changes had no turn."
            )


def _p99(one: Measurement) -> float:
    return summarize(one).p99


def _p99_of(medians: Medians, size: int) -> float | None:
    found = medians.at("churn: programming", BASE, size)
    return None if found is None else _p99(found) or None


def _mean(medians: Medians, what: str, peer: str, size: int) -> str:
    found = medians.at(f"churn: {what}", peer, size)
    return "none" if found is None else f"{sum(found.values) / len(found.values):.3g}%"
