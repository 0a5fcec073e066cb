"""Extension headers: iptables-translate gets units and signs wrong, so packets decide."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.translate.harness.namespace import Command, Namespace
from tests.translate.traffic.packets import PACKETS
from translate import IPVersion, parse, to_nft

_SEND = Path(__file__).with_name("send.py")
_COUNTED = re.compile(r"^\[(\d+):\d+\] -A ")
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
def namespace() -> Iterator[Namespace]:
    """Where every rule stands twice: as iptables has it, and translated."""
    with Namespace() as namespace:
        commands = [Command(["ip", "link", "set", "lo", "up"])]
        chain = {"family": "ip6", "table": "translated"}
        base = {"type": "filter", "hook": "prerouting", "prio": -350, "name": "rules"}
        nft: list[object] = [
            {"add": {"table": {"family": "ip6", "name": "translated"}}},
            {"add": {"chain": {**chain, **base}}},
        ]
        for args in RULES:
            words = shlex.split(args)
            commands.append(Command(["ip6tables-legacy", "-t", "raw", "-A", "PREROUTING", *words]))
            rule = parse(words, version=IPVersion.V6, table="raw", chain="PREROUTING")
            expr = list(to_nft(rule).expr)
            nft.append({"add": {"rule": {**chain, "chain": "rules", "expr": expr}}})
        commands.append(Command(["nft", "-j", "-f", "-"], json.dumps({"nftables": nft})))
        for done in namespace.run(commands):
            assert done.status == 0, done.stderr
        yield namespace


def _counts(namespace: Namespace) -> dict[str, tuple[int, int]]:
    """How many packets iptables and nft have counted at each rule."""
    saved, listed = namespace.run(
        [
            Command(["ip6tables-legacy-save", "-c", "-t", "raw"]),
            Command(["nft", "-j", "list", "chain", "ip6", "translated", "rules"]),
        ]
    )
    iptables = [
        int(found[1]) for line in saved.stdout.splitlines() if (found := _COUNTED.match(line))
    ]
    nft = [
        statement["counter"]["packets"]
        for item in json.loads(listed.stdout)["nftables"]
        for statement in item.get("rule", {}).get("expr", ())
        if "counter" in statement
    ]
    return dict(zip(RULES, zip(iptables, nft, strict=True), strict=True))


@pytest.mark.parametrize("name", PACKETS)
def test_both_count_the_same_packets(namespace: Namespace, name: str) -> None:
    before = _counts(namespace)
    (sent,) = namespace.run([Command([sys.executable, "-S", str(_SEND), PACKETS[name].hex()])])
    assert sent.status == 0, sent.stderr
    after = _counts(namespace)
    counted = {
        rule: (after[rule][0] - before[rule][0], after[rule][1] - before[rule][1]) for rule in RULES
    }
    assert {rule: both for rule, both in counted.items() if both[0] != both[1]} == {}
    assert any(iptables for iptables, _ in counted.values()), "no rule has seen the packet"


def test_every_rule_has_seen_a_packet(namespace: Namespace) -> None:
    namespace.run(
        Command([sys.executable, "-S", str(_SEND), packet.hex()]) for packet in PACKETS.values()
    )
    unseen = {rule for rule, (iptables, _) in _counts(namespace).items() if not iptables}
    assert unseen == set()
