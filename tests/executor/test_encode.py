"""Operations as libnftables' JSON commands."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from nfcore.exceptions import InvalidInput
from nfcore.executor._encode import encode_json
from nfcore.operations import (
    AddChain,
    AddRule,
    AddTable,
    BaseChain,
    DeleteChain,
    DeleteTable,
    FlushChain,
    NativeRule,
    Operation,
    SetPolicy,
)
from tests.executor.build import FILTER, FILTER6, add, base, chain, delete, native
from translate import NftRule, Rule, Untranslatable, to_nft

FORWARD = chain("FORWARD")
IN_TABLE = {"family": "ip", "table": "filter"}
HOOK = {"type": "filter", "hook": "forward", "prio": 0}
ACCEPT = [{"counter": None}, {"accept": None}]
DROPPING = BaseChain(type="filter", hook="forward", priority=0, policy="drop")


def encode(operations: Iterable[Operation], prefix: str = "") -> list[list[dict[str, Any]]]:
    """Each operation's commands."""
    return [json.loads(f"[{encode_json(operation, prefix)}]") for operation in operations]


@pytest.mark.parametrize(
    ("operation", "command"),
    [
        (AddTable(table=FILTER6), {"add": {"table": {"family": "ip6", "name": "filter"}}}),
        (DeleteTable(table=FILTER), {"delete": {"table": {"family": "ip", "name": "filter"}}}),
        (
            AddChain(chain=chain("DOCKER")),
            {"add": {"chain": {**IN_TABLE, "name": "DOCKER"}}},
        ),
        (base(FORWARD), {"add": {"chain": {**IN_TABLE, "name": "FORWARD", **HOOK}}}),
        (
            AddChain(chain=FORWARD, base=DROPPING),
            {"add": {"chain": {**IN_TABLE, "name": "FORWARD", **HOOK, "policy": "drop"}}},
        ),
        (
            SetPolicy(chain=FORWARD, policy="accept"),
            {"add": {"chain": {**IN_TABLE, "name": "FORWARD", **HOOK, "policy": "accept"}}},
        ),
        (DeleteChain(chain=FORWARD), {"delete": {"chain": {**IN_TABLE, "name": "FORWARD"}}}),
        (FlushChain(chain=FORWARD), {"flush": {"chain": {**IN_TABLE, "name": "FORWARD"}}}),
        (
            add(FORWARD, "-j ACCEPT"),
            {"add": {"rule": {**IN_TABLE, "chain": "FORWARD", "expr": ACCEPT}}},
        ),
        (
            add(FORWARD, "-j ACCEPT", place="head"),
            {"insert": {"rule": {**IN_TABLE, "chain": "FORWARD", "expr": ACCEPT}}},
        ),
        (
            add(FORWARD, "-j ACCEPT", before=7),
            {"insert": {"rule": {**IN_TABLE, "chain": "FORWARD", "handle": 7, "expr": ACCEPT}}},
        ),
        (
            native(FORWARD, *ACCEPT),
            {"add": {"rule": {**IN_TABLE, "chain": "FORWARD", "expr": ACCEPT}}},
        ),
        (
            delete(FORWARD, 7),
            {"delete": {"rule": {**IN_TABLE, "chain": "FORWARD", "handle": 7}}},
        ),
    ],
    ids=str,
)
def test_one_command_each(operation: Operation, command: dict[str, Any]) -> None:
    assert encode([operation]) == [[command]]


def test_a_tag_is_in_the_comment() -> None:
    for operation in (add(FORWARD, "-j ACCEPT", tag="front"), native(FORWARD, tag="front")):
        ((command,),) = encode([operation])
        assert "front" in command["add"]["rule"]["comment"]


def test_the_prefix_is_in_every_kernel_table_name() -> None:
    operations: list[Operation] = [
        AddTable(table=FILTER),
        AddChain(chain=FORWARD),
        add(FORWARD, "-j ACCEPT"),
    ]
    ((table,), (made,), (rule,)) = encode(operations, prefix="docker-")

    assert table["add"]["table"]["name"] == "docker-filter"
    assert made["add"]["chain"]["table"] == "docker-filter"
    assert rule["add"]["rule"]["table"] == "docker-filter"


