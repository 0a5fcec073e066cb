"""What iptables rules do to a packet: an interpreter that sends nothing and changes nothing.

>>> from ipaddress import ip_address
>>> from translate import IPVersion, parse
>>> from translate.evaluate import Environment, Packet, Route, Ruleset, walk
>>> words = ["-i", "br0", "-p", "tcp", "--dport", "80", "-j", "ACCEPT"]
>>> rule = parse(words, version=IPVersion.V4, chain="FORWARD")
>>> rules = Ruleset.of(IPVersion.V4, [rule], policies={("filter", "FORWARD"): "DROP"})
>>> host = Environment.of({"br0": ["10.0.0.1/24"]}, route=lambda packet: Route(interface="eth0"))
>>> packet = Packet(
...     source=ip_address("10.0.0.2"),
...     destination=ip_address("192.0.2.7"),
...     protocol=6,
...     dport=80,
...     in_interface="br0",
... )
>>> way = walk(packet, rules, host)
>>> print(way.outcome, "by", way.decided_by)
ACCEPT by filter FORWARD rule 1: -A FORWARD -i br0 -p tcp -m tcp --dport 80 -j ACCEPT
"""

from translate.evaluate.alternatives import alternatives
from translate.evaluate.decision import Undecidable
from translate.evaluate.effect import Outcome
from translate.evaluate.environment import Environment, LocalRoute, Route, Routing
from translate.evaluate.hooks import Hook
from translate.evaluate.packet import Packet, State, Status, Translation
from translate.evaluate.result import Doubt, Place, Step, Walk
from translate.evaluate.ruleset import Chain, Policy, Ruleset
from translate.evaluate.walk import walk

__all__ = [
    "Chain",
    "Doubt",
    "Environment",
    "Hook",
    "LocalRoute",
    "Outcome",
    "Packet",
    "Place",
    "Policy",
    "Route",
    "Routing",
    "Ruleset",
    "State",
    "Status",
    "Step",
    "Translation",
    "Undecidable",
    "Walk",
    "alternatives",
    "walk",
]
