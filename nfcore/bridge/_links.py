"""Links: two containers that may talk on one port although ICC is off."""

from __future__ import annotations

from nfcore.bridge._names import DOCKER_CHAIN
from nfcore.bridge._spec import Link
from nfcore.bridge._steps import Action, program_rule
from nfcore.engine import Firewall, IptRule
from nfcore.exceptions import DriverError, NetfilterError
from translate import IPVersion

__all__ = ["program_link"]


def program_link(firewall: Firewall, link: Link, bridge: str, action: Action) -> None:
    """Docker's ``ChainInfo.Link``: accept the connection and its replies.

    Args:
        firewall: where.
        link: who may connect to whom, and where.
        bridge: the bridge of their network.
        action: ``append`` (what the driver uses), ``insert`` or ``delete``.

    Raises:
        DriverError: a rule could not be programmed.
    """
    version = IPVersion(link.parent.version)
    path = ("-i", bridge, "-o", bridge, "-p", link.protocol)
    there = ("-s", str(link.parent), "-d", str(link.child), "--dport", str(link.port))
    back = ("-s", str(link.child), "-d", str(link.parent), "--sport", str(link.port))
    try:
        for ends in (there, back):
            rule = IptRule(version, "filter", DOCKER_CHAIN, (*path, *ends, "-j", "ACCEPT"))
            program_rule(firewall, rule, action)
    except NetfilterError as error:
        raise DriverError(f"Unable to {action} link rules: {error}") from error
