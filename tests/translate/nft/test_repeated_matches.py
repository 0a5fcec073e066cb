"""Two matches of one name in a rule: their statements are told apart, through the kernel too."""

from __future__ import annotations

import shlex

import pytest

from tests.translate.harness.native import json_unit
from tests.translate.harness.oracles import Oracles
from translate import IPVersion, Rule, from_nft, parse, save_line, to_nft

RULES = (
    "-m addrtype --src-type LOCAL -m addrtype --dst-type LOCAL",
    "-m addrtype --src-type LOCAL --dst-type LOCAL -m addrtype --dst-type BROADCAST -j DROP",
    "-m conntrack --ctproto 6 -m conntrack --ctstate NEW",
    "-m conntrack --ctstate NEW -m conntrack --ctproto 6 -m conntrack --ctstate NEW",
    "-p tcp -m tcp --sport 1 -m tcp --dport 2",
    "-p tcp -m tcp -m tcp --dport 2",
    "-p tcp -m tcp --dport 2 -m tcp -j ACCEPT",
    "-o eth0 -s 192.0.2.1/32 -p udp -m udp --sport 1 -m udp --dport 2",
    "-p sctp -m sctp -m sctp",
    "-p esp -m esp --espspi 5 -m esp",
    "-p icmp -m icmp --icmp-type any -m icmp --icmp-type 8",
    "-p icmp -m icmp --icmp-type 3/1 -m icmp --icmp-type 3/1",
    "-m mark --mark 0x1/0x3 -m mark --mark 0x1/0x3",
    "-m owner --uid-owner 0 -m owner --gid-owner 0",
    "-m iprange --src-range 192.0.2.1-192.0.2.5 -m mark --mark 0x1 "
    "-m iprange --dst-range 192.0.2.1-192.0.2.5",
    "-m limit --limit 1/sec -m limit --limit 1/sec",
    "-m statistic --mode nth --every 2 --packet 0 -m statistic --mode nth --every 2 --packet 0",
    "-m recent --set --name a --mask 255.255.255.255 --rsource "
    "-m recent --set --name a --mask 255.255.255.255 --rsource",
    "-m comment --comment a -m addrtype --src-type LOCAL -m addrtype --dst-type LOCAL",
)


def _rule(text: str) -> Rule:
    return parse(shlex.split(text), version=IPVersion.V4, chain="OUTPUT")


@pytest.mark.parametrize("text", RULES)
def test_they_stay_two(oracles: Oracles, text: str) -> None:
    rule = _rule(text)
    made = to_nft(rule)
    decoded, _ = from_nft(
        made.expr, version=rule.version, table="filter", chain="OUTPUT", comment=made.comment
    )
    assert decoded == rule
    (loaded,) = oracles.nft.load([json_unit(rule, made)])
    assert loaded.listed is not None, loaded.error
    (listed,) = loaded.listed.rules
    decoded, _ = from_nft(
        listed["expr"],
        version=rule.version,
        table="filter",
        chain="OUTPUT",
        comment=listed.get("comment"),
    )
    assert save_line(decoded) == save_line(rule)
    assert decoded == rule


def test_the_note_tells_where_the_first_one_ends() -> None:
    made = to_nft(_rule("-m addrtype --src-type LOCAL -m addrtype --dst-type LOCAL"))
    assert made.comment == "nfcore(m=addrtype*1,addrtype*1)"


def test_what_is_asked_twice_is_asked_once() -> None:
    once = to_nft(_rule("-m mark --mark 1"))
    twice = to_nft(_rule("-m mark --mark 1 -m mark --mark 1"))
    assert twice.expr == once.expr
    assert twice.comment == "nfcore(m=mark*1,mark=)"


def test_what_counts_is_asked_twice() -> None:
    made = to_nft(_rule("-m limit --limit 1/sec -m limit --limit 1/sec"))
    assert sum("limit" in statement for statement in made.expr) == 2


def test_a_set_that_both_need_is_declared_once() -> None:
    twice = to_nft(_rule("-m recent --set --name a -m recent --update --name a"))
    assert len(twice.declarations) == 1


def test_a_note_that_others_wrote_does_no_harm() -> None:
    made = to_nft(_rule("-m mark --mark 1"))
    for note in ("nfcore(m=mark=)", "nfcore(m=mark*7)", "nfcore(m=mark*x)", "nfcore(m=*)"):
        rule, _ = from_nft(
            made.expr, version=IPVersion.V4, table="filter", chain="OUTPUT", comment=note
        )
        assert rule == _rule("-m mark --mark 1"), note
