"""-m conntrack and state."""

from __future__ import annotations

import pytest

from tests.translate.evaluate.matches.decided import decided
from tests.translate.evaluate.scenario import HOST, names, packet, ruleset
from translate.evaluate import State, Status, walk


@pytest.mark.parametrize(
    ("words", "matches"),
    [
        ("--ctstate NEW", True),
        ("! --ctstate NEW", False),
        ("--ctstate RELATED,ESTABLISHED", False),
        ("! --ctstate RELATED,ESTABLISHED", True),
        ("--ctstate INVALID,DNAT", True),
        ("--ctstate SNAT", False),
        ("--ctdir ORIGINAL", True),
        ("--ctdir REPLY", False),
        ("--ctproto udp", True),
        ("! --ctproto udp", False),
        ("--ctorigsrc 10.0.1.0/24", True),
        ("! --ctorigdst 10.0.2.2", False),
        ("--ctreplsrc 10.0.2.2 --ctrepldst 10.0.1.2", True),
        ("--ctorigdstport 53 --ctorigsrcport 40000", True),
        ("--ctreplsrcport 53 --ctrepldstport 40000", True),
        ("--ctreplsrcport 54", False),
        ("--ctstatus CONFIRMED", False),
        ("! --ctstatus SEEN_REPLY", True),
        ("--ctstatus NONE", False),
        ("--ctexpire 1:100", None),
        ("--ctexpire 1:100 --ctdir REPLY", False),
    ],
)
def test_a_new_flow(words: str, matches: bool | None) -> None:
    assert decided(f"-m conntrack {words}", status=frozenset({Status.DNAT})) is matches


@pytest.mark.parametrize(
    ("words", "matches"),
    [
        ("--ctstate ESTABLISHED", True),
        ("--ctdir REPLY", None),
        ("--ctorigsrc 10.0.1.2", None),
        ("--ctstate NEW --ctdir REPLY", False),
    ],
)
def test_a_known_flow(words: str, matches: bool | None) -> None:
    assert decided(f"-m conntrack {words}", state=State.ESTABLISHED) is matches


@pytest.mark.parametrize(
    ("words", "matches"),
    [
        ("--ctstate INVALID --ctdir REPLY", True),
        ("! --ctstate DNAT", True),
        ("--ctdir ORIGINAL", False),
        ("--ctstate NEW", False),
    ],
)
def test_without_a_flow_only_the_state_is_looked_at(words: str, matches: bool) -> None:
    assert decided(f"-m conntrack {words}", state=State.INVALID) is matches


@pytest.mark.parametrize(("words", "matches"), [("NEW,RELATED", True), ("ESTABLISHED", False)])
def test_state(words: str, matches: bool) -> None:
    assert decided(f"-m state --state {words}") is matches
    assert decided(f"-m state ! --state {words}") is not matches


def test_the_original_stays_the_reply_follows_the_translation() -> None:
    rules = ruleset(
        """
        *nat
        -A PREROUTING -p udp -j DNAT --to-destination 10.0.2.2:99
        *filter
        -A FORWARD -m conntrack --ctorigdst 192.0.2.1 --ctorigdstport 53
        -A FORWARD -m conntrack --ctreplsrc 10.0.2.2 --ctreplsrcport 99
        """
    )
    way = walk(packet("192.0.2.9", "192.0.2.1", in_interface="eth0"), rules, HOST)
    assert names(way)[1:] == ["filter FORWARD rule 1", "filter FORWARD rule 2"]


def test_a_flow_is_confirmed_once_its_packet_left() -> None:
    rules = ruleset(
        """
        *mangle
        -A POSTROUTING -m conntrack --ctstatus CONFIRMED
        -A INPUT -m conntrack --ctstatus CONFIRMED
        """
    )
    way = walk(packet("10.0.1.1", "192.0.2.1"), rules, HOST)
    assert names(way) == ["mangle INPUT rule 1"]
