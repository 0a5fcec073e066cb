"""Networks without a way out."""

from __future__ import annotations

from nfcore.bridge._icc import set_icc
from nfcore.bridge._names import ISOLATION_CHAIN_1
from nfcore.bridge._steps import program_chain_rule
from nfcore.bridge._tags import NO_TAGS, NetworkTags
from nfcore.engine import Firewall, IptRule
from translate import IPNetwork, IPVersion

__all__ = ["setup_internal_network_rules"]


def setup_internal_network_rules(
    firewall: Firewall,
    bridge: str,
    subnet: IPNetwork,
    icc: bool,
    insert: bool,
    *,
    tags: NetworkTags = NO_TAGS,
) -> None:
    """The seed's ``setupInternalNetworkRules``: drop what leaves the subnet or comes from outside.

    For IPv6 traffic within the bridge is left out of both rules.

    Args:
        firewall: where.
        bridge: the bridge's name.
        subnet: the network's subnet, which also says which IP version is meant.
        icc: whether containers may talk to each other.
        insert: whether the network comes or goes.
        tags: what to note with the network's rules.

    Raises:
        DriverError: a rule could not be inserted or deleted.
    """
    version = IPVersion(subnet.version)
    address = str(subnet)
    incoming: tuple[str, ...] = ("-i", bridge, "!", "-d", address, "-j", "DROP")
    outgoing: tuple[str, ...] = ("-o", bridge, "!", "-s", address, "-j", "DROP")
    if version is IPVersion.V6:
        incoming = ("-i", bridge, "!", "-o", bridge, "!", "-d", address, "-j", "DROP")
        outgoing = ("!", "-i", bridge, "-o", bridge, "!", "-s", address, "-j", "DROP")
    in_drop = IptRule(version, "filter", ISOLATION_CHAIN_1, incoming)
    out_drop = IptRule(version, "filter", ISOLATION_CHAIN_1, outgoing)
    program_chain_rule(firewall, in_drop, "DROP INCOMING", insert, tag=tags.second)
    program_chain_rule(firewall, out_drop, "DROP OUTGOING", insert)
    set_icc(firewall, version, bridge, icc, insert, tag=tags.first)
