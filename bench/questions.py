"""What is asked, in the order in which it is told, and what each question means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["QUESTIONS", "Question"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question.

    Args:
        name: what results call it.
        meaning: what is measured, in a sentence or two.
        axis: what its sizes count.
    """

    name: str
    meaning: str
    axis: str = "networks"

    @property
    def file(self) -> str:
        """The name of its picture's files."""
        return self.name.replace(": ", "-").replace(" ", "-")


QUESTIONS: Final = (
    Question(
        name="create",
        meaning="Creating networks, one or many in one go.",
    ),
    Question(
        name="delete",
        meaning="Deleting the same networks again.",
    ),
    Question(
        name="publish",
        meaning="Publishing one port on a network: dual stack, for both IP versions.",
    ),
    Question(
        name="release",
        meaning="Taking the port back.",
    ),
    Question(
        name="breakdown: rules",
        meaning="CPU time of each stage of creating one network, IPv4 and IPv6, as rules, through "
        "libnftables, whose part is the sending outside the kernel. The kernel samples which part "
        "of the sending it takes itself.",
    ),
    Question(
        name="breakdown: sets",
        meaning="The same as elements of sets, which go to the kernel without libnftables, unless "
        "they are the first with a prefix length, whose sets have to be made.",
    ),
    Question(
        name="watch gap",
        meaning="From the end of `nft flush ruleset` until `nfcore watch` has put all networks "
        "back.",
    ),
    Question(
        name="rtt",
        meaning="Round trip of a small UDP packet, the first of its flow, through a router, past "
        "the rules of all networks.",
    ),
    Question(
        name="packets",
        meaning="Packets a second of one flow that arrive behind the router, past the rules of all "
        "networks; one process sends as fast as it can.",
    ),
    Question(
        name="connections",
        meaning="New TCP connections a second, one after the other, through ports that the router "
        "publishes: the first, the middle and the last one in turn.",
        axis="ports",
    ),
    Question(
        name="churn: programming",
        meaning="Networks are created and deleted at random at a fixed rate. Seconds from when one "
        "was due until it was done; one that is late does not put the next one off.",
    ),
    Question(
        name="churn: packets",
        meaning="Round trips meanwhile, from a container of the oldest network to a host behind "
        "the router. They begin at a fixed rate too, each as a flow of its own.",
    ),
    Question(
        name="churn: lost",
        meaning="Packets meanwhile that had no answer within a second.",
    ),
    Question(
        name="churn: undone",
        meaning="Networks that were due and had no turn in time, since those before took too long.",
    ),
)
