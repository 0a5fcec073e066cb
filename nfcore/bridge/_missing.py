"""What is not there of a network that is."""

from __future__ import annotations

from nfcore.bridge._driver import Driver
from nfcore.bridge._recorder import Recorder
from nfcore.bridge._state import NetworkState
from nfcore.engine import Firewall, IptRule

__all__ = ["missing_rules"]


def missing_rules(firewall: Firewall, driver: Driver, state: NetworkState) -> tuple[IptRule, ...]:
    """The rules that a network with its ports and links should have, and has not.

    Args:
        firewall: where the network was read from.
        driver: the driver whose network it is.
        state: the network.

    Returns:
        The missing rules, in the order in which the driver would put them in.
    """
    recorder = Recorder()
    driver.create_network(recorder, state.spec)
    for port in state.ports:
        driver.publish(recorder, state.spec, port)
    for link in state.links:
        driver.link(recorder, state.spec, link)
    return tuple(rule for rule in recorder.rules if not rule.exists(firewall))
