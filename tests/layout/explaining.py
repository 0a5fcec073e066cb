"""What `nfcore explain` says that becomes of the laboratory's probes."""

from __future__ import annotations

from ipaddress import ip_address

from nfcore.explain import End, Explanation, Place, Question
from nfcore.host import Survey
from tests.layout.lab import PEOPLE, Outcome, Probe, address_of
from translate.evaluate import Outcome as Verdict
from translate.protocols import ICMP, protocol_number

__all__ = ["foretold"]


def foretold(survey: Survey, probe: Probe) -> tuple[Outcome | None, Explanation]:
    """Who will receive it and from whom, and why."""
    version = ip_address(probe.destination).version
    own = address_of(probe.sender, version)
    sender = End(place=Place.HOST) if own is None else End(address=ip_address(own))
    protocol = ICMP if probe.protocol == "ping" else protocol_number(probe.protocol)
    receiver = End(address=ip_address(probe.destination), port=probe.port or None)
    told = survey.explain(Question(sender=sender, receiver=receiver, protocol=protocol))
    arrives = told.outcomes == (Verdict.ACCEPT,)
    if probe.protocol == "tcp":  # which is seen when the connection is made
        arrives = arrives and told.reply is not None and told.reply.outcome is Verdict.ACCEPT
    if not arrives:
        return None, told
    final = told.way.packet
    receivers = {address_of(who, version): who for who in PEOPLE}
    return Outcome(receivers.get(str(final.destination), "router"), str(final.source)), told
