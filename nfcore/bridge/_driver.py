"""The bridge driver: what it does at its start, and for each network, port and link."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field, replace

from nfcore.bridge._chains import remove_ip_chains, setup_ip_chains, setup_user_chain
from nfcore.bridge._isolation import set_inc
from nfcore.bridge._links import program_link
from nfcore.bridge._network import remove_ip_tables, setup_ip4_tables, setup_ip6_tables
from nfcore.bridge._ports import set_per_port_forwarding, set_per_port_nat
from nfcore.bridge._programmer import PlacedNetwork, ProgrammableView, WantedNetwork
from nfcore.bridge._recognize import recognize
from nfcore.bridge._recorder import Recorder
from nfcore.bridge._spec import DriverConfig, Link, NetworkSpec, PublishedPort
from nfcore.bridge._state import UNKNOWN_SUBNETS, MadeBy, NetworkState
from nfcore.bridge._steps import program_chain_rule
from nfcore.bridge._tags import network_tags, port_tag
from nfcore.bridge._wsl2 import Wsl2Host
from nfcore.engine import Firewall, IptRule
from nfcore.events import DriverStepFailed, emit
from nfcore.exceptions import DriverError, InvalidInput
from translate import IPVersion

__all__ = ["Driver", "check_port_fits", "resolve_port"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """Docker's bridge driver, as far as netfilter is concerned.

    It keeps nothing in mind: whatever it needs to know comes with the call or is read from the
    rules. Every method only programs a `Firewall`, such as a transaction, which its caller commits.

    Args:
        config: the driver's configuration.
        host: what tells whether this is a WSL2 guest.
    """

    config: DriverConfig = field(default_factory=DriverConfig)
    host: Wsl2Host = field(default_factory=Wsl2Host)

    def start(self, firewall: Firewall) -> None:
        """Start as dockerd's driver does: remove the chains of an earlier one, set up new ones.

        The rules of networks that were there go with their chains; DOCKER-USER's stay. Where the
        IPv6 chains cannot be set up, IPv4 goes on and a warning is logged.

        Raises:
            DriverError: the IPv4 chains could not be set up.
        """
        self._for_each_version(firewall, self._renew_chains)
        self._for_each_version(firewall, setup_user_chain)

    def ensure_started(self, firewall: Firewall) -> None:
        """Set up what is missing of a started driver, and leave the rest as it is.

        Raises:
            DriverError: the IPv4 chains could not be set up.
        """
        self._for_each_version(firewall, self._set_up_chains)
        self._for_each_version(firewall, setup_user_chain)

    def _renew_chains(self, firewall: Firewall, version: IPVersion) -> None:
        remove_ip_chains(firewall, version)
        self._set_up_chains(firewall, version)

    def _set_up_chains(self, firewall: Firewall, version: IPVersion) -> None:
        setup_ip_chains(firewall, self.config, version, self.host)

    def _for_each_version(
        self, firewall: Firewall, step: Callable[[Firewall, IPVersion], None]
    ) -> None:
        for version in self.config.versions:
            try:
                with firewall.savepoint():
                    step(firewall, version)
            except DriverError as error:
                if version is IPVersion.V4:
                    raise
                emit(DriverStepFailed(step="set up ip6tables chains", error=str(error)))

    def create_network(
        self, firewall: Firewall, spec: NetworkSpec, *, made_by: MadeBy = MadeBy.HAND
    ) -> None:
        """Program a network: its own rules, its isolation, and DOCKER-USER's jump on top again.

        Where it is programmed already, what is missing is put in. When a step fails, all of it is
        undone.

        Args:
            firewall: where.
            spec: the network.
            made_by: what to note about who makes it.

        Raises:
            DriverError: a step failed.
            InvalidInput: the network's name is too long to be noted with its rules.
        """
        versions = self._versions_of(spec)
        tags = network_tags(spec, made_by)
        with firewall.savepoint():
            if IPVersion.V4 in versions:
                setup_ip4_tables(firewall, self.config, spec, tags=tags)
            if IPVersion.V6 in versions:
                setup_ip6_tables(firewall, self.config, spec, tags=tags)
            self._isolate(firewall, spec, True)
            for version in self.config.versions:
                setup_user_chain(firewall, version)

    def create_networks(
        self,
        firewall: Firewall,
        networks: Iterable[WantedNetwork],
        *,
        made_by: MadeBy = MadeBy.HAND,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Program many networks, each with its ports and links.

        Args:
            firewall: where.
            networks: the networks, in the order of their creation.
            made_by: what to note about who makes them.
            progress: told after each how many are programmed.

        Raises:
            DriverError: a step failed.
            InvalidInput: a network's name is too long, or a port does not fit its network.
        """
        for count, network in enumerate(networks, 1):
            self.create_network(firewall, network.spec, made_by=made_by)
            self.publish(firewall, network.spec, *network.ports)
            for link in network.links:
                self.link(firewall, network.spec, link)
            if progress is not None:
                progress(count)

    def delete_network(
        self,
        firewall: Firewall,
        spec: NetworkSpec,
        *,
        ports: Iterable[PublishedPort] = (),
        links: Iterable[Link] = (),
        hairpin: bool | None = None,
    ) -> None:
        """Undo what the network's creation did, and release what is published and linked on it.

        Args:
            firewall: where.
            spec: the network.
            ports: its published ports.
            links: its links.
            hairpin: whether it was made in hairpin mode; None for as this driver makes them.

        Raises:
            DriverError: a step failed.
        """
        with firewall.savepoint():
            for link in links:
                self.unlink(firewall, spec, link)
            self.release(firewall, spec, *ports, hairpin=hairpin)
            own_hairpin = self.config.hairpin if hairpin is None else hairpin
            for version in self._versions_of(spec):
                subnet = spec.subnet(version)
                if subnet is not None:
                    remove_ip_tables(firewall, version, subnet, spec, hairpin=own_hairpin)
            self._isolate(firewall, spec, False)

    def delete_networks(self, firewall: Firewall, networks: Iterable[PlacedNetwork]) -> None:
        """Undo the creation of many networks, and release and unlink what is on them.

        Raises:
            DriverError: a step failed.
        """
        for network in networks:
            self.delete_network(
                firewall,
                network.spec,
                ports=network.ports,
                links=network.links,
                hairpin=network.hairpin,
            )

    def _isolate(self, firewall: Firewall, spec: NetworkSpec, enable: bool) -> None:
        """For every IP version of the driver's, even those that the network has no subnet of."""
        if not spec.internal:
            for version in reversed(self.config.versions):
                set_inc(firewall, version, spec.bridge, enable)

    def publish(self, firewall: Firewall, spec: NetworkSpec, *ports: PublishedPort) -> None:
        """Publish containers' ports.

        Raises:
            DriverError: a step failed.
            InvalidInput: the network is internal, or has no subnet that holds the address.
        """
        for port in ports:
            check_port_fits(spec, port)
            self._program_port(firewall, spec, port, enable=True, hairpin=None)

    def release(
        self,
        firewall: Firewall,
        spec: NetworkSpec,
        *ports: PublishedPort,
        sparing: Container[IptRule] = frozenset(),
        hairpin: bool | None = None,
    ) -> None:
        """Take published ports back.

        Args:
            firewall: where.
            spec: the network.
            ports: the ports.
            sparing: rules to leave alone (see `port_rules`). Two host ports of one container port
                share rules, which the driver deletes with the first of them.
            hairpin: whether it was published in hairpin mode; None for as this driver does it.

        Raises:
            DriverError: a step failed.
        """
        for port in ports:
            if not sparing:
                self._program_port(firewall, spec, port, enable=False, hairpin=hairpin)
                continue
            recorder = Recorder()
            self._program_port(recorder, spec, port, enable=False, hairpin=hairpin)
            for rule in recorder.deleted:
                if rule not in sparing:
                    program_chain_rule(firewall, rule, f"PORT {port.host_port}", False)

    def networks(self, view: ProgrammableView) -> tuple[NetworkState, ...]:
        """Every network that the rules tell of (see `recognize`)."""
        return recognize(view)

    def port_rules(
        self, spec: NetworkSpec, ports: Iterable[PublishedPort], *, hairpin: bool | None = None
    ) -> frozenset[IptRule]:
        """The rules of published ports.

        Args:
            spec: their network.
            ports: the ports.
            hairpin: whether they are published in hairpin mode; None for as this driver does it.
        """
        recorder = Recorder()
        for port in ports:
            self._program_port(recorder, spec, port, enable=True, hairpin=hairpin)
        return frozenset(recorder.rules)

    def network_rules(self, spec: NetworkSpec) -> tuple[IptRule, ...]:
        """The rules that the creation of a network puts in, jumps shared with others included."""
        recorder = Recorder()
        self.create_network(recorder, spec)
        return tuple(recorder.rules)

    def _program_port(
        self,
        firewall: Firewall,
        spec: NetworkSpec,
        port: PublishedPort,
        *,
        enable: bool,
        hairpin: bool | None,
    ) -> None:
        version = port.version
        if version not in self.config.versions:
            return
        resolved = resolve_port(spec, port)
        routed = spec.gateway_mode(version).nat_disabled
        if not routed:
            own_hairpin = self.config.hairpin if hairpin is None else hairpin
            set_per_port_nat(firewall, resolved, spec.bridge, hairpin=own_hairpin, enable=enable)
        set_per_port_forwarding(
            firewall,
            resolved,
            spec.bridge,
            sctp_checksum=self.config.sctp_checksum,
            enable=enable,
            tag=port_tag(resolved) if routed else None,
        )

    def link(self, firewall: Firewall, spec: NetworkSpec, link: Link) -> None:
        """Let two containers of a network talk on one port.

        Raises:
            DriverError: a rule could not be appended.
        """
        if IPVersion(link.parent.version) in self.config.versions:
            program_link(firewall, link, spec.bridge, "append")

    def unlink(self, firewall: Firewall, spec: NetworkSpec, link: Link) -> None:
        """Take a link back.

        Raises:
            DriverError: a rule could not be deleted.
        """
        if IPVersion(link.parent.version) in self.config.versions:
            program_link(firewall, link, spec.bridge, "delete")

    def _versions_of(self, spec: NetworkSpec) -> tuple[IPVersion, ...]:
        return tuple(v for v in self.config.versions if spec.subnet(v) is not None)


def resolve_port(spec: NetworkSpec, port: PublishedPort) -> PublishedPort:
    """The port as its network publishes it: behind its host address, the network's, or all.

    Args:
        spec: the network, whose ``host_binding_ipv4`` serves IPv4 ports without a host address.
        port: the port.
    """
    address = port.host_address
    if address is None and port.version is IPVersion.V4:
        address = spec.host_binding_ipv4
    if address is not None and address.is_unspecified:
        address = None
    return port if address == port.host_address else replace(port, host_address=address)


def check_port_fits(spec: NetworkSpec, port: PublishedPort) -> None:
    """Refuse a port that its network cannot publish.

    Raises:
        InvalidInput: the network is internal, or has no subnet that holds the address.
    """
    if spec.internal:
        raise InvalidInput(f"network {spec.name} is internal: no port can be published on it")
    subnet = spec.subnet(port.version)
    if subnet is None:
        family = f"IPv{port.version.value}"
        raise InvalidInput(f"network {spec.name} has no {family} subnet for {port.address}")
    if subnet not in UNKNOWN_SUBNETS and port.address not in subnet:
        raise InvalidInput(
            f"container {port.address} is not in subnet {subnet} of network {spec.name}"
        )
