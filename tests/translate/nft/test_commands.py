"""Whole commands as nft JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.translate.harness.namespace import Command as Run
from tests.translate.harness.oracles import Oracles
from translate import Untranslatable, parse_command, to_nft_commands


def _json(line: str) -> list[dict[str, Any]]:
    return [made for command in parse_command(line.split()) for made in to_nft_commands(command)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("-F", {"flush": {"table": {"family": "ip", "name": "filter"}}}),
        ("-6 -t nat -F", {"flush": {"table": {"family": "ip6", "name": "nat"}}}),
        ("-F one", {"flush": {"chain": {"family": "ip", "table": "filter", "name": "one"}}}),
        ("-N one", {"add": {"chain": {"family": "ip", "table": "filter", "name": "one"}}}),
        ("-X one", {"delete": {"chain": {"family": "ip", "table": "filter", "name": "one"}}}),
        (
            "-E one two",
            {
                "rename": {
                    "chain": {"family": "ip", "table": "filter", "name": "one", "newname": "two"}
                }
            },
        ),
        (
            "-t mangle -P OUTPUT DROP",
            {
                "add": {
                    "chain": {
                        "family": "ip",
                        "table": "mangle",
                        "name": "OUTPUT",
                        "type": "route",
                        "hook": "output",
                        "prio": -150,
                        "policy": "drop",
                    }
                }
            },
        ),
        ("-L", {"list": {"table": {"family": "ip", "name": "filter"}}}),
        ("-L one", {"list": {"chain": {"family": "ip", "table": "filter", "name": "one"}}}),
    ],
)
def test_commands(line: str, expected: dict[str, Any]) -> None:
    assert _json(line) == [expected]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("-D INPUT 1", "-D has no native nft form: nft names a rule by its handle"),
        ("-D INPUT -j ACCEPT", "-D has no native nft form: nft names a rule by its handle"),
        ("-R INPUT 1", "-R has no native nft form: nft names a rule by its handle"),
        ("-C INPUT", "-C has no native nft form: nft cannot ask for a rule"),
        ("-S", "-S has no native nft form: nft lists in its own form"),
        ("-Z", "-Z has no native nft form: nft 1.0.6 cannot set a rule's counter back"),
        ("-L -Z", "-L -Z has no native nft form"),
        ("-L INPUT 1", "-L CHAIN NUMBER has no native nft form: nft lists whole chains"),
        ("-X", "-X without a chain has no native nft form: nft deletes chains by name"),
        ("-P INPUT DROP -c 1 2", "-P -c has no native nft form: .* policy has no counters"),
    ],
)
def test_what_nft_has_no_command_for(line: str, what: str) -> None:
    with pytest.raises(Untranslatable, match=what):
        _json(line)


def test_the_kernel_carries_them_out(oracles: Oracles) -> None:
    lines = [
        "-P INPUT DROP",
        "-P INPUT ACCEPT",
        "-N one",
        "-N two",
        "-A one -p tcp -j ACCEPT",
        "-A one -p udp -j ACCEPT",
        "-I one -p icmp -j ACCEPT",
        "-I one 3 -p sctp -j ACCEPT",
        "-A two",
        "-F two",
        "-X two",
        "-E one three",
        "-A INPUT -j three",
    ]
    commands: list[dict[str, Any]] = [{"add": {"table": {"family": "ip", "name": "filter"}}}]
    done = oracles.nft.namespace.run(
        [
            *(
                Run(["nft", "-j", "-f", "-"], json.dumps({"nftables": made}))
                for made in (commands, *(_json(line) for line in lines))
            ),
            Run(["nft", "-j", "-f", "-"], json.dumps({"nftables": _json("-L")})),
            Run(["nft", "flush", "ruleset"]),
        ]
    )
    assert [one.stderr for one in done if one.status] == []
    listed = json.loads(done[-2].stdout)["nftables"]
    chains = {e["chain"]["name"]: e["chain"].get("policy") for e in listed if "chain" in e}
    assert chains == {"INPUT": "accept", "three": None}
    rules = [entry["rule"]["expr"][0] for entry in listed if "rule" in entry]
    rights = [rule["match"]["right"] for rule in rules if "match" in rule]
    assert rights == ["icmp", "tcp", "sctp", "udp"]


@pytest.mark.parametrize(
    ("line", "comment"),
    [
        ("-A INPUT -m state --state NEW", None),
        ("-A INPUT -p tcp -m multiport --dports 80", None),
        ("-A INPUT -m comment --comment one -p tcp --dport 80", "one"),
        ("-A INPUT -m comment --comment nfcore(m=tcp)", "nfcore(m=tcp) nfcore()"),
    ],
)
def test_a_comment_holds_the_users_text_only(line: str, comment: str | None) -> None:
    (command,) = parse_command(line.split())
    (made,) = to_nft_commands(command)
    assert made["add"]["rule"].get("comment") == comment
