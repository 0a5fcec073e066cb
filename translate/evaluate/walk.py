"""A packet's way through the hooks and tables of a host, in the kernel's order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from translate.evaluate.effect import Outcome
from translate.evaluate.environment import LOOPBACK, Environment, Route
from translate.evaluate.hooks import TABLES_AT, Hook
from translate.evaluate.packet import Packet, State, Status, Translation
from translate.evaluate.record import Record
from translate.evaluate.result import Place, Step, Walk
from translate.evaluate.ruleset import Ruleset
from translate.evaluate.situation import Situation
from translate.evaluate.traversal import Traversal
from translate.exceptions import InvalidPacket
from translate.protocols import ICMP, ICMPV6
from translate.types import IPAddress

__all__ = ["walk"]

_NOTHING_ASSUMED: Final[Mapping[Place, bool]] = MappingProxyType({})


def walk(
    packet: Packet,
    ruleset: Ruleset,
    environment: Environment,
    *,
    assumed: Mapping[Place, bool] = _NOTHING_ASSUMED,
) -> Walk:
    """Send a packet through the rules, as the kernel would, without sending anything.

    A packet with an ``in_interface`` is received: it passes PREROUTING, and then INPUT or FORWARD
    and POSTROUTING, whichever its destination leads to after PREROUTING may have changed it. One
    without is sent by the host: it passes OUTPUT and POSTROUTING, and if it is for the host itself,
    PREROUTING and INPUT on the loopback interface. Only a NEW packet passes the nat table, once for
    either side of its addresses; a packet of a known flow gets that flow's translation.

    What cannot be decided is not guessed at: such a rule is listed in `Walk.uncertain`, and the
    walk goes on as if it didn't match, unless ``assumed`` says otherwise.

    Args:
        packet: the packet as it comes.
        ruleset: the rules, of the packet's IP version.
        environment: the host's addresses and routes.
        assumed: by place, whether a rule that can't be decided matches.

    Returns:
        The outcome and the way there.

    Raises:
        InvalidPacket: packet and ruleset are of two IP versions.
    """
    if packet.version is not ruleset.version:
        raise InvalidPacket(
            f"packet: {packet.source} is IPv{packet.version.value}, "
            f"the ruleset IPv{ruleset.version.value}"
        )
    return _Walker(packet, ruleset, environment, Record(assumed)).run()


class _Walker:
    def __init__(
        self, packet: Packet, ruleset: Ruleset, environment: Environment, record: Record
    ) -> None:
        self._original = packet
        self._packet = packet
        self._tables = ruleset.tables
        self._environment = environment
        self._record = record
        self._hooks: list[Hook] = []
        self._in_interface = packet.in_interface or ""
        self._route: Route | None = None
        # What connection tracking remembers of a packet that meets it twice, on the loopback.
        self._tracked = False
        self._translated: set[bool] = set()

    def run(self) -> Walk:
        outcome = self._receive() if self._in_interface else self._send()
        packet = replace(
            self._packet,
            in_interface=self._in_interface or None,
            out_interface=None if self._route is None else self._route.interface,
        )
        steps = tuple(self._record.steps)
        return Walk(
            outcome=outcome,
            original=self._original,
            packet=packet,
            translation=Translation.between(self._original, packet),
            steps=steps,
            decided_by=_decided_by(steps, outcome),
            hooks=tuple(self._hooks),
            uncertain=tuple(self._record.doubts),
        )

    def _receive(self) -> Outcome:
        outcome = self._pass(Hook.PREROUTING)
        if outcome is not Outcome.ACCEPT:
            return outcome
        if self._environment.delivers(self._packet.destination):
            return self._pass(Hook.INPUT)
        return self._forward()

    def _forward(self) -> Outcome:
        if self._environment.link_type(self._original) != "unicast":
            # ip_forward passes on nothing that came in a frame for many.
            return Outcome.DROP
        self._route = route = self._find_route()
        if route is None:
            return Outcome.UNROUTABLE
        ttl = self._packet.ttl
        if ttl is not None:
            if ttl <= 1:
                return Outcome.EXPIRED
            self._packet = replace(self._packet, ttl=ttl - 1)
        outcome = self._pass(Hook.FORWARD, route)
        return self._pass(Hook.POSTROUTING, route) if outcome is Outcome.ACCEPT else outcome

    def _send(self) -> Outcome:
        first = self._route = self._find_route()
        if first is None:
            return Outcome.UNROUTABLE
        outcome = self._pass(Hook.OUTPUT, first)
        if outcome is not Outcome.ACCEPT:
            return outcome
        outcome = self._pass(Hook.POSTROUTING, self._route)
        if outcome is not Outcome.ACCEPT or not self._is_local(self._packet.destination):
            return outcome
        self._in_interface, self._route = LOOPBACK, None
        return self._receive()

    def _find_route(self) -> Route | None:
        if self._is_local(self._packet.destination):
            return Route(interface=LOOPBACK)
        chosen = self._original.out_interface
        found = self._environment.route(self._packet)
        if chosen is None or (found is not None and found.interface == chosen):
            return found
        return Route(interface=chosen)

    def _is_local(self, address: IPAddress) -> bool:
        return self._environment.address_type(address) == "LOCAL"

    def _pass(self, hook: Hook, route: Route | None = None) -> Outcome:
        """Pass one hook; interfaces stay what they were when the packet came to it."""
        self._hooks.append(hook)
        for table in TABLES_AT[hook]:
            before = self._packet
            passing = self._translate if table == "nat" else self._traverse
            outcome = passing(hook, table, route)
            if outcome is not Outcome.ACCEPT:
                return outcome
            if hook is Hook.OUTPUT and _must_be_routed_again(table, before, self._packet):
                self._route = self._find_route()
                if self._route is None:
                    return Outcome.UNROUTABLE
        return Outcome.ACCEPT

    def _traverse(self, hook: Hook, table: str, route: Route | None) -> Outcome:
        packet = self._packet
        if table == "raw" and not self._tracked:
            # Connection tracking comes after the raw table, which sees no state yet.
            packet = replace(packet, state=State.INVALID, status=frozenset(), flow=None)
        situation = Situation(
            packet=packet,
            original=self._original,
            hook=hook,
            table=table,
            in_interface="" if hook is Hook.OUTPUT else self._in_interface,
            out_interface="" if route is None else route.interface,
            gateway=None if route is None else route.gateway,
            environment=self._environment,
        )
        traversal = Traversal(self._tables.get(table, {}), situation, self._record)
        outcome = traversal.run()
        after = traversal.situation.packet
        if table == "raw" and not self._tracked:
            after = self._track(before=self._packet, after=after)
        self._packet = after
        return outcome

    def _track(self, before: Packet, after: Packet) -> Packet:
        self._tracked = True
        if after.state is State.UNTRACKED:
            return after
        return replace(after, state=before.state, status=before.status, flow=before.flow)

    def _translate(self, hook: Hook, table: str, route: Route | None) -> Outcome:
        """Pass the nat table, as nf_nat_inet_fn: once for each side of the addresses."""
        packet, is_destination = self._packet, hook.translates_destination
        if not packet.is_tracked or is_destination in self._translated:
            return Outcome.ACCEPT
        self._translated.add(is_destination)
        is_error = packet.state is State.RELATED and packet.protocol in {ICMP, ICMPV6}
        if packet.state is State.ESTABLISHED or is_error:
            self._packet = _follow(packet, is_destination)
            return Outcome.ACCEPT
        outcome = self._traverse(hook, table, route)
        if Translation.between(packet, self._packet) is not None:
            side = Status.DNAT if is_destination else Status.SNAT
            self._packet = replace(self._packet, status=self._packet.status | {side})
        return outcome


def _follow(packet: Packet, is_destination: bool) -> Packet:
    flow = packet.flow
    if flow is None:
        return packet
    if is_destination:
        return packet.with_destination(flow.destination, flow.dport)
    return packet.with_source(flow.source, flow.sport)


def _must_be_routed_again(table: str, before: Packet, after: Packet) -> bool:
    """As ipt_mangle_out and nf_nat_ipv4_local_fn."""
    if table == "nat":
        return before.destination != after.destination
    return table == "mangle" and (before.mark, before.tos) != (after.mark, after.tos)


def _decided_by(steps: tuple[Step, ...], outcome: Outcome) -> Step | None:
    verdicts = [step for step in steps if step.outcome is not None]
    if outcome is Outcome.ACCEPT:
        verdicts = [step for step in verdicts if step.place.table == "filter"] or verdicts
    return verdicts[-1] if verdicts and verdicts[-1].outcome is outcome else None
