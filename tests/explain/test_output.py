"""What is printed: lines for people, JSON for programs."""

from __future__ import annotations

import json

import pytest

from nfcore.explain import as_json, as_text
from nfcore.layout import RulesLayout, SetsLayout
from tests.explain.scene import Scene, chain_of

WAY = """\
tcp 198.51.100.1:40000 -> 192.0.2.1:8080 NEW, in by eth0

PREROUTING (in by eth0)
  nat 1: -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
  nat 3: -A DOCKER ! -i br1 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.1.0.2:80
      destination 192.0.2.1:8080 -> 10.1.0.2:80

FORWARD (eth0 -> br1)
  filter 1: -A FORWARD -j DOCKER-USER
  filter 1: -A DOCKER-USER -j RETURN
  filter 2: -A FORWARD -j DOCKER-ISOLATION-STAGE-1
  filter 6: -A DOCKER-ISOLATION-STAGE-1 -j RETURN
  filter 12: -A FORWARD -o br1 -j DOCKER
  filter 4: -A DOCKER -d 10.1.0.2/32 ! -i br1 -o br1 -p tcp -m tcp --dport 80 -j ACCEPT

POSTROUTING (out by br1)

Verdict: ACCEPT by filter DOCKER rule 4: -A DOCKER -d 10.1.0.2/32 ! -i br1 -o br1 -p tcp -m tcp \
--dport 80 -j ACCEPT
Ends in network front, as 198.51.100.1:40000 -> 10.1.0.2:80: it arrives"""


@pytest.mark.parametrize("layout", [RulesLayout, SetsLayout])
def test_a_way_in_words(layout: type[RulesLayout | SetsLayout]) -> None:
    assert "\n".join(as_text(Scene(layout=layout).ask("outside", "host:8080"))) == WAY


def test_findings_come_behind_the_verdict() -> None:
    scene = Scene(foreign=[chain_of("-m limit --limit 1/s -j DROP", "-p udp -j DROP")])
    lines = [*as_text(scene.ask("outside", "front:81"))]
    verdict = next(number for number, line in enumerate(lines) if line.startswith("Verdict: DROP"))
    assert lines[verdict - 3 : verdict] == [
        "",
        "inet other own (hook forward, priority 10): ACCEPT or DROP",
        "",
    ]
    assert lines[verdict + 1].startswith("! 10.1.0.2:81/tcp on network front is not open")
    assert lines[verdict + 2] == "    nfcore port publish front 10.1.0.2 HOSTPORT:81"
    assert lines[verdict + 3].startswith("- chain inet other own (hook forward, priority 10) may")
    stopped = "\n".join(as_text(scene.ask("outside", "host:53/udp")))
    assert "DROP\n  -A own -p udp -j DROP\n" in stopped


def test_an_uncertain_way_and_a_mark() -> None:
    scene = Scene().rule("filter", "DOCKER-USER", "-m", "limit", "--limit", "1/s", "-j", "DROP")
    scene.rule("mangle", "PREROUTING", "-j", "MARK", "--set-mark", "7")
    lines = [*as_text(scene.ask("outside", "host:8080", mark=3))]
    assert lines[0].endswith("NEW mark 0x3, in by eth0")
    assert "      mark 0x3 -> 0x7" in lines
    assert any(line.startswith("Verdict: ACCEPT (or DROP: see below) by") for line in lines)
    assert any(line.endswith("it may arrive") for line in lines)


def test_pings_the_host_and_policies() -> None:
    text = "\n".join(as_text(Scene().ask("outside", "192.0.2.1")))
    assert text.startswith("icmp 198.51.100.1 -> 192.0.2.1 type 8 NEW, in by eth0")
    assert "Verdict: ACCEPT: no rule stops it\nEnds in the host itself" in text
    text = "\n".join(as_text(Scene().ask("host", "203.0.113.5:80")))
    assert "tcp 192.0.2.1:40000 -> 203.0.113.5:80 NEW, sent by the host" in text
    assert "Ends in eth0, as" in text
    text = "\n".join(as_text(Scene().ask("203.0.113.5", "203.0.113.6:80")))
    assert "  filter FORWARD policy: DROP" in text


def test_a_way_as_json() -> None:
    told = as_json(Scene(foreign=[chain_of("-p udp -j DROP")]).ask("outside", "host:8080"))
    assert json.loads(json.dumps(told)) == told
    assert list(told) == [
        "packet",
        "hooks",
        "verdict",
        "possible_verdicts",
        "decided_by",
        "result",
        "uncertain",
        "elsewhere",
        "reply",
        "ends_in",
        "arrives",
        "findings",
    ]
    assert told["packet"] == {
        "in_interface": "eth0",
        "out_interface": None,
        "protocol": "tcp",
        "source": "198.51.100.1",
        "sport": 40000,
        "destination": "192.0.2.1",
        "dport": 8080,
        "icmp_type": None,
        "icmp_code": None,
        "state": "NEW",
        "mark": 0,
    }
    assert [hook["hook"] for hook in told["hooks"]] == ["PREROUTING", "FORWARD", "POSTROUTING"]
    assert told["hooks"][0]["steps"][1] == {
        "table": "nat",
        "chain": "DOCKER",
        "number": 3,
        "rule": "-A DOCKER ! -i br1 -p tcp -m tcp --dport 8080 -j DNAT --to-destination "
        "10.1.0.2:80",
        "verdict": "ACCEPT",
        "changes": {
            "destination": {"before": "192.0.2.1", "after": "10.1.0.2"},
            "dport": {"before": 8080, "after": 80},
        },
    }
    assert (told["verdict"], told["possible_verdicts"]) == ("ACCEPT", ["ACCEPT"])
    assert told["decided_by"]["chain"] == "DOCKER"
    assert (told["result"]["destination"], told["result"]["out_interface"]) == ("10.1.0.2", "br1")
    assert told["elsewhere"] == [
        {
            "where": "inet other own",
            "hook": "forward",
            "priority": 10,
            "possible_verdicts": ["ACCEPT"],
            "rule": None,
            "uncertain": [],
        }
    ]
    assert told["reply"]["verdict"] == "ACCEPT"
    assert told["reply"]["result"]["source"] == "192.0.2.1"
    assert (told["ends_in"], told["arrives"], told["findings"]) == ("front", True, [])


def test_doubts_and_findings_as_json() -> None:
    limited = ("-m", "limit", "--limit", "1/s", "-j", "DROP")
    scene = Scene(foreign=[chain_of(" ".join(limited))]).rule("filter", "DOCKER-USER", *limited)
    told = as_json(scene.ask("outside", "front:81"))
    assert told["uncertain"] == [
        {
            "table": "filter",
            "chain": "DOCKER-USER",
            "number": 1,
            "rule": "-A DOCKER-USER -m limit --limit 1/sec -j DROP",
            "about": "match",
            "reason": "-m limit asks for more than a packet shows",
        }
    ]
    assert told["elsewhere"][0]["uncertain"][0]["rule"] == "-A own -m limit --limit 1/sec -j DROP"
    assert (told["arrives"], told["reply"]) == (False, None)
    assert told["findings"][0] == {
        "code": "not-open",
        "text": "10.1.0.2:81/tcp on network front is not open to the outside: no published port "
        "leads there",
        "remedy": "nfcore port publish front 10.1.0.2 HOSTPORT:81",
        "blocks": True,
    }