def test_the_sets_that_a_rule_needs_come_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = {"set": {"family": "ip", "table": "filter", "name": "seen", "type": "ipv4_addr"}}
    rule = NftRule(expr=tuple(ACCEPT), declarations=(declared,))
    monkeypatch.setattr("translate.to_nft", lambda *_, **__: rule)

    (commands,) = encode([add(FORWARD, "-s 192.0.2.1 -p tcp -j ACCEPT")], prefix="docker-")

    assert [next(iter(command["add"])) for command in commands] == ["set", "rule"]
    assert commands[0]["add"]["set"] == declared["set"] | {"table": "docker-filter"}


def test_a_comment_that_would_not_fit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the translation lets through: past 253 bytes libnftables ends the process."""
    rule = NftRule(expr=tuple(ACCEPT), comment="ä" * 127)
    monkeypatch.setattr("translate.to_nft", lambda *_, **__: rule)

    with pytest.raises(
        Untranslatable,
        match=r"^-m comment has no native nft form: an nft comment holds 253 bytes, this one needs",
    ):
        encode([add(FORWARD, "-s 192.0.2.1 -p tcp -j ACCEPT")])


@pytest.mark.parametrize("tag", [None, "front"])
@pytest.mark.parametrize(
    "line",
    [
        "-i {} ! -o {} -j ACCEPT",
        "! -o {} -p tcp -j DROP",
        "-i {} -f -c 1 2",
        "-i + ! -o +",
        "-i {} -j QUEUE",
        "-o {} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        "-o {} -m conntrack --ctstate NEW -m conntrack --ctstatus ASSURED",
        "-i {} -m connlimit --connlimit-above 3",
        "-i {} -m comment --comment front",
        "-s 192.0.2.1 -i {} -g DOCKER",
        "! -s 192.0.2.0/24 -d 192.0.2.0/255.0.255.0 -o {} -m conntrack --ctstate NEW",
        "-s 192.0.2.1 -d 192.0.2.2 ! -p udp -j DROP",
        "-j DOCKER",
    ],
)
def test_a_rule_is_written_alike_whatever_was_written_before(line: str, tag: str | None) -> None:
    for bridge in ("br0", "br1", "br0"):
        operation = add(FORWARD, line.replace("{}", bridge), tag=tag)
        assert isinstance(operation.body, Rule)
        alone = to_nft(operation.body, tag=tag, shared=True)

        ((*_, command),) = encode([operation])

        assert command["add"]["rule"].pop("comment", None) == alone.comment
        assert command["add"]["rule"] == {**IN_TABLE, "chain": "FORWARD", "expr": [*alone.expr]}


def test_an_interface_that_nft_would_misread() -> None:
    for line in ("-i @x", "-o @x", "-i @x -m conntrack --ctstate NEW", "-i @x -s 192.0.2.1"):
        with pytest.raises(Untranslatable, match=r"^interface '@x' has no native nft form"):
            encode([add(FORWARD, f"{line} -j ACCEPT")])


def test_a_native_rule_is_sent_as_it_is() -> None:
    body = NativeRule(expr=({"counter": None}, {"masquerade": None}))
    operation = AddRule(chain=chain("POSTROUTING"), body=body)
    ((command,),) = encode([operation])

    assert str(operation).startswith("nft add rule ip filter POSTROUTING [{")
    assert command["add"]["rule"]["expr"] == list(body.expr)
    assert "comment" not in command["add"]["rule"]


def test_what_is_no_operation() -> None:
    with pytest.raises(TypeError, match=r"^not an operation: 'flush ruleset'$"):
        encode_json("flush ruleset", "")  # type: ignore[arg-type]


def test_a_policy_for_a_user_defined_chain() -> None:
    with pytest.raises(InvalidInput, match=r"only a built-in chain has a policy$"):
        encode([SetPolicy(chain=chain("DOCKER"), policy="drop")])
