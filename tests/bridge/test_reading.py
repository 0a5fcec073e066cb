"""Rules that are nearly the driver's are not the driver's."""

from __future__ import annotations

import shlex

import pytest

import translate
from nfcore.bridge._reading import read_fact
from translate import IPVersion


def read(table: str, line: str, version: IPVersion = IPVersion.V4) -> object:
    chain, *args = shlex.split(line)
    return read_fact(translate.parse(args, version=version, table=table, chain=chain))


@pytest.mark.parametrize(
    "line",
    [
        "INPUT -i br0 -j ACCEPT",
        "FORWARD -i br0 -o br1 -j ACCEPT",
        "FORWARD -i br+ -o br+ -j ACCEPT",
        "FORWARD -f -i br0 -o br0 -j ACCEPT",
        "FORWARD -i br0 -o br0 -p tcp -j ACCEPT",
        "FORWARD -o br0 -m conntrack --ctstate ESTABLISHED -j ACCEPT",
        "FORWARD -o br0 -s 10.0.0.1 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        "FORWARD -i br0 -o br0 -m comment --comment mine -j ACCEPT",
        "DOCKER-ISOLATION-STAGE-1 -i br0 ! -o br0 -j DROP",
        "DOCKER-ISOLATION-STAGE-1 -i br0 ! -d 10.0.0.0/8 -j ACCEPT",
        "DOCKER-ISOLATION-STAGE-1 -i br0 -d 10.0.0.0/8 -j DROP",
        "DOCKER-ISOLATION-STAGE-1 -i br0 ! -o br0 ! -d 10.0.0.0/8 -j DROP",
        "DOCKER-ISOLATION-STAGE-1 -i br0 -s 10.0.0.1 ! -d 10.0.0.0/8 -j DROP",
        "DOCKER-ISOLATION-STAGE-1 -i br0 ! -d 10.0.0.0/255.0.255.0 -j DROP",
        "DOCKER-ISOLATION-STAGE-2 -o br0 -j ACCEPT",
        "DOCKER ! -i br0 -o br0 -j ACCEPT",
        "DOCKER -o br0 -p udp -j ACCEPT",
        "DOCKER ! -i br0 -o br0 -p tcp -d 10.0.0.0/8 --dport 80 -j ACCEPT",
        "DOCKER ! -i br0 -o br0 -p tcp ! -d 10.0.0.2 --dport 80 -j ACCEPT",
        "DOCKER ! -i br0 -o br0 -p tcp -d 10.0.0.2 --sport 80 -j ACCEPT",
        "DOCKER ! -i br0 -o br0 -p tcp -d 10.0.0.2 --dport 80:81 -j ACCEPT",
        "DOCKER ! -i br0 -o br0 -p tcp -d 10.0.0.2 ! --dport 80 -j ACCEPT",
        "DOCKER ! -i br0 -o br0 -p tcp -d 10.0.0.2 --dport 80 --syn -j ACCEPT",
        "DOCKER ! -i br0 -o br0 -p tcp -d 10.0.0.2 --dport 80 --sport 1 -j ACCEPT",
        "DOCKER ! -i br0 -o br0 -p tcp -d 10.0.0.2 --dport 80 -j DROP",
        "DOCKER ! -i br0 -o br0 -p tcp -d 10.0.0.2 --dport 0 -j RETURN",
        "DOCKER -i br0 -o br0 -p tcp -d 10.0.0.2 --dport 80 -j ACCEPT",
        "DOCKER -i br0 -o br0 -p tcp -s 10.0.0.1 -d 10.0.0.2 --dport 0 -j ACCEPT",
    ],
)
def test_filter(line: str) -> None:
    assert read("filter", line) is None


@pytest.mark.parametrize(
    "line",
    [
        "DOCKER -i br0 -j ACCEPT",
        "DOCKER -p tcp --dport 80 -j RETURN",
        "DOCKER -i br0 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2:80",
        "DOCKER -s 10.0.0.9 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2:80",
        "DOCKER -d 10.0.0.0/8 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2:80",
        "DOCKER -p tcp --sport 80 -j DNAT --to-destination 10.0.0.2:80",
        "DOCKER -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2",
        "DOCKER -p tcp --dport 80 -j DNAT --to-destination :80",
        "DOCKER -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2:80-81",
        "DOCKER -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2-10.0.0.3:80",
        "DOCKER -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2:80 --random",
        "DOCKER -p tcp --dport 0 -j DNAT --to-destination 10.0.0.2:80",
        "DOCKER -j DNAT --to-destination 10.0.0.2",
        "POSTROUTING -s 10.0.0.0/8 ! -o br0 -j ACCEPT",
        "POSTROUTING ! -s 10.0.0.0/8 ! -o br0 -j MASQUERADE",
        "POSTROUTING ! -o br0 -j MASQUERADE",
        "POSTROUTING -s 10.0.0.0/8 ! -o br0 -j MASQUERADE --random",
        "POSTROUTING -s 10.0.0.0/8 ! -o br0 -j SNAT --to-source 10.0.0.1-10.0.0.2",
        "POSTROUTING -o br0 -m addrtype --src-type LOCAL -s 10.0.0.1 -j MASQUERADE",
        "POSTROUTING -o br0 -m addrtype --src-type UNICAST -j MASQUERADE",
        "POSTROUTING -s 10.0.0.2 -d 10.0.0.3 -p tcp --dport 80 -j MASQUERADE",
        "POSTROUTING -s 10.0.0.2 -d 10.0.0.2 -p tcp --sport 80 -j MASQUERADE",
        "POSTROUTING -s 10.0.0.2 -d 10.0.0.2 -j MASQUERADE",
    ],
)
def test_nat(line: str) -> None:
    assert read("nat", line) is None


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("filter", "DOCKER-ISOLATION-STAGE-1 -i br0 ! -d fd00::/64 -j DROP"),
        ("filter", "DOCKER -o br0 -p icmp -j ACCEPT"),
        ("nat", "DOCKER -p tcp --dport 80 -j DNAT --to-destination [fd00::2]:80"),
        ("nat", "DOCKER ! -s fe80::/64 -p tcp --dport 80 -j DNAT --to-destination [fd00::2]:80"),
    ],
)
def test_ipv6(table: str, line: str) -> None:
    assert read(table, line, IPVersion.V6) is None


def test_other_tables() -> None:
    assert read("mangle", "FORWARD -i br0 -o br0 -j ACCEPT") is None
