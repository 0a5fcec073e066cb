"""The evaluator and the kernel agree on where packets come out, and with what addresses."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.translate.evaluate.lab import Lab, check
from tests.translate.evaluate.lab.programs import PROGRAMS, Program
from tests.translate.evaluate.lab.strategies import all_probes, probes, rulesets
from tests.translate.evaluate.scenario import ruleset as ruleset_of
from translate import IPVersion
from translate.evaluate import Ruleset

EXAMPLES = int(os.environ.get("NFCORE_KERNEL_EXAMPLES", "200"))
"""How many rulesets each test programs; ``make explore`` asks for more."""

pytestmark = pytest.mark.xdist_group("evaluate-lab")


@pytest.fixture(params=PROGRAMS)
def program(request: pytest.FixtureRequest, lab: Lab) -> Iterator[Program]:
    chosen = PROGRAMS[request.param]
    yield chosen
    for version in IPVersion:
        lab.program(Ruleset(version=version), chosen)


@pytest.mark.parametrize("version", IPVersion)
@settings(
    max_examples=EXAMPLES,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_generated_rules(
    lab: Lab, program: Program, version: IPVersion, data: st.DataObject
) -> None:
    ruleset = data.draw(rulesets(version, program.takes))
    lab.program(ruleset, program)
    for probe in data.draw(probes(version)):
        check(lab, ruleset, probe)


CORNERS = {
    "postrouting knows where a packet came in": """
        *mangle
        :OWN -
        -A POSTROUTING -j OWN
        -A OWN -i net0 -j DROP
        """,
    "the hop is counted before forward": """
        *mangle
        -A PREROUTING -m ttl ! --ttl-eq 64 -j DROP
        -A FORWARD -m ttl ! --ttl-eq 63 -j DROP
        -A POSTROUTING -d 10.0.1.2 -m ttl --ttl-eq 63 -j DROP
        """,
    "no flow, no mark of a flow": """
        *raw
        -A PREROUTING -i net0 -j NOTRACK
        *mangle
        -A FORWARD -m connmark ! --mark 1 -j DROP
        """,
    "no flow, no flow's mark to set": """
        *raw
        -A PREROUTING -i net0 -j NOTRACK
        *mangle
        -A PREROUTING -j CONNMARK --set-mark 1
        -A PREROUTING -j CONNMARK --restore-mark
        -A FORWARD -m mark --mark 1 -j DROP
        """,
    "a template in raw counts as new": """
        *raw
        -A PREROUTING -i net0 -j CT
        -A PREROUTING -m conntrack --ctstate NEW -d 10.0.1.2 -j DROP
        -A PREROUTING -j NOTRACK
        *mangle
        -A PREROUTING -m conntrack --ctstate UNTRACKED -j DROP
        """,
    "the original and the reply's addresses": """
        *nat
        -A PREROUTING -p udp --dport 1001 -j DNAT --to-destination 10.0.1.2:1002
        *mangle
        :NEW -
        -A FORWARD -m conntrack --ctstate NEW -j NEW
        -A INPUT -m conntrack --ctstate NEW --ctstatus CONFIRMED -j DROP
        -A NEW -m conntrack --ctstate NEW --ctorigdst 192.0.2.2 -j ACCEPT
        -A NEW -p udp -m conntrack --ctstate NEW --ctreplsrc 10.0.1.2 --ctreplsrcport 1002 -j DROP
        """,
    "published ports, as Docker has them": """
        *nat
        :DOCKER -
        -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
        -A OUTPUT -m addrtype --dst-type LOCAL -j DOCKER
        -A POSTROUTING -s 10.0.1.0/24 ! -o net1 -j MASQUERADE
        -A POSTROUTING -s 10.0.1.2 -d 10.0.1.2 -p udp --dport 1002 -j MASQUERADE
        -A DOCKER -d 192.0.2.1 -p udp --dport 1001 -j DNAT --to-destination 10.0.1.2:1002
        *filter
        :FORWARD DROP
        :DOCKER -
        -A FORWARD -o net1 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A FORWARD -o net1 -j DOCKER
        -A FORWARD -i net1 -j ACCEPT
        -A DOCKER -d 10.0.1.2 ! -i net1 -o net1 -p udp --dport 1002 -j ACCEPT
        """,
}


@pytest.mark.parametrize("name", CORNERS)
def test_corners(lab: Lab, program: Program, name: str) -> None:
    whole = ruleset_of(CORNERS[name])
    if not all(
        program.takes(rule)
        for chains in whole.tables.values()
        for chain in chains.values()
        for rule in chain.rules
    ):
        assert name == "a template in raw counts as new"
        return
    lab.program(whole, program)
    for probe in all_probes(IPVersion.V4):
        if probe.sport == 1001:
            check(lab, whole, probe)
