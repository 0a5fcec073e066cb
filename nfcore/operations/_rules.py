"""Operations on rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import translate
from nfcore.operations._places import ChainRef
from translate import Rule

__all__ = [
    "AddRule",
    "DeleteRule",
    "NativeRule",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeRule:
    """A rule that iptables has no words for: nft's own statements, kept as they are.

    ``expr`` holds JSON statements as in libnftables-json(5), made by nfcore's own encoders. (What
    is read back from the kernel is always a `Rule`, in which statements without iptables words
    are `translate.Opaque` matches.)
    """

    expr: tuple[Mapping[str, Any], ...]

    def __hash__(self) -> int:
        return hash(repr(self.expr))


def _rule_text(chain: ChainRef, body: Rule | NativeRule, action: str) -> str:
    if isinstance(body, Rule):
        return " ".join([str(chain.table), action, chain.name, *translate.format(body)])
    verb = {"-A": "add", "-I": "insert", "-D": "delete"}[action]
    place = f"{chain.table.version.family} {chain.table.name} {chain.name}"
    return f"nft {verb} rule {place} {json.dumps(body.expr)}"


class AddRule(NamedTuple):
    """Put a rule into a chain.

    Args:
        chain: where.
        body: the rule.
        place: ``tail`` (iptables -A) or ``head`` (-I); with ``before`` given it is ignored.
        before: the handle of the rule above which this one goes (as -I CHAIN NUMBER), or None.
            There is no "behind": libnftables 1.0.6 reads a handle with an insertion, and
            silently drops it with an addition.
        tag: text kept with the rule in the kernel that iptables' save form does not show
            (nfcore notes a network's name in it), or None.
    """

    chain: ChainRef
    body: Rule | NativeRule
    place: Literal["head", "tail"] = "tail"
    before: int | None = None
    tag: str | None = None

    def __str__(self) -> str:
        inserted = self.place == "head" or self.before is not None
        return _rule_text(self.chain, self.body, "-I" if inserted else "-A")


class DeleteRule(NamedTuple):
    """Delete the rule with this handle; ``body`` says what it is, for messages and for legacy."""

    chain: ChainRef
    handle: int
    body: Rule

    def __str__(self) -> str:
        return _rule_text(self.chain, self.body, "-D")
