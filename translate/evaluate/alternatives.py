"""All that may become of a packet where rules can't be decided."""

from __future__ import annotations

from translate.evaluate.environment import Environment
from translate.evaluate.packet import Packet
from translate.evaluate.result import Place, Walk
from translate.evaluate.ruleset import Ruleset
from translate.evaluate.walk import walk

__all__ = ["alternatives"]


def alternatives(
    packet: Packet, ruleset: Ruleset, environment: Environment, *, limit: int = 64
) -> tuple[Walk, ...]:
    """Every walk that a packet may take, each with its own answers for undecided rules.

    If all have one outcome, that is what becomes of the packet, however its undecided rules come
    out (but for those of their doubts that are about an effect).

    Args:
        packet: as for `walk`.
        ruleset: as for `walk`.
        environment: as for `walk`.
        limit: how many walks to make at the most, for each undecided rule doubles their number.

    Returns:
        The walks; the first takes no undecided rule to match, as `walk` does.

    Raises:
        InvalidPacket: as for `walk`.
    """
    walks: list[Walk] = []
    to_try: list[dict[Place, bool]] = [{}]
    while to_try and len(walks) < limit:
        assumed = to_try.pop()
        done = walk(packet, ruleset, environment, assumed=assumed)
        walks.append(done)
        for doubt in done.uncertain:
            if doubt.about == "match" and doubt.place not in assumed:
                to_try.append({**assumed, doubt.place: True})
                assumed = {**assumed, doubt.place: False}
    return tuple(walks)
