"""The layout of Docker 29's own nftables backend: four chains a network, and verdict maps.

One table ``docker-bridges`` for each IP version. Two maps for forwarding and two for postrouting
send a packet to its networks' own chains, by interface name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bench.peers._nft import in_library, run_nft
from bench.peers._peer import Peer, Work
from bench.workload import Action, Network, Stack, make_network
from nfcore.bridge import PublishedPort
from nfcore.executor import EventKind, RulesetMonitor
from translate import IPVersion

__all__ = ["DockerNativePeer", "open_docker_library", "open_docker_nft"]

_LOOPBACK = {IPVersion.V4: "127.0.0.0/8", IPVersion.V6: "::1"}
_MAPS = ("filter-forward-in", "filter-forward-out", "nat-postrouting-in", "nat-postrouting-out")
_PORTS = "nat-prerouting-and-output"


class DockerNativePeer(Peer):
    """Sends nft's text, as Docker does.

    Args:
        stack: the IP versions.
        send: sends a text.
    """

    def __init__(self, stack: Stack, send: Callable[[str], None]) -> None:
        self._stack: Stack = stack
        self._send = send
        self._monitor = RulesetMonitor()
        self._monitor.leave()
        self._handles: list[tuple[IPVersion, str, int]] = []
        versions = IPVersion if stack == "dual" else (IPVersion.V4,)
        send("".join(_start(version) for version in versions))
        self.settle()

    def prepare(self, action: Action, numbers: Sequence[int]) -> Work:
        """The text. A published port's release will need its rules' handles."""
        if action == "publish":
            self._monitor.join()
        networks = [make_network(number, self._stack) for number in numbers]
        text = "\n".join([*self._lines(action, networks), ""])
        return lambda: self._send(text)

    def _lines(self, action: Action, networks: Sequence[Network]) -> Iterator[str]:
        for network in networks:
            match action:
                case "create":
                    yield from _create(network)
                case "delete":
                    yield from _delete(network)
                case "publish":
                    for port in network.ports:
                        yield from _publish(network, port)
                case "release":
                    for version, chain, handle in self._handles:
                        table = f"{version.family} docker-bridges"
                        yield f"delete rule {table} {chain} handle {handle}"

    def settle(self) -> None:
        """Note the handles of the last published port's rules, for its release."""
        events = [event for commit in self._monitor.read() for event in commit.events()]
        self._monitor.leave()
        if events:
            self._handles = [
                (event.version, event.name, event.handle)
                for event in events
                if event.kind is EventKind.NEW_RULE
            ]

    def close(self) -> None:
        """Close the monitor."""
        self._monitor.close()


def _start(version: IPVersion) -> str:
    table = f"table {version.family} docker-bridges"
    local = f"fib daddr type local counter jump {_PORTS}"
    maps = "\n".join(f"  map {name}-jumps {{ type ifname : verdict; }}" for name in _MAPS)
    return f"""{table} {{
{maps}
  chain {_PORTS} {{ }}
  chain filter-FORWARD {{
    type filter hook forward priority filter; policy accept;
    oifname vmap @filter-forward-in-jumps
    iifname vmap @filter-forward-out-jumps
  }}
  chain nat-OUTPUT {{
    type nat hook output priority -100; policy accept;
    {version.family} daddr != {_LOOPBACK[version]} {local}
  }}
  chain nat-POSTROUTING {{
    type nat hook postrouting priority srcnat; policy accept;
    iifname vmap @nat-postrouting-out-jumps
    oifname vmap @nat-postrouting-in-jumps
  }}
  chain nat-PREROUTING {{
    type nat hook prerouting priority dstnat; policy accept;
    {local}
  }}
}}
"""


def _create(network: Network) -> Iterator[str]:
    bridge = network.spec.bridge
    for version in IPVersion:
        subnet = network.spec.subnet(version)
        if subnet is None:
            continue
        table = f"{version.family} docker-bridges"
        for name in _MAPS:
            yield f"add chain {table} {name}__{bridge}"
        into, out, _, leaving = (f"{table} {name}__{bridge}" for name in _MAPS)
        yield f"add rule {into} ct state established,related counter accept"
        yield f'add rule {into} iifname "{bridge}" counter accept comment "ICC"'
        yield f'add rule {into} counter drop comment "UNPUBLISHED PORT DROP"'
        yield f"add rule {out} ct state established,related counter accept"
        yield f'add rule {out} counter accept comment "OUTGOING"'
        yield (
            f'add rule {leaving} oifname != "{bridge}" {version.family} saddr {subnet} '
            'counter masquerade comment "MASQUERADE"'
        )
        for name in _MAPS:
            element = f'"{bridge}" : jump {name}__{bridge}'
            yield f"add element {table} {name}-jumps {{ {element} }}"


def _delete(network: Network) -> Iterator[str]:
    bridge = network.spec.bridge
    for version in IPVersion:
        if network.spec.subnet(version) is None:
            continue
        table = f"{version.family} docker-bridges"
        for name in _MAPS:
            element = f'"{bridge}" : jump {name}__{bridge}'
            yield f"delete element {table} {name}-jumps {{ {element} }}"
        for name in _MAPS:
            yield f"flush chain {table} {name}__{bridge}"
            yield f"delete chain {table} {name}__{bridge}"


def _publish(network: Network, port: PublishedPort) -> Iterator[str]:
    bridge, family = network.spec.bridge, port.version.family
    table = f"{family} docker-bridges"
    target = f"[{port.address}]" if port.version is IPVersion.V6 else str(port.address)
    yield (
        f"insert rule {table} filter-forward-in__{bridge} {family} daddr {port.address} "
        f"{port.protocol} dport {port.port} counter accept"
    )
    yield (
        f'add rule {table} {_PORTS} iifname != "{bridge}" {port.protocol} '
        f"dport {port.host_port} counter dnat to {target}:{port.port}"
    )


def open_docker_library(stack: Stack) -> DockerNativePeer:
    """By libnftables in process."""
    return DockerNativePeer(stack, in_library(json=False))


def open_docker_nft(stack: Stack) -> DockerNativePeer:
    """By running nft."""
    return DockerNativePeer(stack, run_nft())
