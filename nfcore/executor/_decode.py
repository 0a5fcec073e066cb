"""From libnftables' JSON listing of a table to its typed state. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import translate
from nfcore.executor._decode_sets import decode_set
from nfcore.operations import (
    TABLES,
    BaseChain,
    ChainState,
    KernelRule,
    SetState,
    TableRef,
    TableState,
)
from translate import InvalidRule, IPVersion, check_chain_name

__all__ = ["decode_table", "tables_among"]

_BASE_KEYS: Final = ("type", "hook", "prio", "policy")


def tables_among(names: Iterable[str], version: IPVersion, *, prefix: str = "") -> list[TableRef]:
    """Which of the kernel's tables of one IP version are iptables' own.

    Args:
        names: the names of the kernel's tables.
        version: the IP version.
        prefix: what the kernel's tables have before iptables' names for them.
    """
    own = {prefix + name: name for name in TABLES}
    return [TableRef(version=version, name=own[name]) for name in names if name in own]


def decode_table(listing: bytes, table: TableRef) -> TableState:
    """One table's state.

    Chains whose names iptables cannot hold (nft allows any text) are left out: no iptables command
    reaches them. A jump to one is an opaque statement of its rule.

    Args:
        listing: what ``list table`` printed, with handles.
        table: which one it is.

    Raises:
        TornListingError: a set's elements are not all listed.
        ValueError: the listing is no JSON.
    """
    chains: dict[str, dict[str, Any]] = {}
    rules: dict[str, list[KernelRule]] = {}
    sets: dict[str, SetState] = {}
    for item in _items(listing.decode()):
        if (chain := item.get("chain")) is not None and _is_iptables_name(chain["name"]):
            chains[chain["name"]] = chain
            rules[chain["name"]] = []
        elif (rule := item.get("rule")) is not None and rule["chain"] in rules:
            rules[rule["chain"]].append(_rule(rule, table))
        elif (named := item.get("set") or item.get("map")) is not None:
            state = decode_set(named)
            if state is not None:
                sets[named["name"]] = state
    return TableState(
        chains={
            name: ChainState(base=_base(chain), rules=tuple(rules[name]))
            for name, chain in chains.items()
        },
        sets=sets,
    )


def _items(listing: str) -> Iterator[dict[str, Any]]:
    """The objects of ``{"nftables": [{…}, {…}]}``, one at a time.

    All at once they are millions of containers, which Python's collector walks again and again
    while the rules are made of them: a third of the time with 70,000 rules.
    """
    decoder = json.JSONDecoder()
    position = listing.index("[") + 1
    while not listing.startswith("]", position):
        item, position = decoder.raw_decode(listing, position)
        yield item
        position += len(", ") if listing.startswith(", ", position) else 0


def _is_iptables_name(chain: str) -> bool:
    try:
        check_chain_name(chain)
    except InvalidRule:
        return False
    return True


def _base(chain: Mapping[str, Any]) -> BaseChain | None:
    if "hook" not in chain:
        return None
    kind, hook, priority, policy = (chain[key] for key in _BASE_KEYS)
    return BaseChain(type=kind, hook=hook, priority=priority, policy=policy)


def _rule(rule: Mapping[str, Any], table: TableRef) -> KernelRule:
    body, tag = translate.from_nft(
        rule["expr"],
        version=table.version,
        table=table.name,
        chain=rule["chain"],
        comment=rule.get("comment"),
    )
    return KernelRule(handle=rule["handle"], body=body, tag=tag, counters=body.counters)
