"""A host with three networks, in either layout, and packets asked about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_interface
from typing import Any

import translate
from nfcore.bridge import (
    Driver,
    DriverConfig,
    GatewayMode,
    Link,
    NetworkSpec,
    PublishedPort,
)
from nfcore.engine import Engine, IptRule, Ruleset, Transaction
from nfcore.executor import FakeExecutor, ForeignChain, ForeignTable
from nfcore.explain import (
    Explanation,
    Finding,
    Held,
    Question,
    complete_end,
    explain,
    parse_end,
)
from nfcore.layout import Layout, RulesLayout
from nfcore.operations import BaseChain, Policy
from nfcore.system import DeviceView, HostView
from tests.bridge.strategies import Wanted
from tests.layout.networks import program_networks
from translate import IPVersion
from translate.evaluate import Packet, Route

__all__ = ["BACK", "FRONT", "HOST", "ROUTED", "WEB", "Scene", "chain_of"]

FRONT = NetworkSpec(
    name="front",
    bridge="br1",
    subnet_v4=IPv4Network("10.1.0.0/24"),
    subnet_v6=IPv6Network("fd00:1::/64"),
    gateway_v4=IPv4Address("10.1.0.1"),
    gateway_v6=IPv6Address("fd00:1::1"),
)
BACK = NetworkSpec(
    name="back",
    bridge="br2",
    subnet_v4=IPv4Network("10.2.0.0/24"),
    gateway_v4=IPv4Address("10.2.0.1"),
    icc=False,
)
INTERNAL = NetworkSpec(
    name="inner", bridge="br3", subnet_v4=IPv4Network("10.3.0.0/24"), internal=True
)
ROUTED = NetworkSpec(
    name="routed",
    bridge="br4",
    subnet_v4=IPv4Network("10.4.0.0/24"),
    gateway_mode_v4=GatewayMode.ROUTED,
)
WEB = PublishedPort(address=IPv4Address("10.1.0.2"), port=80, host_port=8080)
ONE = PublishedPort(
    address=IPv4Address("10.1.0.2"),
    port=90,
    host_port=9090,
    host_address=IPv4Address("192.0.2.8"),
)
DNS = PublishedPort(address=IPv4Address("10.1.0.2"), port=53, host_port=53, protocol="udp")
WEB_6 = PublishedPort(address=IPv6Address("fd00:1::2"), port=80, host_port=8080)
OPEN = PublishedPort(address=IPv4Address("10.4.0.2"), port=80, host_port=8084)
LINK = Link(parent=IPv4Address("10.2.0.2"), child=IPv4Address("10.2.0.3"), port=5432)

_NETWORKS = (
    Wanted(FRONT, ports=(WEB, ONE, DNS, WEB_6)),
    Wanted(BACK, links=(LINK,)),
    Wanted(INTERNAL),
    Wanted(ROUTED, ports=(OPEN,)),
)
_DEVICES = {
    "lo": ["127.0.0.1/8", "::1/128"],
    "eth0": ["192.0.2.1/24", "192.0.2.8/24", "2001:db8::1/64"],
    "br1": ["10.1.0.1/24", "fd00:1::1/64"],
    "br2": ["10.2.0.1/24"],
    "br3": ["10.3.0.1/24"],
    "br4": ["10.4.0.1/24"],
}


def _route(packet: Packet) -> Route | None:
    if packet.in_interface is None and packet.source.is_loopback:
        return None
    for name, addresses in _DEVICES.items():
        if any(packet.destination in ip_interface(text).network for text in addresses):
            return Route(interface=name)
    return Route(interface="eth0")


HOST = HostView(
    devices={
        name: DeviceView(
            kind="bridge" if name.startswith("br") else None,
            addresses=tuple(ip_interface(text) for text in addresses),
        )
        for name, addresses in _DEVICES.items()
    },
    route=_route,
    source=lambda destination: (
        IPv4Address("192.0.2.1") if destination.version == 4 else IPv6Address("2001:db8::1")
    ),
    sysctl=lambda key: "1" if key.startswith("net/bridge/") else "0",
)


def chain_of(
    *rules: str, hook: str = "forward", priority: int = 10, kind: str = "filter"
) -> ForeignTable:
    """``inet other own``, a base chain of iptables-form rules."""
    base = BaseChain(type=kind, hook=hook, priority=priority)  # type: ignore[arg-type]
    table = "nat" if kind == "nat" else "filter"
    bodies = tuple(
        replace(
            translate.parse(text.split(), version=IPVersion.V4, table=table, chain="POSTROUTING")
            if "SNAT" in text
            else translate.parse(
                text.split(),
                version=IPVersion.V4,
                table=table,
                chain="PREROUTING" if kind == "nat" else "FORWARD",
            ),
            chain="own",
        )
        for text in rules
    )
    return ForeignTable(
        family="inet", name="other", chains={"own": ForeignChain(base=base, rules=bodies)}
    )


@dataclass
class Scene:
    """A host, and what is done to its rules before it is asked."""

    layout: type[Layout] = RulesLayout
    hairpin: bool = False
    host: HostView = HOST
    policy: Policy = "drop"
    changes: list[Callable[[Transaction], None]] = field(default_factory=list)
    foreign: Sequence[ForeignTable] = ()
    other: Ruleset | None = None

    def rule(self, table: str, chain: str, *words: str, insert: bool = True) -> Scene:
        """Put a rule in that is somebody else's."""
        rule = IptRule(IPVersion.V4, table, chain, words)
        self.changes.append(rule.insert if insert else rule.append)
        return self

    def held(self) -> tuple[Ruleset, Layout]:
        layout = self.layout(Driver(config=DriverConfig(enable_userland_proxy=not self.hairpin)))
        with Engine(FakeExecutor()) as engine:
            with engine.transaction() as transaction:
                program_networks(transaction, layout, _NETWORKS, policy=self.policy)
            for change in self.changes:
                with engine.transaction() as transaction:
                    change(transaction)
            return engine.ruleset, layout

    def ask(
        self, sender: str = "", receiver: str = "", *, src: str | None = None, **more: Any
    ) -> Explanation:
        """As the command line would: ``--from``, ``--to``, ``--src``."""
        ruleset, layout = self.held()
        question = Question(
            sender=complete_end(
                parse_end(sender or "host", option="--from"), address=src, port=None, option="--src"
            ),
            receiver=parse_end(receiver, option="--to"),
            **more,
        )
        return explain(
            question,
            held=Held(
                rules=layout.expand(ruleset),
                other=self.other,
                foreign=dict.fromkeys(IPVersion, self.foreign),
            ),
            networks=layout.networks(ruleset),
            host=self.host,
        )

    def finding(self, *ends: str, **more: Any) -> Finding:
        """The first thing that keeps the packet from arriving."""
        found = self.ask(*ends, **more).findings
        assert found, "nothing is found"
        return found[0]
