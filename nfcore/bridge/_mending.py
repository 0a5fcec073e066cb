"""Where a missing rule may not just be put in again, because it would come before another."""

from __future__ import annotations

from nfcore.bridge._chaininfo import program_filter_chain
from nfcore.bridge._names import DOCKER_CHAIN
from nfcore.bridge._state import NetworkState
from nfcore.engine import Firewall
from translate import IPVersion, Jump

__all__ = ["clear_way_for_missing"]

_TO_DOCKER = Jump(chain=DOCKER_CHAIN)


def clear_way_for_missing(firewall: Firewall, state: NetworkState) -> None:
    """Where a network's jump to DOCKER is missing, take the rule that stands above it out too.

    The driver inserts at FORWARD's head whatever is missing: alone, the jump would come before the
    rule that accepts replies, and DOCKER's default drop would end all connections.

    Args:
        firewall: where.
        state: a network as its rules tell of it; what is missing is put in afterwards.

    Raises:
        DriverError: the rule could not be deleted.
    """
    for version in IPVersion:
        own = [r for r in state.rules if r.version is version and r.chain == "FORWARD"]
        accepts_replies = any(rule.matches for rule in own)
        if accepts_replies and not any(rule.target == _TO_DOCKER for rule in own):
            program_filter_chain(firewall, version, state.spec.bridge, enable=False)
