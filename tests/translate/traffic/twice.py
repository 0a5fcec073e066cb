"""Rules that stand in a namespace twice: as iptables has them, and translated."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.translate.harness.namespace import Command, Namespace
from translate import IPVersion, parse, to_nft

__all__ = ["Both", "Twice"]

_SEND = Path(__file__).with_name("send.py")
_COUNTED = re.compile(r"^\[(\d+):\d+\] -A ")
_PLACES = {"raw": ("PREROUTING", "prerouting", -350), "filter": ("INPUT", "input", -50)}
"""A table's chain, and where a chain of nft's sees the same packets a little earlier."""


class Both(NamedTuple):
    """How many packets iptables and nft have counted at a rule."""

    iptables: int
    nft: int


class Twice:
    """The rules in place, and packets counted at each.

    Args:
        namespace: where to work.
        version: the IP version.
        rules: the rules' arguments, as for a shell.
        table: ``raw``, or ``filter``, where packets belong to connections.
    """

    def __init__(
        self, namespace: Namespace, version: IPVersion, rules: Sequence[str], *, table: str = "raw"
    ) -> None:
        self._namespace = namespace
        self._version = version
        self._rules = rules
        self._table = table
        commands = [Command(["ip", "link", "set", "lo", "up"])]
        chain, hook, priority = _PLACES[table]
        place = {"family": version.family, "table": "translated"}
        base = {"type": "filter", "hook": hook, "prio": priority, "name": "rules"}
        nft: list[Any] = [
            {"add": {"table": {"family": version.family, "name": "translated"}}},
            {"add": {"chain": {**place, **base}}},
        ]
        for args in rules:
            words = shlex.split(args)
            program = f"{version.program}-legacy"
            commands.append(Command([program, "-t", table, "-A", chain, *words]))
            rule = parse(words, version=version, table=table, chain=chain)
            made = to_nft(rule, shared=True)
            sets = [{"add": {"set": {**one["set"], **place}}} for one in made.declarations]
            nft += [one for one in sets if one not in nft]
            nft.append({"add": {"rule": {**place, "chain": "rules", "expr": list(made.expr)}}})
        commands.append(Command(["nft", "-j", "-f", "-"], json.dumps({"nftables": nft})))
        for command, done in zip(commands, namespace.run(commands), strict=True):
            assert done.status == 0, f"{command.argv}: {done.stderr}"

    def send(self, packet: bytes) -> dict[str, Both]:
        """Send a packet to the namespace itself, and say what it added at each rule."""
        before = self.counts()
        command = Command([sys.executable, "-S", str(_SEND), packet.hex()])
        (sent,) = self._namespace.run([command])
        assert sent.status == 0, sent.stderr
        return {
            rule: Both(after.iptables - before[rule].iptables, after.nft - before[rule].nft)
            for rule, after in self.counts().items()
        }

    def counts(self) -> dict[str, Both]:
        """What was counted at each rule so far."""
        saved, listed = self._namespace.run(
            [
                Command([f"{self._version.program}-legacy-save", "-c", "-t", self._table]),
                Command(
                    ["nft", "-j", "list", "chain", self._version.family, "translated", "rules"]
                ),
            ]
        )
        lines = saved.stdout.splitlines()
        iptables = [int(found[1]) for line in lines if (found := _COUNTED.match(line))]
        nft = [
            statement["counter"]["packets"]
            for item in json.loads(listed.stdout)["nftables"]
            for statement in item.get("rule", {}).get("expr", ())
            if "counter" in statement
        ]
        both = (Both(*counted) for counted in zip(iptables, nft, strict=True))
        return dict(zip(self._rules, both, strict=True))
