"""``-j NFQUEUE``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import Case, ExtensionCases, Native
from tests.translate.strategies import whole_rules
from translate import InvalidRule, IPVersion, Rule, Verdict, from_nft, to_nft
from translate.targets.nfqueue import Nfqueue

NFQUEUE = At(prefix="-j NFQUEUE")

CASES = ExtensionCases(
    name="NFQUEUE",
    saves=(
        NFQUEUE.case("", " --queue-num 0"),
        NFQUEUE.case(" --queue-num 65535", table="raw", chain="PREROUTING"),
        NFQUEUE.case(" --queue-balance 0x1:0x3", " --queue-balance 1:3"),
        NFQUEUE.case(" --queue-balance 2:", " --queue-balance 2:65535"),
        NFQUEUE.case(" --queue-balance :2", " --queue-balance 0:2"),
        NFQUEUE.case(" --queue-bypass", " --queue-num 0 --queue-bypass"),
        NFQUEUE.case(
            " --queue-cpu-fanout --queue-bypass --queue-balance 0:65534",
            " --queue-balance 0:65534 --queue-bypass --queue-cpu-fanout",
        ),
        Case("-j QUEUE"),
    ),
    refused=(
        NFQUEUE.refusal(" --queue-num 65536", "not a number from 0 to 65535"),
        NFQUEUE.refusal(" --queue-num x", "not a number"),
        NFQUEUE.refusal(" --queue-balance 0:65535", "at most 65535 queues"),
        NFQUEUE.refusal(" --queue-balance 6:2", "6 is not below 2"),
        NFQUEUE.refusal(" --queue-balance 2:2", "2 is not below 2"),
        *(
            NFQUEUE.refusal(f" --queue-balance {queues}", "invalid queues")
            for queues in ("2", "2:65536", "2:3:4", "2-4", "-1:4")
        ),
        NFQUEUE.refusal(" --queue-balance 1:3 --queue-num 4", "cannot be used with"),
        NFQUEUE.refusal(" --queue-cpu-fanout", "needs --queue-balance"),
        NFQUEUE.refusal(" --queue-num 3 --queue-cpu-fanout", "needs --queue-balance"),
    ),
    native=(
        NFQUEUE.native(" --queue-num 3"),
        NFQUEUE.native(" --queue-num 3 --queue-bypass"),
        NFQUEUE.native(" --queue-balance 0:6 --queue-bypass --queue-cpu-fanout"),
        NFQUEUE.native(" --queue-balance 1:3 --queue-cpu-fanout"),
        Native("-j QUEUE", expected="counter queue", reason="the case is here for its bytecode"),
    ),
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    queues = st.integers(0, 0xFFFF)
    first, last = draw(st.tuples(queues, queues).map(sorted).filter(lambda q: q != [0, 0xFFFF]))
    target = Nfqueue(
        first=first,
        last=last,
        bypass=draw(st.booleans()),
        cpu_fanout=first != last and draw(st.booleans()),
    )
    return draw(whole_rules(target=st.just(target)))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"first": 2, "last": 1}, "in ascending order"),
        ({"first": 0, "last": 65535}, "at most 65535 queues"),
        ({"cpu_fanout": True}, "needs several queues"),
    ],
)
def test_wrong_values(values: dict[str, int], message: str) -> None:
    with pytest.raises(InvalidRule, match=message):
        Nfqueue(**values)  # type: ignore[arg-type] # one wrong value at a time


def test_queue_is_told_from_queue_number_0() -> None:
    for target in (Verdict(verdict="QUEUE"), Nfqueue()):
        rule = Rule(version=IPVersion.V4, chain="INPUT", target=target)
        listed = [{"counter": None}, {"queue": {"num": 0}}]
        comment = to_nft(rule).comment
        place = {"version": IPVersion.V4, "table": "filter", "chain": "INPUT"}
        assert from_nft(listed, comment=comment, **place)[0] == rule  # type: ignore[arg-type]
