"""Single rules of the layout of rules, from the driver's own builders."""

from __future__ import annotations

from nfcore.bridge import NetworkSpec, PublishedPort, Recorder, set_per_port_forwarding
from nfcore.engine import IptRule

__all__ = ["checksum_rule", "open_rule"]


def open_rule(spec: NetworkSpec, port: PublishedPort) -> IptRule:
    """The rule that accepts what comes from outside for a container's port."""
    return _port_rules(spec.bridge, port)[0]


def checksum_rule(port: PublishedPort) -> IptRule:
    """The rule that fills in an SCTP port's checksums, which no set can stand for."""
    return _port_rules("any", port)[-1]


def _port_rules(bridge: str, port: PublishedPort) -> list[IptRule]:
    recorder = Recorder()
    set_per_port_forwarding(recorder, port, bridge, sctp_checksum=True, enable=True)
    return list(recorder.rules)
