"""What follows from the networks and the host's routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_interface
from typing import Any

import pytest

from nfcore.exceptions import InvalidInput, NotFound
from nfcore.explain import End, Question, complete_end, parse_end
from nfcore.explain._resolve import Resolved, resolve
from nfcore.system import HostView
from tests.explain.scene import HOST, Scene
from translate import IPVersion
from translate.evaluate import Packet, Route, State
from translate.exceptions import InvalidPacket


def resolved(
    sender: str, receiver: str, *, host: HostView = HOST, src: str | None = None, **more: Any
) -> Resolved:
    ruleset, layout = Scene().held()
    question = Question(
        sender=complete_end(
            parse_end(sender, option="--from"), address=src, port=None, option="--src"
        ),
        receiver=parse_end(receiver, option="--to"),
        **more,
    )
    return resolve(question, layout.networks(ruleset), host)


def words(packet: Packet) -> str:
    """In interface, source, destination, protocol and ports."""
    ports = f"{packet.sport}-{packet.dport}"
    return f"{packet.in_interface} {packet.source} {packet.destination} {packet.protocol} {ports}"


@pytest.mark.parametrize(
    ("sender", "receiver", "expected"),
    [
        ("outside", "host:8080", "eth0 198.51.100.1 192.0.2.1 6 40000-8080"),
        ("outside", "front:80", "eth0 198.51.100.1 10.1.0.2 6 40000-80"),
        ("outside", "front:7/udp", "eth0 198.51.100.1 10.1.0.2 17 40000-7"),
        ("front", "host:8080", "br1 10.1.0.2 10.1.0.1 6 40000-8080"),
        ("br1", "br2:80", "br1 10.1.0.2 10.2.0.2 6 40000-80"),
        ("front:10.1.0.9:555", "back:10.2.0.9:80", "br1 10.1.0.9 10.2.0.9 6 555-80"),
        ("front", "front:10.1.0.2:80", "br1 10.1.0.3 10.1.0.2 6 40000-80"),
        ("front", "outside:443", "br1 10.1.0.2 198.51.100.1 6 40000-443"),
        ("host", "front:80", "None 192.0.2.1 10.1.0.2 6 40000-80"),
        ("host", "host:80", "None 127.0.0.1 127.0.0.1 6 40000-80"),
        ("host", "192.0.2.8:80", "None 192.0.2.8 192.0.2.8 6 40000-80"),
        ("192.0.2.8", "10.1.0.2:80", "None 192.0.2.8 10.1.0.2 6 40000-80"),
        ("10.2.0.7", "10.1.0.2:80", "br2 10.2.0.7 10.1.0.2 6 40000-80"),
        ("203.0.113.5", "10.1.0.2:80", "eth0 203.0.113.5 10.1.0.2 6 40000-80"),
        ("outside", "[fd00:1::2]:80", "eth0 2001:db8:ffff::1 fd00:1::2 6 40000-80"),
        ("front:[fd00:1::5]", "host:80", "br1 fd00:1::5 fd00:1::1 6 40000-80"),
        ("outside", "10.1.0.2", "eth0 198.51.100.1 10.1.0.2 1 None-None"),
        ("outside", "fd00:1::2", "eth0 2001:db8:ffff::1 fd00:1::2 58 None-None"),
    ],
)
def test_packets(sender: str, receiver: str, expected: str) -> None:
    assert words(resolved(sender, receiver).packet) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"in_interface": "br2"}, {"in_interface": "br2"}),
        ({"out_interface": "br2"}, {"out_interface": "br2"}),
        ({"mark": 7}, {"mark": 7}),
        ({"state": State.NEW}, {"tcp_flags": 2}),
        ({"state": State.ESTABLISHED}, {"tcp_flags": 16, "state": State.ESTABLISHED}),
        ({"version": IPVersion.V4}, {"dport": 80}),
    ],
)
def test_what_is_said_counts(options: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    packet = resolved("outside", "front:80", **options).packet
    assert {name: getattr(packet, name) for name in expected} == expected


def test_icmp() -> None:
    packet = resolved("outside", "front", icmp_type="3/1").packet
    assert (packet.protocol, packet.icmp_type, packet.icmp_code) == (1, 3, 1)
    packet = resolved("outside", "fd00:1::2", protocol=1).packet
    assert (packet.protocol, packet.icmp_type, packet.icmp_code) == (58, 128, 0)


def test_the_networks_at_the_ends() -> None:
    told = resolved("front", "10.2.0.7:80")
    assert told.sender is not None
    assert told.receiver is not None
    assert (told.sender.spec.name, told.receiver.spec.name) == ("front", "back")
    told = resolved("10.1.0.1", "192.0.2.9:80")
    assert (told.sender, told.receiver) == (None, None)


def test_a_neighbour_where_no_route_leads_further() -> None:
    local = replace(
        HOST, route=lambda p: Route(interface="br1") if str(p.destination)[:3] == "10." else None
    )
    assert words(resolved("outside", "10.1.0.2:80", host=local).packet) == (
        "eth0 192.0.2.2 10.1.0.2 6 40000-80"
    )


@pytest.mark.parametrize(
    ("ends", "options", "message"),
    [
        (("nosuch", "front:80"), {}, "--from: there is no network 'nosuch'; there are: front"),
        (("front", "nosuch:80"), {}, "--to: there is no network 'nosuch'"),
    ],
)
def test_unknown_networks(ends: tuple[str, str], options: Mapping[str, Any], message: str) -> None:
    with pytest.raises(NotFound, match=message):
        resolved(*ends, **options)


@pytest.mark.parametrize(
    ("ends", "options", "message"),
    [
        (("10.1.0.2", "fd00:1::2"), {}, "a packet has one IP version"),
        (("10.1.0.2", "outside"), {"version": IPVersion.V6}, "a packet has one IP version"),
        (("10.1.0.2", "outside"), {"protocol": 58}, "a packet has one IP version"),
        (("back", "fd00:1::2"), {}, "back: no known IPv6 subnet"),
        (("outside", "10.1.0.2/udp"), {}, "udp has ports: give the destination's"),
        (("outside", "10.1.0.2:80/udp"), {"protocol": 6}, "one protocol, not tcp and udp"),
        (("outside", "10.1.0.2:80/udp"), {"icmp_type": "8"}, "one protocol, not icmp and udp"),
        (("front:10.2.0.2", "host"), {}, r"--from: 10\.2\.0\.2 is not in network front, which has"),
        (("host", "front:10.2.0.2"), {}, r"--to: 10\.2\.0\.2 is not in network front, which has"),
        (("inner", "back"), {"version": IPVersion.V6}, "inner and back: no known IPv6 subnet"),
    ],
)
def test_what_cannot_be(ends: tuple[str, str], options: Mapping[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        resolved(*ends, **options)


def test_networks_without_an_ip_version_in_common() -> None:
    ruleset, layout = Scene().held()
    front, back, *_ = layout.networks(ruleset)
    only_v6 = replace(front, spec=replace(front.spec, subnet_v4=None, gateway_v4=None))
    question = Question(sender=End(network="front"), receiver=End(network="back"))
    with pytest.raises(InvalidInput, match="front and back: no known IP version in common"):
        resolve(question, [only_v6, back], HOST)


def test_too_little_is_said() -> None:
    ruleset, layout = Scene().held()
    for sender, receiver, message in (
        (None, "host", "who sends it"),
        ("outside", None, "where does it go"),
    ):
        question = Question(
            sender=parse_end(sender, option="--from") if sender else End(),
            receiver=parse_end(receiver, option="--to") if receiver else End(),
        )
        with pytest.raises(InvalidInput, match=message):
            resolve(question, layout.networks(ruleset), HOST)


def test_a_host_that_leads_nowhere() -> None:
    lonely = replace(
        HOST, devices={"br1": HOST.devices["br1"]}, route=lambda _: None, source=lambda _: None
    )
    for ends, options, message in (
        (("outside", "10.1.0.2:80"), {}, "no interface leads outside: give --in, and --src"),
        (("outside", "10.1.0.2:80"), {"in_interface": "eth9"}, "who is behind eth9. give --src"),
        (("host", "203.0.113.5:80"), {}, r"no route to 203\.0\.113\.5: give --src"),
        (("outside", "host:80"), {"in_interface": "eth9"}, "eth9 has no IPv4 address: give one"),
    ):
        with pytest.raises(InvalidInput, match=message):
            resolved(*ends, host=lonely, **options)


def test_a_network_without_room() -> None:
    full = HOST.devices["br1"]
    own = tuple(ip_interface(f"10.1.0.{number}/24") for number in range(1, 9))
    crowded = replace(HOST, devices={**HOST.devices, "br1": replace(full, addresses=own)})
    with pytest.raises(InvalidInput, match="network front has no room for a container"):
        resolved("front", "10.2.0.2:80", host=crowded)


def test_the_evaluator_refuses_what_no_packet_is() -> None:
    with pytest.raises(InvalidPacket, match="sport needs a protocol with ports"):
        resolved("10.2.0.7:5", "10.1.0.2", protocol=47)
