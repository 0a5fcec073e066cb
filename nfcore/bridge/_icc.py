"""Traffic between the containers of one network."""

from __future__ import annotations

from nfcore.bridge._steps import delete_quietly
from nfcore.engine import Firewall, IptRule
from nfcore.exceptions import DriverError, NetfilterError
from translate import IPVersion

__all__ = ["set_icc"]


def set_icc(
    firewall: Firewall,
    version: IPVersion,
    bridge: str,
    icc_enable: bool,
    insert: bool,
    *,
    tag: str | None = None,
) -> None:
    """The seed's ``setIcc``: accept the network's own traffic on top, or drop it at the bottom.

    Args:
        firewall: where.
        version: the IP version.
        bridge: the bridge's name.
        icc_enable: whether containers may talk to each other.
        insert: whether the network comes or goes.
        tag: what to note with the rule, or None.

    Raises:
        DriverError: ``Unable to allow`` or ``prevent intercontainer communication``.
    """
    path = ("-i", bridge, "-o", bridge, "-j")
    accept = IptRule(version, "filter", "FORWARD", (*path, "ACCEPT"))
    drop = IptRule(version, "filter", "FORWARD", (*path, "DROP"))
    if not insert:
        delete_quietly(firewall, accept if icc_enable else drop)
        return
    delete_quietly(firewall, drop if icc_enable else accept)
    try:
        if icc_enable:
            accept.insert(firewall, tag=tag)
        else:
            drop.append(firewall, tag=tag)
    except NetfilterError as error:
        verb = "allow" if icc_enable else "prevent"
        raise DriverError(f"Unable to {verb} intercontainer communication: {error}") from error
