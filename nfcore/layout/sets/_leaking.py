"""From single rules of the driver's form to the elements that stand for them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import NamedTuple

import translate
from nfcore.bridge import (
    Linked,
    NetworkFact,
    OpenPort,
    PortMasqueraded,
    Published,
    address_text,
    read_fact,
)
from nfcore.engine import IptRule
from nfcore.layout.sets._names import Names, names_of
from nfcore.layout.sets._ports import NUMBERS, host_port
from nfcore.operations import ElementKey, SetRef

__all__ = ["RuleElements", "elements_of"]


class RuleElements(NamedTuple):
    """What a rule stands for.

    Attributes:
        keys: the elements of a port or a link.
        network: the bridge whose own rule it is, or None.
    """

    keys: Mapping[SetRef, Collection[ElementKey]] = MappingProxyType({})
    network: str | None = None


def elements_of(rule: IptRule) -> RuleElements:
    """What a rule stands for; nothing, where it is none of the driver's.

    Raises:
        ParseError: iptables would refuse the rule.
    """
    parsed = translate.parse(rule.args, version=rule.version, table=rule.table, chain=rule.chain)
    names = names_of(rule.version)
    match read_fact(parsed):
        case NetworkFact(bridge=bridge):
            return RuleElements(network=bridge)
        case OpenPort() as fact:
            key: ElementKey = (
                fact.bridge,
                address_text(fact.address),
                NUMBERS[fact.protocol],
                fact.port,
            )
            return RuleElements({names.published: [key]})
        case PortMasqueraded() as fact:
            own = address_text(fact.address)
            key = (own, own, NUMBERS[fact.protocol], fact.port)
            return RuleElements({names.hairpin: [key]})
        case Published() as fact:
            return RuleElements(_published(names, fact))
        case Linked() as fact:
            ends = (str(fact.link.parent), str(fact.link.child))
            set_ = names.links
            if fact.replies:
                ends, set_ = ends[::-1], names.replies
            key = (fact.bridge, *ends, NUMBERS[fact.link.protocol], fact.link.port)
            return RuleElements({set_: [key]})
    return RuleElements()


def _published(names: Names, fact: Published) -> dict[SetRef, Collection[ElementKey]]:
    lies = host_port(names, fact.port)
    keys: dict[SetRef, Collection[ElementKey]] = {
        lies.addresses: [lies.key],
        lies.ports: [lies.key],
    }
    if fact.bridge is not None:
        keys[lies.own] = [(fact.bridge, *lies.key)]
    return keys
