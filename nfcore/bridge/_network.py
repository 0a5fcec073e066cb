"""One network's rules for one IP version."""

from __future__ import annotations

from nfcore.bridge._chaininfo import ensure_jump_rule, program_filter_chain, program_nat_chain
from nfcore.bridge._icc import set_icc
from nfcore.bridge._internal import setup_internal_network_rules
from nfcore.bridge._names import DOCKER_CHAIN, ISOLATION_CHAIN_1
from nfcore.bridge._spec import DriverConfig, NetworkSpec
from nfcore.bridge._steps import append_or_del_chain_rule, program_chain_rule
from nfcore.bridge._tags import NO_TAGS, NetworkTags
from nfcore.engine import Firewall, IptRule
from nfcore.exceptions import DriverError, InvalidInput
from translate import IPNetwork, IPVersion

__all__ = [
    "default_drop",
    "remove_ip_tables",
    "set_icmp",
    "setup_ip4_tables",
    "setup_ip6_tables",
    "setup_ip_tables",
    "setup_ip_tables_internal",
]


def setup_ip4_tables(
    firewall: Firewall, config: DriverConfig, spec: NetworkSpec, *, tags: NetworkTags = NO_TAGS
) -> None:
    """The seed's ``setupIP4Tables``: a network's IPv4 rules.

    Raises:
        DriverError: the driver does not program IPv4, or a step failed.
        InvalidInput: the network has no IPv4 subnet.
    """
    if not config.enable_iptables:
        raise DriverError("Cannot program chains, EnableIPTable is disabled")
    subnet = _subnet(spec, IPVersion.V4)
    setup_ip_tables(firewall, IPVersion.V4, subnet, spec, hairpin=config.hairpin, tags=tags)


def setup_ip6_tables(
    firewall: Firewall, config: DriverConfig, spec: NetworkSpec, *, tags: NetworkTags = NO_TAGS
) -> None:
    """The seed's ``setupIP6Tables``: a network's IPv6 rules.

    Raises:
        DriverError: the driver does not program IPv6, or a step failed.
        InvalidInput: the network has no IPv6 subnet.
    """
    if not config.enable_ip6tables:
        raise DriverError("Cannot program chains, EnableIP6Tables is disabled")
    subnet = _subnet(spec, IPVersion.V6)
    setup_ip_tables(firewall, IPVersion.V6, subnet, spec, hairpin=config.hairpin, tags=tags)


def _subnet(spec: NetworkSpec, version: IPVersion) -> IPNetwork:
    subnet = spec.subnet(version)
    if subnet is None:
        raise InvalidInput(f"network {spec.name} has no IPv{version.value} subnet")
    return subnet


def setup_ip_tables(
    firewall: Firewall,
    version: IPVersion,
    subnet: IPNetwork,
    spec: NetworkSpec,
    *,
    hairpin: bool,
    tags: NetworkTags = NO_TAGS,
) -> None:
    """The seed's ``setupIPTables``: everything that one IP version of a network needs.

    Args:
        firewall: where.
        version: the IP version.
        subnet: the network's subnet of that version.
        spec: the network.
        hairpin: whether containers reach published ports through the bridge.
        tags: what to note with the network's rules.

    Raises:
        DriverError: a step failed.
    """
    try:
        _program_network(firewall, version, subnet, spec, hairpin=hairpin, enable=True, tags=tags)
    except DriverError as error:
        raise DriverError(f"Failed to Setup IP tables: {error}") from error
    if not spec.internal:
        try:
            program_nat_chain(firewall, version, hairpin=hairpin)
        except DriverError as error:
            raise DriverError(f"Failed to program NAT chain: {error}") from error
        try:
            program_filter_chain(firewall, version, spec.bridge, True)
        except DriverError as error:
            raise DriverError(f"Failed to program FILTER chain: {error}") from error
        try:
            default_drop(firewall, version, spec.bridge, True)
        except DriverError as error:
            raise DriverError(f"failed to add default-drop rule: {error}") from error
    ensure_jump_rule(firewall, version, "FORWARD", ISOLATION_CHAIN_1)


