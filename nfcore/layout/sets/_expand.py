"""From elements to the iptables rules that the layout of rules would have.

The driver does again, in the order of the elements' numbers, what put them in, over a firewall in
memory. What it leaves there takes the place of this layout's own rules among the kernel's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from nfcore.bridge import (
    Driver,
    NetworkSpec,
    NetworkState,
    PublishedPort,
    Recorder,
    port_tag,
    set_per_port_forwarding,
    set_per_port_nat,
)
from nfcore.engine import ListingSource, Ruleset, Transaction
from nfcore.executor import FakeExecutor
from nfcore.layout.sets._comments import note_of, number_of
from nfcore.layout.sets._counting import counted
from nfcore.layout.sets._links import link_key
from nfcore.layout.sets._names import TAG, Names, names_of
from nfcore.layout.sets._ports import hairpin_key, host_port, open_key
from nfcore.layout.sets._recognize import networks_in_sets
from nfcore.operations import (
    ChainRef,
    ChainState,
    ElementKey,
    KernelRule,
    SetElement,
    SetRef,
    Snapshot,
    TableRef,
)
from translate import IPVersion, Rule, Verdict
from translate.targets.dnat import Dnat

__all__ = ["expand"]


class _Event(NamedTuple):
    """Something that was done, and its number."""

    number: str
    redo: Callable[[Transaction], None]


def expand(ruleset: Ruleset, driver: Driver) -> Ruleset:
    """The ruleset as the layout of rules would have it.

    Args:
        ruleset: what the kernel holds.
        driver: the driver whose networks they are.
    """
    replayed = _replayed(ruleset, driver)

    def held(ref: SetRef, key: ElementKey) -> SetElement | None:
        named = ruleset.named_set(ref)
        return None if named is None else named.get(key)

    tables = {}
    for table, state in ruleset.snapshot().tables.items():
        chains = {
            name: _spliced(ChainRef(table=table, name=name), chain, replayed, held)
            for name, chain in state.chains.items()
        }
        tables[table] = replace(state, chains=chains, sets={})
    return Ruleset.from_snapshot(Snapshot(tables=tables))


def _replayed(ruleset: Ruleset, driver: Driver) -> Transaction:
    executor = FakeExecutor()
    transaction = Transaction(executor, ListingSource(executor))
    driver.ensure_started(transaction)
    events = [
        event for state in networks_in_sets(ruleset) for event in _events(ruleset, driver, state)
    ]
    for event in sorted(events, key=lambda event: event.number):
        event.redo(transaction)
    return transaction


def _events(ruleset: Ruleset, driver: Driver, state: NetworkState) -> Iterator[_Event]:
    spec = state.spec
    made = _as_made(driver, state)
    pair = (spec.bridge, spec.bridge)
    notes = (_element(ruleset, names_of(version), "same", pair) for version in IPVersion)
    note = next((note_of(element.comment) for element in notes if element is not None), None)
    if note is not None:
        yield _Event(note.number, lambda to: made.create_network(to, spec, made_by=state.made_by))
    seen: set[tuple[object, ...]] = set()
    for port in state.ports:
        yield from _port_events(ruleset, made, spec, port, seen)
    for link in state.links:
        names = names_of(IPVersion(link.parent.version))
        number = _number(_element(ruleset, names, "links", link_key(spec, link)))
        yield _Event(number, lambda to, link=link: made.link(to, spec, link))  # type: ignore[misc]


def _port_events(
    ruleset: Ruleset,
    driver: Driver,
    spec: NetworkSpec,
    port: PublishedPort,
    seen: set[tuple[object, ...]],
) -> Iterator[_Event]:
    """A port's own rules, and those that it shares with others, each at its own time."""
    names = names_of(port.version)
    hairpin = driver.config.hairpin
    routed = spec.gateway_mode(port.version).nat_disabled
    recorder = Recorder()
    if not routed:
        set_per_port_nat(recorder, port, spec.bridge, hairpin=hairpin, enable=True)
        lies = host_port(names, port)
        own = ruleset.named_set(lies.addresses)
        number = _number(None if own is None else own.get(lies.key))
        dnat, *masquerade = recorder.rules
        yield _Event(number, dnat.append)
        for rule in masquerade:
            shared = _element(ruleset, names, "hairpin", hairpin_key(port))
            if shared is not None and ("hairpin", *hairpin_key(port)) not in seen:
                seen.add(("hairpin", *hairpin_key(port)))
                yield _Event(_number(shared), rule.append)
    opened = _element(ruleset, names, "published", open_key(spec, port))
    if opened is not None and open_key(spec, port) not in seen:
        seen.add(open_key(spec, port))
        tag = port_tag(port) if routed else None

        def redo(to: Transaction) -> None:
            set_per_port_forwarding(
                to, port, spec.bridge, sctp_checksum=False, enable=True, tag=tag
            )

        yield _Event(_number(opened), redo)


def _as_made(driver: Driver, state: NetworkState) -> Driver:
    """The driver in the mode in which it made the network."""
    if state.hairpin is None or state.hairpin is driver.config.hairpin:
        return driver
    return replace(driver, config=replace(driver.config, enable_userland_proxy=not state.hairpin))


def _element(
    ruleset: Ruleset, names: Names, which: str, key: tuple[str | int, ...]
) -> SetElement | None:
    named = ruleset.named_set(getattr(names, which))
    return None if named is None else named.get(key)


def _number(element: SetElement | None) -> str:
    return ("" if element is None else number_of(element.comment)) or ""


def _spliced(
    ref: ChainRef,
    chain: ChainState,
    replayed: Transaction,
    held_in: Callable[[SetRef, ElementKey], SetElement | None],
) -> ChainState:
    """A chain with the replayed rules in the place of this layout's own."""
    table: TableRef = ref.table
    kept = {rule.body for rule in chain.rules if not _is_own(rule)}
    fresh = [
        rule
        for rule in replayed.rules(table.version, table.name, ref.name)
        if rule.body not in kept
    ]
    groups = {
        at_end: [rule for rule in fresh if _stands_at_end(ref, rule.body) is at_end]
        for at_end in (False, True)
    }
    rules: list[KernelRule] = []
    for held in chain.rules:
        if not _is_own(held):
            rules.append(held)
            continue
        at_end = _is_at_end(held)
        for rule in groups.pop(at_end, ()):
            handle = -1 - len(rules)  # no kernel's, but a handle of its own
            counters = counted(rule.body, held_in)
            rules.append(KernelRule(handle=handle, body=rule.body, tag=rule.tag, counters=counters))
    return replace(chain, rules=tuple(rules))


def _is_own(rule: KernelRule) -> bool:
    return rule.tag is not None and rule.tag.startswith(TAG)


_AT_END = frozenset({"no-icc", "hairpin", "dnat-one", "dnat-any"})


def _is_at_end(rule: KernelRule) -> bool:
    return (rule.tag or "").removeprefix(TAG) in _AT_END


def _stands_at_end(ref: ChainRef, rule: Rule) -> bool:
    """Whether the driver appends the rule, in a chain where it inserts others."""
    if ref.name == "FORWARD":
        return rule.target == Verdict(verdict="DROP")
    if ref.name == "POSTROUTING":
        return rule.protocol is not None
    return isinstance(rule.target, Dnat)
