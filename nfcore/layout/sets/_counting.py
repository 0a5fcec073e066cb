"""What elements have counted, for the rules that they stand for. Pure."""

from __future__ import annotations

from collections.abc import Callable

from nfcore.bridge import Kind, NetworkFact, OpenPort, Published, read_fact
from nfcore.layout.sets._names import Names, names_of
from nfcore.layout.sets._ports import NUMBERS
from nfcore.operations import ElementKey, SetElement, SetRef
from translate import Counters, Rule

__all__ = ["counted"]


def counted(rule: Rule, held: Callable[[SetRef, ElementKey], SetElement | None]) -> Counters | None:
    """What a rule of the layout of rules would have counted; None where no element tells.

    An element that one rule stands for counts what that would: published ports, what is open, and
    ICC. ``forwarded`` counts for three rules at once, so it tells of none of them.

    Args:
        rule: the rule.
        held: gives what a set keeps with a key.
    """
    place = _place(rule, names_of(rule.version))
    element = None if place is None else held(*place)
    return None if element is None else element.counters


def _place(rule: Rule, names: Names) -> tuple[SetRef, ElementKey] | None:
    match read_fact(rule):
        case NetworkFact(kind=Kind.ICC_ACCEPT, bridge=bridge):
            return names.icc_on, (bridge, bridge)
        case NetworkFact(kind=Kind.ICC_DROP, bridge=bridge):
            return names.icc_off, (bridge, bridge)
        case OpenPort() as fact:
            number = NUMBERS[fact.protocol]
            return names.published, (fact.bridge, str(fact.address), number, fact.port)
        case Published(port=port):
            key: ElementKey = (NUMBERS[port.protocol], port.host_port)
            if port.host_address is None:
                return names.any_address, key
            return names.one_address, (str(port.host_address), *key)
    return None
