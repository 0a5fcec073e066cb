"""From a question to its answer. Pure, but for what is asked of the `HostView`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nfcore.bridge import NetworkState
from nfcore.explain import _others, _published, _stopped, _surroundings
from nfcore.explain._elsewhere import Elsewhere, walk_elsewhere
from nfcore.explain._finding import Case, Finding
from nfcore.explain._held import Held, environment_of, iptables_rules
from nfcore.explain._question import Question
from nfcore.explain._resolve import resolve
from nfcore.system import HostView
from translate.evaluate import (
    Environment,
    Outcome,
    Packet,
    Ruleset,
    State,
    Translation,
    Walk,
    alternatives,
    walk,
)
from translate.evaluate.packet import PORT_PROTOCOLS
from translate.protocols import ICMP, ICMPV6, TCP

__all__ = ["Explanation", "explain"]

_ACK = 16
_ECHO_REPLIES = {ICMP: (8, 0), ICMPV6: (128, 129)}
"""The type of a request and of its answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A packet's way, and what is to be said about it.

    Attributes:
        way: its way past iptables' own tables.
        sender: the network that it comes from, or None.
        receiver: the network that it ends in, or None.
        elsewhere: its way past all other rules.
        reply: the way of the first answer; None where none is to be expected.
        outcomes: all that may become of it: the first as ``way`` has it, others where rules cannot
            be evaluated.
        findings: what keeps it from arriving first, then what is good to know.
    """

    way: Walk
    sender: NetworkState | None = None
    receiver: NetworkState | None = None
    elsewhere: tuple[Elsewhere, ...] = ()
    reply: Walk | None = None
    outcomes: tuple[Outcome, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def ends_in(self) -> str:
        """Where it comes to: ``host``, a network's name, or the interface that it leaves by."""
        if self.receiver is not None:
            return self.receiver.spec.name
        return self.way.packet.out_interface or "host"

    @property
    def arrives(self) -> bool | None:
        """Whether the packet arrives there, and an answer comes back; None where that is unsure."""
        if any(finding.blocks for finding in self.findings):
            return False
        if Outcome.ACCEPT not in self.outcomes:
            return False
        unsure = any(place.may_stop or place.translation for place in self.elsewhere)
        return None if unsure or len(self.outcomes) > 1 else True


def explain(
    question: Question, *, held: Held, networks: Sequence[NetworkState], host: HostView
) -> Explanation:
    """Walk a packet through what the kernel holds, and say why it goes where it goes.

    Args:
        question: the packet.
        held: every rule.
        networks: the networks that the rules tell of.
        host: the host around the rules.

    Raises:
        EvaluationError: no such packet can be, or the kernel's rules make no ruleset.
        InvalidInput: too little was said, or what contradicts itself.
        NotFound: there is no such network.
    """
    resolved = resolve(question, networks, host)
    environment = environment_of(host, networks)
    rules = iptables_rules(held.rules, resolved.packet.version)
    ways = alternatives(resolved.packet, rules, environment)
    way = ways[0]
    case = Case(
        way=way,
        elsewhere=tuple(walk_elsewhere(way, held, environment)),
        reply=_reply(way, rules, environment),
        sender=resolved.sender,
        receiver=resolved.receiver,
        networks=networks,
        rules=rules,
        held=held,
        host=host,
        environment=environment,
    )
    return Explanation(
        way=way,
        sender=resolved.sender,
        receiver=case.target(),
        elsewhere=case.elsewhere,
        reply=case.reply,
        outcomes=(way.outcome, *sorted({w.outcome for w in ways} - {way.outcome})),
        findings=tuple(sorted(_findings(case), key=lambda found: not found.blocks)),
    )


def _findings(case: Case) -> Iterator[Finding]:
    yield from _stopped.findings(case)
    yield from _published.findings(case)
    yield from _surroundings.findings(case)
    yield from _others.findings(case)
    if not any(each.stops for each in case.elsewhere):
        yield from _stopped.reply_findings(case)


def _reply(way: Walk, rules: Ruleset, environment: Environment) -> Walk | None:
    """The way of the answer to a connection's first packet."""
    before, after = way.original, way.packet
    if way.outcome is not Outcome.ACCEPT or before.state is not State.NEW:
        return None
    answered = _ECHO_REPLIES.get(before.protocol)
    if before.protocol not in PORT_PROTOCOLS and (
        answered is None or before.icmp_type != answered[0]
    ):
        return None
    back = Packet(
        source=after.destination,
        destination=after.source,
        protocol=after.protocol,
        in_interface=after.out_interface,
        sport=after.dport,
        dport=after.sport,
        icmp_type=None if answered is None else answered[1],
        icmp_code=None if answered is None else 0,
        tcp_flags=_ACK if after.protocol == TCP else None,
        state=State.ESTABLISHED if after.is_tracked else after.state,
        status=after.status,
        connmark=after.connmark,
        flow=Translation(
            source=before.destination,
            sport=before.dport,
            destination=before.source,
            dport=before.sport,
        )
        if after.is_tracked
        else None,
    )
    return walk(back, rules, environment)
