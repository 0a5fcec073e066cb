"""What of the host around the rules keeps a packet from arriving. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from nfcore.explain._finding import Case, Finding, endpoint
from translate import IPVersion
from translate.evaluate import Hook, Outcome, State

__all__ = ["findings"]


def findings(case: Case) -> Iterator[Finding]:
    """Devices, sysctls, and tracked connections."""
    yield from _interfaces(case)
    yield from _arrival(case)
    yield from _forwarding(case)
    yield from _bridged(case)
    yield from _new_source(case)
    yield from _flows(case)


def _interfaces(case: Case) -> Iterator[Finding]:
    way = case.way.packet
    for name in dict.fromkeys((way.in_interface, way.out_interface)):
        if name is None:
            continue
        device = case.host.devices.get(name)
        network = case.network_on(name)
        what = "interface" if network is None else f"bridge (network {network.spec.name})"
        if device is None:
            remedy = f"ip link add {name} type bridge, or nfcore apply --with-bridges"
            yield Finding(
                code="no-interface",
                text=f"there is no {what} {name}: nothing comes or goes there, whatever the rules "
                "say",
                remedy=None if network is None else remedy,
                blocks=True,
            )
        elif not device.up:
            yield Finding(
                code="interface-down",
                text=f"{what} {name} is down",
                remedy=f"ip link set {name} up",
                blocks=True,
            )


def _arrival(case: Case) -> Iterator[Finding]:
    """What the kernel's routing refuses to take in: asked after PREROUTING, as it is by packets."""
    packet, final = case.packet, case.way.packet
    if packet.in_interface not in case.host.devices or case.is_local(packet.source):
        return
    refusal = case.host.refusal(packet.with_destination(final.destination, final.dport))
    if refusal is not None:
        yield Finding(
            code="refused-on-arrival",
            text=f"behind PREROUTING the kernel drops what comes from {packet.source} by "
            f"{packet.in_interface} to {final.destination}: {refusal}",
            remedy=f"ip route get {final.destination} from {packet.source} "
            f"iif {packet.in_interface}",
            blocks=True,
        )


def _forwarding(case: Case) -> Iterator[Finding]:
    if case.is_forwarded and case.version not in case.host.forwards:
        v4 = case.version is IPVersion.V4
        key = "net.ipv4.ip_forward" if v4 else "net.ipv6.conf.all.forwarding"
        yield Finding(
            code="no-forwarding",
            text=f"the host forwards no IPv{case.version.value} packets: {key} is 0",
            remedy=f"sysctl -w {key}=1, or nfcore apply --ip-forward",
            blocks=True,
        )


def _bridged(case: Case) -> Iterator[Finding]:
    """From one port of a bridge to another: whether rules are asked at all is a setting."""
    way = case.way.packet
    if not case.is_forwarded or way.in_interface != way.out_interface:
        return
    device = case.host.devices.get(way.in_interface or "")
    if device is None or device.kind != "bridge":
        return
    v4 = case.version is IPVersion.V4
    key = f"net/bridge/bridge-nf-call-{'iptables' if v4 else 'ip6tables'}"
    if case.host.sysctl(key) == "1":
        yield from _hairpin_ports(case)
        return
    is_translated = way.destination != case.packet.destination
    if is_translated and way.source == case.packet.source:
        yield Finding(
            code="hairpin-unanswered",
            text=f"the answers go back over {way.in_interface} itself, where no rule translates "
            "them back: their receiver does not know them",
            remedy=f"sysctl -w {key.replace('/', '.')}=1 (modprobe br_netfilter)",
            blocks=True,
        )
    elif not is_translated:
        yield Finding(
            code="bridged",
            text=f"{key.replace('/', '.')} is off: what {way.in_interface} passes from one "
            "container to another by itself meets none of these rules (what is routed does)",
            remedy=None
            if case.way.outcome is Outcome.ACCEPT
            else f"sysctl -w {key.replace('/', '.')}=1, for the rules to hold there too",
        )


def _hairpin_ports(case: Case) -> Iterator[Finding]:
    """What a container sends to its own published port goes out by the port that it came in by."""
    final, bridge = case.way.packet, case.way.packet.out_interface
    if final.destination != case.packet.source or case.way.outcome is not Outcome.ACCEPT:
        return
    ports = {name: each for name, each in case.host.devices.items() if each.bridge == bridge}
    closed = sorted(name for name, port in ports.items() if not port.hairpin)
    if closed:
        yield Finding(
            code="hairpin-port",
            text=f"it has to leave {bridge} by the port that it came in by, and of its ports "
            f"{', '.join(closed[:5])} let nothing do that",
            remedy="bridge link set dev PORT hairpin on",
            blocks=len(closed) == len(ports),
        )


def _new_source(case: Case) -> Iterator[Finding]:
    """Who answers sends to where the packet seems to come from."""
    source = case.way.packet.source
    is_new = case.way.outcome is Outcome.ACCEPT and source != case.packet.source
    if is_new and not case.is_local(source):
        yield Finding(
            code="source-elsewhere",
            text=f"it leaves as if from {source}, which is no address of the host's: answers come "
            "back only if a route leads them here",
            remedy=f"ip address add {source} dev {case.way.packet.out_interface}",
        )


def _flows(case: Case) -> Iterator[Finding]:
    """Connections that began before the rules were what they are go on as they began."""
    packet, way = case.packet, case.way
    if packet.dport is None or packet.state is not State.NEW or Hook.PREROUTING not in way.hooks:
        return
    now = (way.packet.destination, way.packet.dport)
    old = [
        flow
        for flow in case.host.flows(case.version)
        if (flow.protocol, flow.destination, flow.dport)
        == (packet.protocol, packet.destination, packet.dport)
        and (flow.receiver, flow.receiver_port) != now
    ]
    if old:
        where = sorted({endpoint(flow.receiver, flow.receiver_port) for flow in old})
        wanted = endpoint(packet.destination, packet.dport, packet.protocol)
        yield Finding(
            code="old-flows",
            text=f"{len(old)} tracked connections to {wanted} began by other rules and still go to "
            f"{', '.join(where[:3])}",
            remedy=f"conntrack -D -d {packet.destination} -p {_protocol(wanted)} "
            f"--dport {packet.dport}",
        )


def _protocol(wanted: str) -> str:
    return wanted.rpartition("/")[2]
