"""All findings, under headings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bench.findings._lookup import Medians
from bench.findings._programming import ahead, beside_others, growth, own_part
from bench.findings._traffic import churned, connected, forwarded
from bench.results import Results

__all__ = ["Findings", "find"]

_HEADINGS: Final = (
    ("Does the time to create one network grow with the networks present?", growth),
    ("nfcore's sets beside the other ways, one network", beside_others),
    ("nfcore's sets beside the other ways, at every number of networks and batch", ahead),
    ("nfcore's own part: creating and deleting one network, the whole call", own_part),
    ("Does a packet notice how many networks there are?", forwarded),
    ("Does a connection notice how many ports are published?", connected),
    ("While networks come and go", churned),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the figures say about one thing.

    Args:
        heading: about what.
        sentences: what they say.
    """

    heading: str
    sentences: tuple[str, ...]


def find(results: Results) -> Iterator[Findings]:
    """What a run's figures say, as far as it measured them."""
    medians = Medians(results)
    for heading, says in _HEADINGS:
        sentences = tuple(says(medians))
        if sentences:
            yield Findings(heading=heading, sentences=sentences)
