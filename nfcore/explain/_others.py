"""What rules beside iptables' own do to a packet, and what of them cannot be told. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from nfcore.explain._elsewhere import Elsewhere, other_nat_rules
from nfcore.explain._finding import Case, Finding, endpoint
from translate import save_line
from translate.evaluate import Doubt

__all__ = ["findings"]

_SHOWN = 3


def findings(case: Case) -> Iterator[Finding]:
    """Of other tables and chains on the packet's way, and of rules that cannot be evaluated."""
    for place in case.elsewhere:
        yield from _of_place(place)
    for doubt in case.way.uncertain:
        yield Finding(
            code="uncertain",
            text=f"cannot be evaluated, and was taken not to match: {doubt}"
            if doubt.about == "match"
            else f"what it does is not known: {doubt}",
        )
    count = other_nat_rules(case.held, case.rules)
    if count:
        yield Finding(
            code="two-nat-tables",
            text=f"{case.held.other_kind} has {count} rules in table nat too: of the two tables "
            "the one that was set up last translates, and the other is not asked",
            remedy="nfcore migrate takes Docker's rules from one kind of tables to the other",
        )
    for family, names in _unread(case).items():
        yield Finding(
            code="unread",
            text=f"tables of family {family} were not read ({', '.join(names)}): they see "
            + ("frames on bridges" if family == "bridge" else "packets before all else"),
            remedy="nft list ruleset " + family,
        )


def _of_place(place: Elsewhere) -> Iterator[Finding]:
    told = "" if place.decided_by is None else f": {place.decided_by}"
    if place.decided_by is not None and place.base is not None:
        rule = place.decided_by.rule
        told = ": its policy" if rule is None else f": {save_line(rule)}"
    if place.stops:
        yield Finding(
            code="foreign-stop",
            text=f"{_named(place)} ends its way with {place.outcomes[0]}{told}",
            remedy="whatever is accepted in one table must be accepted in every other too",
            blocks=True,
        )
    elif place.may_stop:
        yield Finding(
            code="foreign-unknown",
            text=f"{_named(place)} may stop it: "
            + "; ".join(_doubt(doubt) for doubt in place.uncertain[:_SHOWN])
            + ("; …" if len(place.uncertain) > _SHOWN else ""),
        )
    if place.translation is not None:
        new = place.translation
        to = " ".join(
            f"{end} {endpoint(address, port)}" if address is not None else f"{end} port {port}"
            for end, address, port in (
                ("source", new.source, new.sport),
                ("destination", new.destination, new.dport),
            )
            if (address, port) != (None, None)
        )
        yield Finding(
            code="foreign-nat",
            text=f"{_named(place)} translates it (new {to}), which iptables' own tables then do "
            "not: its way from there on is another than shown here",
        )


def _named(place: Elsewhere) -> str:
    base = place.base
    if base is None:
        return f"the tables of {place.where}"
    return f"chain {place.where} (hook {base.hook}, priority {base.priority})"


def _doubt(doubt: Doubt) -> str:
    return f"{save_line(doubt.rule)} ({doubt.reason})"


def _unread(case: Case) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for table in case.held.foreign.get(case.version, ()):
        if table.family in {"bridge", "netdev"}:
            found.setdefault(table.family, []).append(table.name)
    return found
