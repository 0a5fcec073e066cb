"""Rules that people and other tools wrote: in iptables' words, or as they are, never otherwise."""

from __future__ import annotations

import pytest

import translate
from tests.translate.harness.native import Loaded, json_unit, text_unit
from tests.translate.harness.oracles import Oracles
from translate import IPVersion, Opaque, Rule, from_nft, is_opaque, join_words, to_nft
from translate.nft.comment import split_comment

IN_WORDS = {
    "tcp dport { 22, 80-90 } accept": "-p tcp -m multiport --dports 22,80:90 -j ACCEPT",
    "tcp dport > 1023 accept": "-p tcp -m tcp --dport 1024:65535 -j ACCEPT",
    "tcp dport >= 1024 accept": "-p tcp -m tcp --dport 1024:65535 -j ACCEPT",
    "udp sport < 1024 accept": "-p udp -m udp --sport 0:1023 -j ACCEPT",
    "udp sport <= 1024 accept": "-p udp -m udp --sport 0:1024 -j ACCEPT",
    "udplite dport 5 accept": "-p udplite -m multiport --dports 5 -j ACCEPT",
    "ip saddr 10.0.0.1-10.0.0.9 drop": "-m iprange --src-range 10.0.0.1-10.0.0.9 -j DROP",
    'iifname "eth*" oifname != "lo" accept': "-i eth+ ! -o lo -j ACCEPT",
    "ct state { new, established } accept": "-m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT",
    "ct state == new accept": "-m conntrack --ctstate NEW -j ACCEPT",
    "ct state != { new, invalid } drop": "-m conntrack ! --ctstate INVALID,NEW -j DROP",
    "meter m { ip saddr ct count over 5 } drop": (
        "-m connlimit --connlimit-above 5 --connlimit-mask 32 --connlimit-saddr -j DROP"
    ),
    "tcp dport 22 limit rate 3/minute accept": (
        "-p tcp -m tcp --dport 22 -m limit --limit 3/min -j ACCEPT"
    ),
    'log prefix "a" counter': "-j LOG --log-prefix a",
}
WITH_OPAQUE_PARTS = {
    # Which packets are counted depends on what is asked before.
    "limit rate 5/second tcp dport 22 accept": "-m limit --limit 5/sec -m nft … -j ACCEPT",
    "limit rate 5/second ip saddr 10.0.0.1 accept": "-m limit --limit 5/sec -m nft … -j ACCEPT",
    "quota 5 bytes ip protocol tcp accept": "-m quota --quota 5 -m nft … -j ACCEPT",
    # A rule of iptables does one thing, and last.
    'log prefix "a" drop': "-m nft … -j DROP",
    'log prefix "a" tcp dport 80 drop': "-m nft … -m nft … -j DROP",
    "meta mark set 5 ct mark set 6": "-m nft … -j CONNMARK --set-xmark 0x6/0xffffffff",
    "tcp dport 22 dup to 10.0.0.1 accept": "-p tcp -m tcp --dport 22 -m nft … -j ACCEPT",
    'counter log prefix "a" counter drop': "-m nft … -m nft … -j DROP",
    # Without -p it holds for packets of every other protocol, too.
    "tcp option sack-perm missing accept": "-m nft … -j ACCEPT",
    "meta l4proto { tcp, udp } th dport 53 accept": "-m nft … -m nft … -j ACCEPT",
    "ip saddr { 10.0.0.1, 10.0.0.2 } accept": "-m nft … -j ACCEPT",
    "tcp flags == syn accept": "-m nft … -j ACCEPT",
    "ct status != dnat accept": "-m nft … -j ACCEPT",
    'ct helper != "ftp" accept': "-m nft … -j ACCEPT",
    "tcp dport vmap { 22 : accept, 80 : drop }": "-m nft …",
}
NAT = {
    "masquerade persistent": "-m nft …",
    "dnat to 10.0.0.1 fully-random": "-m nft …",
    "redirect fully-random": "-m nft …",
    "dnat to tcp dport map { 80 : 10.0.0.1 }": "-m nft …",
    "meta l4proto { tcp, udp } redirect to :53": "-m nft … -j REDIRECT --to-ports 53",
}
IPV6 = {"fib daddr type { local, multicast } accept": "-m nft … -j ACCEPT"}
CASES = [
    *((4, "filter", "FORWARD", *case) for case in (IN_WORDS | WITH_OPAQUE_PARTS).items()),
    *((6, "filter", "FORWARD", *case) for case in IPV6.items()),
    *(
        (4, "nat", "POSTROUTING" if text.startswith("masquerade") else "PREROUTING", text, words)
        for text, words in NAT.items()
    ),
]


def read(loaded: Loaded, version: int, table: str, chain: str) -> Rule:
    assert loaded.listed is not None, loaded.error
    (listed,) = loaded.listed.rules
    rule, tag = from_nft(
        listed["expr"],
        version=IPVersion(version),
        table=table,
        chain=chain,
        comment=listed.get("comment"),
    )
    assert tag is None
    return rule


def shown(rule: Rule) -> str:
    opaque = {match.json for match in rule.matches if isinstance(match, Opaque)}
    words = [word for word in translate.format(rule) if word != "--statement"]
    return join_words(["…" if word in opaque else word for word in words])


@pytest.mark.parametrize(("version", "table", "chain", "text", "words"), CASES)
def test_what_is_read_and_written_back(
    oracles: Oracles, version: int, table: str, chain: str, text: str, words: str
) -> None:
    (original,) = oracles.nft.load([text_unit(version, table, chain, text)])
    rule = read(original, version, table, chain)

    assert shown(rule) == words

    made = to_nft(rule)
    (again,) = oracles.nft.load([json_unit(rule, made)])
    assert read(again, version, table, chain) == rule
    if is_opaque(rule):
        assert statements(again) == statements(original)
        assert split_comment(made.comment).text is None


def statements(loaded: Loaded) -> list[object]:
    assert loaded.listed is not None
    (listed,) = loaded.listed.rules
    return [statement for statement in listed["expr"] if "counter" not in statement]
