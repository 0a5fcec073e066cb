"""What users write after ``--from``, ``--to`` and the other options."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from nfcore.exceptions import InvalidInput
from nfcore.explain import (
    End,
    Place,
    complete_end,
    parse_end,
    parse_mark,
    parse_protocol,
    parse_state,
)
from nfcore.explain._question import parse_icmp_type
from translate import IPVersion
from translate.evaluate import State

V4, V6 = ip_address("10.1.0.2"), ip_address("fd00::2")


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("10.1.0.2", End(address=V4)),
        ("10.1.0.2:80", End(address=V4, port=80)),
        ("10.1.0.2:80/UDP", End(address=V4, port=80, protocol=17)),
        ("10.1.0.2/icmp", End(address=V4, protocol=1)),
        ("fd00::2", End(address=V6)),
        ("[fd00::2]", End(address=V6)),
        ("[fd00::2]:80/sctp", End(address=V6, port=80, protocol=132)),
        ("front", End(network="front")),
        ("front:80", End(network="front", port=80)),
        ("br-1.2:10.1.0.2", End(network="br-1.2", address=V4)),
        ("front:10.1.0.2:80/tcp", End(network="front", address=V4, port=80, protocol=6)),
        ("front:[fd00::2]:80", End(network="front", address=V6, port=80)),
        ("host", End(place=Place.HOST)),
        ("host:8080", End(place=Place.HOST, port=8080)),
        ("outside:443/udp", End(place=Place.OUTSIDE, port=443, protocol=17)),
    ],
)
def test_ends(text: str, end: End) -> None:
    assert parse_end(text, option="--to") == end


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' is no end of a packet's way: write"),
        (":80", "':80' is no end"),
        ("front:10.1.0.2:80:81", "is no end"),
        ("front:[10.1.0.2", "is no end"),
        ("front[fd00::2]", "is no end"),
        ("[fd00::2]80", "is no end"),
        ("[fd00::x]:80", "is no end"),
        ("front:http", "'http' is no port: write one of 1 to 65535"),
        ("10.1.0.2:0", "'0' is no port"),
        ("10.1.0.2:65536", "'65536' is no port"),
        ("10.1.0.2:80/xyz", "unknown protocol 'xyz': write tcp, udp, sctp or icmp"),
        ("10.1.0.0/24", "unknown protocol '24'"),
        ("host:10.1.0.2", "host has no address of yours: leave one out"),
    ],
)
def test_what_is_no_end(text: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_end(text, option="--to")
    assert message in str(caught.value)
    assert caught.value.key == "--to"


def test_ends_are_completed() -> None:
    given = complete_end(End(network="front"), address="10.1.0.2", port=80, option="--dst")
    assert given == End(network="front", address=V4, port=80)
    assert complete_end(given, address=None, port=None, option="--dst") == given


@pytest.mark.parametrize(
    ("end", "address", "port", "message"),
    [
        (End(address=V4), "10.1.0.3", None, r"10\.1\.0\.2 and 10\.1\.0\.3: give one of the two"),
        (End(port=80), None, 81, "80 and 81: give one of the two"),
        (End(place=Place.HOST), "10.1.0.3", None, r"host and 10\.1\.0\.3: give one of the two"),
        (End(), "10.1.0.300", None, "'10.1.0.300' is no IP address"),
    ],
)
def test_what_is_said_twice_or_wrongly(
    end: End, address: str | None, port: int | None, message: str
) -> None:
    with pytest.raises(InvalidInput, match=f"--dst: {message}"):
        complete_end(end, address=address, port=port, option="--dst")


def test_states() -> None:
    assert parse_state("established") is State.ESTABLISHED
    with pytest.raises(InvalidInput, match="--state: unknown state 'OLD': one of NEW, "):
        parse_state("OLD")


def test_protocols() -> None:
    assert parse_protocol("gre") == 47
    for text in ("6", "nonsense"):
        with pytest.raises(InvalidInput, match=f"unknown protocol '{text}'"):
            parse_protocol(text)


def test_marks() -> None:
    assert (parse_mark("16"), parse_mark("0xff")) == (16, 255)
    for text in ("x", "-1", "0x100000000"):
        with pytest.raises(InvalidInput, match=f"--mark: '{text}' is no mark"):
            parse_mark(text)


def test_icmp_types() -> None:
    assert parse_icmp_type("echo-reply", IPVersion.V4) == (0, None)
    assert parse_icmp_type("3/1", IPVersion.V4) == (3, 1)
    assert parse_icmp_type("echo-reply", IPVersion.V6) == (129, None)
    with pytest.raises(InvalidInput, match="--icmp-type: 'any' names no single type"):
        parse_icmp_type("any", IPVersion.V4)
    with pytest.raises(InvalidInput, match=r"--icmp-type: .*nonsense"):
        parse_icmp_type("nonsense", IPVersion.V4)
