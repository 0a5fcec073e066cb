"""`nfcore translate`."""

from __future__ import annotations

import json

from tests.cli.conftest import Run


def test_one_command(nfcore: Run) -> None:
    out = nfcore("translate", "iptables", "-A", "INPUT", "-p", "tcp", "--dport", "80").ok()
    (command,) = json.loads(out)["nftables"]
    assert command["add"]["rule"]["expr"] == [
        {
            "match": {
                "op": "==",
                "left": {"payload": {"protocol": "tcp", "field": "dport"}},
                "right": 80,
            }
        },
        {"counter": None},
    ]


def test_no_programs_name_is_ipv4(nfcore: Run) -> None:
    out = nfcore("translate", "--to", "save", "-A", "INPUT", "-s", "10/8", "-j", "DROP").ok()
    assert out == "-A INPUT -s 10.0.0.0/8 -j DROP\n"


def test_lines_give_one_line_each(nfcore: Run) -> None:
    lines = ["iptables -A INPUT -j DROP", "", "ip6tables -A INPUT -s ::1 -j DROP", "-A X --foo"]
    out = nfcore("translate", "--lines", stdin="\n".join(lines)).ok().splitlines()
    parsed = [json.loads(line) for line in out]
    assert [next(iter(answer)) for answer in parsed] == ["nftables", "error", "nftables", "error"]
    assert parsed[2]["nftables"][0]["add"]["rule"]["family"] == "ip6"
    saved = nfcore("translate", "--lines", "--to", "save", stdin="\n".join(lines)).ok().splitlines()
    assert saved[0] == "-A INPUT -j DROP"
    assert saved[2] == "-A INPUT -s ::1/128 -j DROP"


def test_refusals_name_option_and_place(nfcore: Run) -> None:
    message = nfcore("translate", "iptables", "-A", "INPUT", "--dport", "80").failed()
    assert message.startswith("nfcore: option '--dport', argument 3: unknown option")
    assert "-m tcp" in message


def test_wrong_usage(nfcore: Run) -> None:
    assert "no command to translate" in nfcore("translate").failed(2)
    assert "standard input" in nfcore("translate", "--lines", "iptables").failed(2)