def remove_ip_tables(
    firewall: Firewall, version: IPVersion, subnet: IPNetwork, spec: NetworkSpec, *, hairpin: bool
) -> None:
    """Undo `setup_ip_tables`: the clean-up functions that the seed's ``setupIPTables`` registers.

    The jumps to DOCKER and to the isolation chains, which serve every network, stay.

    Raises:
        DriverError: a step failed.
    """
    _program_network(firewall, version, subnet, spec, hairpin=hairpin, enable=False, tags=NO_TAGS)
    if not spec.internal:
        program_filter_chain(firewall, version, spec.bridge, False)
        default_drop(firewall, version, spec.bridge, False)


def _program_network(
    firewall: Firewall,
    version: IPVersion,
    subnet: IPNetwork,
    spec: NetworkSpec,
    *,
    hairpin: bool,
    enable: bool,
    tags: NetworkTags,
) -> None:
    if spec.internal:
        setup_internal_network_rules(firewall, spec.bridge, subnet, spec.icc, enable, tags=tags)
    else:
        setup_ip_tables_internal(firewall, version, spec, subnet, hairpin, enable, tags=tags)


def set_icmp(firewall: Firewall, version: IPVersion, bridge: str, enable: bool) -> None:
    """The seed's ``setICMP``: in routed mode containers can be pinged from outside.

    Raises:
        DriverError: the rule could not be appended or deleted.
    """
    protocol = "icmp" if version is IPVersion.V4 else "icmpv6"
    args = ("-o", bridge, "-p", protocol, "-j", "ACCEPT")
    rule = IptRule(version, "filter", DOCKER_CHAIN, args)
    append_or_del_chain_rule(firewall, rule, "ICMP", enable)


def default_drop(firewall: Firewall, version: IPVersion, bridge: str, enable: bool) -> None:
    """The seed's ``defaultDrop``: what no published port accepted is dropped.

    It is appended, and published ports are inserted above it.

    Raises:
        DriverError: the rule could not be appended or deleted.
    """
    args = ("!", "-i", bridge, "-o", bridge, "-j", "DROP")
    rule = IptRule(version, "filter", DOCKER_CHAIN, args)
    append_or_del_chain_rule(firewall, rule, "DEFAULT DROP", enable)


def setup_ip_tables_internal(
    firewall: Firewall,
    version: IPVersion,
    spec: NetworkSpec,
    subnet: IPNetwork,
    hairpin: bool,
    enable: bool,
    *,
    tags: NetworkTags = NO_TAGS,
) -> None:
    """The seed's ``setupIPTablesInternal``: NAT, ICC, ICMP and outgoing rules of a network.

    Args:
        firewall: where.
        version: the IP version.
        spec: the network.
        subnet: its subnet of that version.
        hairpin: whether containers reach published ports through the bridge.
        enable: whether the network comes or goes.
        tags: what to note with the network's rules.

    Raises:
        DriverError: a rule could not be programmed.
    """
    bridge = spec.bridge
    host_ip = spec.host_ip(version)
    nat = not spec.gateway_mode(version).nat_disabled
    rewrite = ("MASQUERADE",) if host_ip is None else ("SNAT", "--to-source", str(host_ip))
    nat_args = ("-s", str(subnet), "!", "-o", bridge, "-j", *rewrite)
    hairpin_args = ("-m", "addrtype", "--src-type", "LOCAL", "-o", bridge, "-j", *rewrite)
    if nat and spec.masquerade:
        nat_rule = IptRule(version, "nat", "POSTROUTING", nat_args)
        program_chain_rule(firewall, nat_rule, "NAT", enable)
        if not hairpin:
            skip_dnat = IptRule(version, "nat", DOCKER_CHAIN, ("-i", bridge, "-j", "RETURN"))
            program_chain_rule(firewall, skip_dnat, "SKIP DNAT", enable)
    # Outside hairpin mode, and when the bridge goes, the rule must not lie around.
    hairpin_rule = IptRule(version, "nat", "POSTROUTING", hairpin_args)
    program_chain_rule(firewall, hairpin_rule, "MASQ LOCAL HOST", enable and hairpin)
    set_icc(firewall, version, bridge, spec.icc, enable, tag=tags.first)
    if not nat:
        set_icmp(firewall, version, bridge, enable)
    out_args = ("-i", bridge, "!", "-o", bridge, "-j", "ACCEPT")
    out_rule = IptRule(version, "filter", "FORWARD", out_args)
    program_chain_rule(firewall, out_rule, "ACCEPT NON_ICC OUTGOING", enable, tag=tags.second)
