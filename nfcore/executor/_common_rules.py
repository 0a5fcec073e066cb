"""Rules that differ in nothing but their interfaces and addresses, as text. Pure.

Every network of a host has the same few rules, about other bridges and subnets. nft's statements of
those stand first in a rule; what follows them is the same text each time, and written once.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Final, Literal

import translate
from nfcore.operations import NativeRule
from translate import Counters, Interface, IPVersion, Match, Negatable, Rule, Target
from translate.matches.conntrack import Conntrack
from translate.nft.encode import address_to_nft, interface_to_nft

__all__ = ["common_statements"]

_INTERFACES: Final = 1024
"""So many tests of interfaces are kept: a bridge's come again with each of its network's rules."""
_ENDS: Final = 1024
"""So many rules without interfaces and addresses."""

_JSON: Final = json.JSONEncoder(separators=(",", ":"), check_circular=False)


def common_statements(rule: Rule | NativeRule) -> str | None:
    """A rule's statements as JSON, joined by commas, where they are all that there is to it.

    Returns:
        None for any other rule: one with a comment or declarations, with a protocol before its
        addresses, or with other matches than conntrack, which might look at all of the rule.

    Raises:
        Untranslatable: nft cannot express the rule.
    """
    if isinstance(rule, NativeRule):
        return None
    source, destination = rule.source, rule.destination
    if (source or destination) and (rule.protocol or rule.fragment):
        return None
    for match in rule.matches:
        if not isinstance(match, Conntrack):
            return None
    version = rule.version
    text = _end(
        version,
        rule.table,
        rule.chain,
        rule.protocol,
        rule.fragment,
        rule.matches,
        rule.target,
        rule.counters,
    )
    if text is None:
        return None
    if destination is not None:
        text = f"{_JSON.encode(address_to_nft('daddr', version, destination))},{text}"
    if source is not None:
        text = f"{_JSON.encode(address_to_nft('saddr', version, source))},{text}"
    if rule.out_interface is not None:
        name, negated = rule.out_interface.value.name, rule.out_interface.negated
        text = f"{_interface('oifname', name, negated)},{text}"
    if rule.in_interface is not None:
        name, negated = rule.in_interface.value.name, rule.in_interface.negated
        text = f"{_interface('iifname', name, negated)},{text}"
    return text


@lru_cache(maxsize=_INTERFACES)
def _interface(key: Literal["iifname", "oifname"], name: str, negated: bool) -> str:
    return _JSON.encode(interface_to_nft(key, Negatable(Interface(name), negated)))


@lru_cache(maxsize=_ENDS)
def _end(
    version: IPVersion,
    table: str,
    chain: str,
    protocol: Negatable[int] | None,
    fragment: Negatable[bool] | None,
    matches: tuple[Match, ...],
    target: Target | None,
    counters: Counters | None,
) -> str | None:
    """The statements of a rule without interfaces and addresses."""
    rule = Rule(
        version=version,
        table=table,
        chain=chain,
        protocol=protocol,
        fragment=fragment,
        matches=matches,
        target=target,
        counters=counters,
    )
    nft = translate.to_nft(rule, shared=True)
    if nft.comment is not None or nft.declarations:
        return None
    return _JSON.encode(nft.expr)[1:-1]
