"""Published ports."""

from __future__ import annotations

from ipaddress import IPv6Address

from nfcore.bridge._names import DOCKER_CHAIN
from nfcore.bridge._spec import PublishedPort
from nfcore.bridge._steps import append_or_del_chain_rule, program_chain_rule
from nfcore.engine import Firewall, IptRule
from translate import IPAddress, IPVersion

__all__ = ["set_per_port_forwarding", "set_per_port_nat"]

_ANY_ADDRESS = "0/0"
"""Both programs read ``0.0.0.0`` as one address and this as all of them."""


def set_per_port_nat(
    firewall: Firewall, port: PublishedPort, bridge: str, *, hairpin: bool, enable: bool
) -> None:
    """Docker's ``setPerPortNAT``: DNAT from the host's port; masquerading in hairpin mode.

    Args:
        firewall: where.
        port: the published port.
        bridge: the network's bridge.
        hairpin: whether containers reach published ports through the bridge.
        enable: whether the port is published or released.

    Raises:
        DriverError: a rule could not be appended or deleted.
    """
    dnat: tuple[str, ...] = (
        *("-p", port.protocol, "-d", _host_address(port), "--dport", str(port.host_port)),
        *("-j", "DNAT", "--to-destination", _join_host_port(port.address, port.port)),
    )
    if not hairpin:
        dnat += ("!", "-i", bridge)
    if port.version is IPVersion.V6:
        dnat += ("!", "-s", "fe80::/10")
    dnat_rule = IptRule(port.version, "nat", DOCKER_CHAIN, dnat)
    append_or_del_chain_rule(firewall, dnat_rule, "DNAT", enable)

    own = str(port.address)
    masquerade = (
        *("-p", port.protocol, "-s", own, "-d", own, "--dport", str(port.port)),
        *("-j", "MASQUERADE"),
    )
    masquerade_rule = IptRule(port.version, "nat", "POSTROUTING", masquerade)
    append_or_del_chain_rule(firewall, masquerade_rule, "MASQUERADE", hairpin and enable)


def set_per_port_forwarding(
    firewall: Firewall,
    port: PublishedPort,
    bridge: str,
    *,
    sctp_checksum: bool,
    enable: bool,
    tag: str | None = None,
) -> None:
    """Docker's ``setPerPortForwarding``: accept what comes from outside for the port.

    Args:
        firewall: where.
        port: the published port.
        bridge: the network's bridge.
        sctp_checksum: whether SCTP checksums are filled in (``DOCKER_IPTABLES_SCTP_CHECKSUM=1``).
        enable: whether the port is published or released.
        tag: what to note with the rule, or None.

    Raises:
        DriverError: a rule could not be programmed.
    """
    accept = (
        *("!", "-i", bridge, "-o", bridge, "-p", port.protocol, "-d", str(port.address)),
        *("--dport", str(port.port), "-j", "ACCEPT"),
    )
    accept_rule = IptRule(port.version, "filter", DOCKER_CHAIN, accept)
    program_chain_rule(firewall, accept_rule, "OPEN PORT", enable, tag=tag)
    if port.protocol == "sctp" and sctp_checksum:
        checksum = ("-p", "sctp", "--sport", str(port.port), "-j", "CHECKSUM", "--checksum-fill")
        checksum_rule = IptRule(port.version, "mangle", "POSTROUTING", checksum)
        append_or_del_chain_rule(firewall, checksum_rule, "SCTP CHECKSUM", enable)


def _host_address(port: PublishedPort) -> str:
    address = port.host_address
    return _ANY_ADDRESS if address is None or address.is_unspecified else str(address)


def _join_host_port(address: IPAddress, port: int) -> str:
    return f"[{address}]:{port}" if isinstance(address, IPv6Address) else f"{address}:{port}"
