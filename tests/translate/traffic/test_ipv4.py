"""Native forms that are not iptables-translate's, or that it has none for: packets decide."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.translate.harness.namespace import Namespace
from tests.translate.traffic.packets_ipv4 import PACKETS, udp_packet
from tests.translate.traffic.twice import Twice
from translate import IPVersion

RULES = (
    "-p tcp -m tcp",
    "-p tcp ! --syn",
    "-p tcp --tcp-flags ALL NONE",
    "-p tcp --tcp-flags SYN SYN",
    "-p tcp ! --tcp-flags ALL SYN",
    "-p tcp --tcp-option 23",
    "-p tcp ! --tcp-option 2",
    "-p tcp ! --tcp-option 8 --tcp-flags SYN SYN",
    "-p tcp -m tcpmss --mss 100:1000",
    "-p tcp -m multiport ! --dports 80:90,443",
    "-p tcp -m multiport --ports 80",
    "-p tcp -m multiport ! --ports 80:90",
    "-p tcp -m multiport --ports 80:90,100,0",
    "-p udplite -m multiport --dports 80:90",
    "-p tcp -m ecn --ecn-tcp-cwr",
    "-p tcp -m ecn ! --ecn-tcp-cwr",
    "-p udp -m udp --dport :",
    "-p icmp --icmp-type any",
    "-p icmp --icmp-type 3/3",
    "-p icmp ! --icmp-type 3/3",
    "-m tos --tos 0x10",
    "-m tos ! --tos 0x10",
    "-m tos --tos Minimize-Delay",
    "-m tos --tos 0x1f/0x1f",
    "-m tos ! --tos 0x88/0xfc",
    "-m ttl --ttl-lt 4",
    "-m length ! --length 0:100",
    "-p esp -m esp",
    "-p esp -m esp ! --espspi 500",
    "-p ah -m ah",
    "-p ah -m ah ! --ahspi 500",
    "-p ipcomp -m ipcomp ! --ipcompspi 18",
    "-p sctp -m sctp",
    "-p sctp --chunk-types any INIT",
    "-p sctp ! --chunk-types all INIT",
    "-p sctp --chunk-types all DATA,SACK",
    "-p sctp --chunk-types any DATA,SACK",
    "-p sctp ! --chunk-types all DATA,SACK",
    "-p sctp ! --chunk-types any DATA,SACK",
    "-p sctp --chunk-types all DATA:BE",
    "-p sctp --chunk-types any ABORT:t",
    "-p dccp ! --dccp-types DATA",
    "-m u32 --u32 '0&0xFFFF=0x28:0x64'",
    "-m u32 --u32 '6&0xFF=6 && 4&0x1FFF=0 && 0>>22&0x3C@0&0xFFFF=0x55'",
    "-m iprange ! --src-range 127.0.0.2-127.8.0.0",
    "-s 127.0.0.1/255.0.0.255",
    "-m rpfilter",
    "-m addrtype ! --dst-type UNICAST",
)
LIMIT = "--hashlimit-upto 1/hour --hashlimit-burst 3"
COUNTING = (
    "-p udp -m statistic --mode nth --every 3 --packet 0",
    "-p udp -m statistic --mode nth ! --every 3 --packet 2",
    "-p udp -m quota --quota 150",
    "-p udp -m limit --limit 1/hour --limit-burst 3 -m udp --dport 53",
    f"-p udp -m udp --dport 53 -m hashlimit {LIMIT} --hashlimit-mode srcip --hashlimit-name a",
    f"-p udp -m udp --dport 54 -m hashlimit {LIMIT} --hashlimit-mode srcip --hashlimit-name a",
    f"-p udp -m hashlimit {LIMIT} --hashlimit-mode dstport --hashlimit-name b",
    f"-p udp -m hashlimit {LIMIT} --hashlimit-name c",
    f"-p udp -m hashlimit {LIMIT.replace('upto', 'above')} --hashlimit-name d",
    "-p udp -m recent ! --rcheck --name seen",
    "-s 127.0.0.1 -p udp -m recent --set --name seen",
    "-p udp -m recent --rcheck --name seen",
    "-p udp -m udp --dport 55 -m recent --remove --name seen",
    "-p udp -m connlimit --connlimit-above 2",
    "-p udp -m connlimit --connlimit-upto 2 --connlimit-mask 8",
)
SENT = (
    *[udp_packet()] * 5,
    *[udp_packet(to=54)] * 2,  # from an address that has used up its share for both ports
    udp_packet(to=54, source="127.0.0.2"),
    *[udp_packet(source="127.0.0.2")] * 4,
    udp_packet(to=55),
    *[udp_packet()] * 2,
)


@pytest.fixture(scope="module")
def twice() -> Iterator[Twice]:
    with Namespace() as namespace:
        yield Twice(namespace, IPVersion.V4, RULES)


@pytest.mark.parametrize("name", PACKETS)
def test_both_count_the_same_packets(twice: Twice, name: str) -> None:
    counted = twice.send(PACKETS[name])
    assert {rule: both for rule, both in counted.items() if both.iptables != both.nft} == {}
    assert any(both.iptables for both in counted.values()), "no rule has seen the packet"


def test_every_rule_has_seen_a_packet(twice: Twice) -> None:
    for packet in PACKETS.values():
        twice.send(packet)
    assert {rule for rule, both in twice.counts().items() if not both.iptables} == set()


def test_what_counts_or_remembers_does_so_alike() -> None:
    with Namespace() as namespace:
        twice = Twice(namespace, IPVersion.V4, COUNTING, table="filter")
        for number, packet in enumerate(SENT):
            counted = twice.send(packet)
            unlike = {rule: both for rule, both in counted.items() if both.iptables != both.nft}
            assert unlike == {}, f"packet {number}"
        counts = twice.counts().values()
    assert all(0 < both.iptables < len(SENT) for both in counts), counts
