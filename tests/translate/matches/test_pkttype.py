"""``-m pkttype``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import whole_rules
from translate import InvalidRule, Rule
from translate.matches.pkttype import Pkttype

CASES = ExtensionCases(
    name="pkttype",
    saves=(
        Case("-m pkttype --pkt-type unicast"),
        Case("-m pkttype ! --pkt-type HOST", "-m pkttype ! --pkt-type unicast"),
        Case("-m pkttype --pkt-type bcast", "-m pkttype --pkt-type broadcast"),
        Case("-m pkttype --pkt mcast", "-m pkttype --pkt-type multicast"),
        Case("-m pkttype --pkt-type otherhost"),
    ),
    refused=(
        Refusal("-m pkttype", match="--pkt-type must be given"),
        Refusal("-m pkttype --pkt-type uni", match="unknown packet type 'uni': unicast"),
        Refusal("-m pkttype --pkt-type ''", match="unknown packet type ''"),
        Refusal("-m pkttype --pkt-type host --pkt-type host", match="only once"),
    ),
    native=(
        Native("-m pkttype --pkt-type unicast"),
        Native("-m pkttype ! --pkt-type broadcast -j DROP"),
        Native("-m pkttype --pkt-type multicast"),
        Native("-m pkttype --pkt-type otherhost"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    types = st.sampled_from(("unicast", "broadcast", "multicast", "otherhost"))
    return whole_rules(st.builds(Pkttype, type=types, negated=st.booleans()))


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(InvalidRule, match="pkttype: 'host' must be unicast"):
        Pkttype(type="host")
