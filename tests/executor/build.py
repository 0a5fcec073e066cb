"""Short ways to say operations."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import translate
from nfcore.executor import Executor
from nfcore.operations import (
    BASE_CHAINS,
    AddChain,
    AddRule,
    AddTable,
    ChainRef,
    ChainState,
    DeleteRule,
    NativeRule,
    TableRef,
)
from translate import Counters, IPVersion, Jump, Rule

__all__ = [
    "FILTER",
    "FILTER6",
    "NAT",
    "add",
    "base",
    "chain",
    "delete",
    "jump",
    "native",
    "rule",
    "rules_of",
    "state_of",
    "with_filter",
]

FILTER = TableRef(version=IPVersion.V4, name="filter")
FILTER6 = TableRef(version=IPVersion.V6, name="filter")
NAT = TableRef(version=IPVersion.V4, name="nat")


def chain(name: str, table: TableRef = FILTER) -> ChainRef:
    return ChainRef(table=table, name=name)


def base(ref: ChainRef) -> AddChain:
    """The operation that makes a built-in chain."""
    return AddChain(chain=ref, base=BASE_CHAINS[ref.table.name, ref.name])


def rule(ref: ChainRef, line: str, *, counters: Counters | None = None) -> Rule:
    parsed = translate.parse(
        shlex.split(line), version=ref.table.version, table=ref.table.name, chain=ref.name
    )
    return replace(parsed, counters=counters)


def add(
    ref: ChainRef,
    line: str,
    *,
    place: Literal["head", "tail"] = "tail",
    before: int | None = None,
    tag: str | None = None,
    counters: Counters | None = None,
) -> AddRule:
    body = rule(ref, line, counters=counters)
    return AddRule(chain=ref, body=body, place=place, before=before, tag=tag)


def jump(ref: ChainRef, target: str) -> AddRule:
    """A jump that iptables would not even ask for."""
    body = Rule(
        version=ref.table.version, table=ref.table.name, chain=ref.name, target=Jump(chain=target)
    )
    return AddRule(chain=ref, body=body)


def native(ref: ChainRef, *expr: Mapping[str, Any], tag: str | None = None) -> AddRule:
    return AddRule(chain=ref, body=NativeRule(expr=expr), tag=tag)


def delete(ref: ChainRef, handle: int) -> DeleteRule:
    return DeleteRule(chain=ref, handle=handle, body=rule(ref, "-j ACCEPT"))


def with_filter(executor: Executor, *names: str) -> None:
    """Make table filter with FORWARD and user-defined chains."""
    executor.commit(
        [
            AddTable(table=FILTER),
            base(chain("FORWARD")),
            *(AddChain(chain=chain(name)) for name in names),
        ]
    )


def state_of(executor: Executor, ref: ChainRef) -> ChainState:
    return executor.snapshot().tables[ref.table].chains[ref.name]


def rules_of(executor: Executor, ref: ChainRef) -> list[str]:
    """A chain's rules as iptables' arguments."""
    return [shlex.join(translate.format(held.body)) for held in state_of(executor, ref).rules]
