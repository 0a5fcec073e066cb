"""Connection tracking: what the raw table sees, untracked packets, packets of known flows."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from tests.translate.evaluate.scenario import HOST, forwarded, names, packet, ruleset
from translate.evaluate import Outcome, State, Status, Translation, walk


def dropped_in(chain: str, table: str, test: str, state: State) -> bool:
    way = forwarded(f"*{table}\n-A {chain} {test} -j DROP", state=state)
    return way.outcome is Outcome.DROP


@pytest.mark.parametrize("state", State)
def test_the_raw_table_comes_before_connection_tracking(state: State) -> None:
    assert dropped_in("PREROUTING", "raw", "-m conntrack --ctstate INVALID", state)
    assert not dropped_in("PREROUTING", "raw", "-m conntrack --ctstate NEW,RELATED", state)
    assert dropped_in("PREROUTING", "mangle", f"-m conntrack --ctstate {state}", state)


@pytest.mark.parametrize("target", ["NOTRACK", "CT --notrack"])
def test_untracked_packets_are_not_translated(target: str) -> None:
    way = forwarded(
        f"""
        *raw
        -A PREROUTING -j {target}
        -A PREROUTING -m conntrack --ctstate UNTRACKED
        *mangle
        -A PREROUTING -m state --state UNTRACKED
        *nat
        -A PREROUTING -j DNAT --to-destination 10.0.2.9
        """
    )
    assert way.packet.state is State.UNTRACKED
    assert names(way) == [
        "raw PREROUTING rule 1",
        "raw PREROUTING rule 2",
        "mangle PREROUTING rule 1",
    ]


def test_invalid_packets_are_not_translated() -> None:
    rules = "*nat\n-A PREROUTING -j DNAT --to-destination 10.0.2.9"
    assert forwarded(rules, state=State.INVALID).translation is None


def test_after_ct_the_rest_of_raw_sees_a_new_packet() -> None:
    way = forwarded(
        """
        *raw
        -A PREROUTING -j CT --zone 1
        -A PREROUTING -m conntrack --ctstate NEW
        -A PREROUTING -j NOTRACK
        -A PREROUTING -j CT --zone 2
        """
    )
    assert names(way)[1] == "raw PREROUTING rule 2"
    assert way.packet.state is State.NEW


def test_a_packet_of_the_host_to_itself_stays_tracked_on_the_loopback() -> None:
    rules = ruleset("*raw\n-A PREROUTING -j NOTRACK\n-A PREROUTING -m state --state NEW -j DROP")
    way = walk(packet("10.0.1.1", "192.0.2.1"), rules, HOST)
    assert str(way.decided_by).startswith("raw PREROUTING rule 2")


FLOW = Translation(
    source=ip_address("192.0.2.1"), sport=5, destination=ip_address("10.0.2.2"), dport=80
)


def test_a_packet_of_a_known_flow_gets_that_flows_translation() -> None:
    rules = ruleset(
        """
        *nat
        -A PREROUTING -j DNAT --to-destination 10.0.2.9
        *filter
        -A FORWARD -d 10.0.2.2 -p udp --dport 80 -m conntrack --ctstate DNAT -j ACCEPT
        """
    )
    known = packet(
        "10.0.1.2",
        "192.0.2.1",
        in_interface="br1",
        state=State.ESTABLISHED,
        status=frozenset({Status.DNAT}),
        flow=FLOW,
    )
    way = walk(known, rules, HOST)
    assert (way.outcome, names(way)) == (Outcome.ACCEPT, ["filter FORWARD rule 1"])
    assert way.translation == FLOW


def test_a_known_flow_without_translation() -> None:
    rules = "*nat\n-A PREROUTING -j DNAT --to-destination 10.0.2.9"
    assert forwarded(rules, state=State.ESTABLISHED).translation is None


def test_a_related_error_follows_its_flow_other_related_packets_begin_one() -> None:
    rules = "*nat\n-A PREROUTING -j DNAT --to-destination 10.0.2.9"
    error = forwarded(rules, state=State.RELATED, protocol=1, icmp_type=3, icmp_code=4)
    assert error.translation is None
    assert forwarded(rules, state=State.RELATED).translation is not None
