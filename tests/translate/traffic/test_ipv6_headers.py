"""Extension headers: iptables-translate gets units and signs wrong, so packets decide."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.translate.harness.namespace import Namespace
from tests.translate.traffic.packets import PACKETS
from tests.translate.traffic.twice import Twice
from translate import IPVersion

RULES = (
    "-p esp -m esp --espspi 5",
    "-m ah",
    "-m ah --ahspi 5",
    "-m ah ! --ahspi 5",
    "-m ah --ahlen 24",
    "-m ah ! --ahlen 24",
    "-m ah --ahres",
    "-m hbh",
    "-m hbh --hbh-len 8",
    "-m hbh ! --hbh-len 8",
    "-m hbh --hbh-len 16",
    "-m dst",
    "-m dst --dst-len 8",
    "-m dst ! --dst-len 16",
    "-m frag",
    "-m frag --fragid 7",
    "-m frag --fragres",
    "-m frag --fragfirst",
    "-m frag --fragmore",
    "-m frag --fragfirst --fraglast",
    "-m rt",
    "-m rt --rt-type 0",
    "-m rt ! --rt-type 0",
    "-m rt --rt-segsleft 1:",
    "-m rt --rt-len 24",
    "-m rt ! --rt-len 24",
    "-m rt --rt-type 0 --rt-0-res",
    "-m rt --rt-type 0 --rt-0-addrs fe80::1",
    "-m rt --rt-type 0 --rt-0-addrs fe80::1,fe80::2",
    "-m srh",
    "-m srh --srh-next-hdr 17 --srh-hdr-len-eq 4",
    "-m srh ! --srh-segs-left-eq 1",
    "-m srh --srh-segs-left-lt 1 --srh-last-entry-gt 0",
    "-m srh --srh-tag 0",
    "-m srh --srh-lsid a::/16",
    "-m srh ! --srh-lsid a::1",
    "-m ipv6header --header prot",
    "-m ipv6header ! --header prot",
    "-m ipv6header --header esp",
    "-m ipv6header --header none",
    "-m ipv6header --header hop,prot",
    "-m ipv6header --header frag,prot",
    "-m ipv6header ! --header dst,frag,prot",
    "-m ipv6header --header route,prot",
    "-m ipv6header ! --header dst,none",
    "-m ipv6header --header frag --soft",
    "-m ipv6header --header dst,prot --soft",
    "-m ipv6header --header auth --soft",
    "-m ipv6header --header hop,auth --soft",
    "-m ipv6header --header none --soft",
)


@pytest.fixture(scope="module")
def twice() -> Iterator[Twice]:
    with Namespace() as namespace:
        yield Twice(namespace, IPVersion.V6, RULES)


@pytest.mark.parametrize("name", PACKETS)
def test_both_count_the_same_packets(twice: Twice, name: str) -> None:
    counted = twice.send(PACKETS[name])
    assert {rule: both for rule, both in counted.items() if both.iptables != both.nft} == {}
    assert any(both.iptables for both in counted.values()), "no rule has seen the packet"


def test_every_rule_has_seen_a_packet(twice: Twice) -> None:
    for packet in PACKETS.values():
        twice.send(packet)
    assert {rule for rule, both in twice.counts().items() if not both.iptables} == set()
