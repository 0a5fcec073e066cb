"""What is found out about a packet's way, and what it is found out from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nfcore.bridge import NetworkState
from nfcore.explain._elsewhere import Elsewhere
from nfcore.explain._held import Held
from nfcore.explain._resolve import network_of
from nfcore.system import HostView
from translate import IPAddress, IPVersion
from translate.evaluate import Environment, Hook, Packet, Ruleset, Walk
from translate.protocols import protocol_name

__all__ = ["Case", "Finding", "endpoint"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that keeps the packet or its answers from arriving, or that is good to know.

    Attributes:
        code: a short name that stays the same (docs/explain.md lists them).
        text: what is the case.
        remedy: what to do about it, or None.
        blocks: whether the packet does not arrive because of it, or no answer comes back.
    """

    code: str
    text: str
    remedy: str | None = None
    blocks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that is known of a packet's way.

    Attributes:
        way: its way past iptables' own tables.
        elsewhere: its way past all other rules.
        reply: the way of the first answer; None where there is none.
        sender: the network that it comes from, or None.
        receiver: the network that it was sent to, or None.
        networks: every network.
        rules: iptables' own rules.
        held: every rule.
        host: the host.
        environment: the same for the evaluator.
    """

    way: Walk
    elsewhere: tuple[Elsewhere, ...] = ()
    reply: Walk | None = None
    sender: NetworkState | None = None
    receiver: NetworkState | None = None
    networks: Sequence[NetworkState]
    rules: Ruleset
    held: Held
    host: HostView
    environment: Environment

    @property
    def packet(self) -> Packet:
        """The packet as it comes."""
        return self.way.original

    @property
    def version(self) -> IPVersion:
        """Its IP version."""
        return self.packet.version

    @property
    def is_forwarded(self) -> bool:
        """Whether it came as far as FORWARD."""
        return Hook.FORWARD in self.way.hooks

    def is_local(self, address: IPAddress) -> bool:
        """Whether an address is the host's own."""
        return self.environment.address_type(address) == "LOCAL"

    def network_on(self, bridge: str | None) -> NetworkState | None:
        """The network of a bridge, or None."""
        return next((state for state in self.networks if state.spec.bridge == bridge), None)

    def target(self) -> NetworkState | None:
        """The network that the packet is sent to in the end; None where it stays in the host."""
        if Hook.INPUT in self.way.hooks or self.is_local(self.way.packet.destination):
            return None
        return network_of(self.way.packet.destination, self.networks)


def endpoint(address: IPAddress | str, port: int | None, protocol: int | None = None) -> str:
    """An address with its port: ``192.0.2.1:80``, ``[2001:db8::1]:80``, ``192.0.2.1:80/tcp``."""
    text = str(address)
    if port is not None:
        text = f"[{text}]:{port}" if ":" in text else f"{text}:{port}"
    return text if protocol is None else f"{text}/{protocol_name(protocol)}"
