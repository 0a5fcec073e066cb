"""Match values that code builds and that cannot be right: each names what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from ipaddress import IPv4Address
from typing import Any

import pytest

from translate import InvalidRule, MaskedAddress, Negatable
from translate.matches.addrtype import Addrtype
from translate.matches.cgroup import Cgroup
from translate.matches.comment import Comment
from translate.matches.conntrack import Conntrack
from translate.matches.cpu import Cpu
from translate.matches.devgroup import Devgroup
from translate.matches.helper import Helper
from translate.matches.nfacct import Nfacct
from translate.matches.osf import Osf
from translate.matches.owner import Owner
from translate.matches.physdev import Physdev
from translate.matches.policy import Policy, PolicyElement
from translate.matches.quota import Quota
from translate.matches.rateest import Rateest
from translate.matches.set import Set, SetCounter
from translate.matches.state import State
from translate.matches.statistic import Statistic
from translate.matches.string import String
from translate.matches.time import Time
from translate.values.hosts import Host
from translate.values.intervals import Interval
from translate.values.masked import Masked

_TWO_BYTES = MaskedAddress(IPv4Address("10.0.0.0"), IPv4Address("255.0.255.0"))
_TUNNEL = Negatable(Host.of(IPv4Address("10.0.0.1"), 32))
_ESTIMATOR = partial(Rateest, first="a", comparison="lt", by_bytes=True)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (partial(Addrtype), "--src-type or --dst-type must be given"),
        (partial(Addrtype, source=Negatable(("LOCAL", "UNICAST"))), "in the order of UNSPEC"),
        (partial(Addrtype, source=Negatable(())), "at least one type"),
        (partial(Addrtype, source=Negatable(("LOCAL",)), limit_interface="both"), "'both'"),
        (partial(Cgroup), "either --cgroup or --path"),
        (partial(Cgroup, class_id=Negatable(1 << 32)), "must be 0 to 2"),
        (partial(Cgroup, path=Negatable("a\nb")), "no line break"),
        (partial(Comment, text="x" * 256), "longer than 255 bytes"),
        (partial(Comment, text="a\0"), "line break or NUL"),
        (partial(Conntrack, state=Negatable(())), "at least one is needed"),
        (partial(Conntrack, state=Negatable(("NEW", "INVALID"))), "in the order of INVALID"),
        (partial(Conntrack, status=Negatable(("SNAT",))), "must be known names"),
        (partial(Conntrack, protocol=Negatable(256)), "must be 0 to 255, not 256"),
        (partial(Conntrack, direction="BOTH"), "ORIGINAL or REPLY: 'BOTH'"),
        (partial(Cpu, cpu=Negatable(-1)), "not -1"),
        (partial(Devgroup), "--src-group or --dst-group must be given"),
        (partial(Helper, helper=Negatable("x" * 30)), "longer than 29 bytes"),
        (partial(Helper, helper=Negatable("a\n")), "line break or NUL"),
        (partial(Host, _TWO_BYTES, IPv4Address("10.0.0.1")), "must be a prefix"),
        (partial(Interval, 5, 4), "5 to 4 runs backwards"),
        (partial(Interval, -1, 4), "below 0"),
        (partial(Masked, 1 << 32), "value 4294967296 is not in 0 to 0xffffffff"),
        (partial(Masked, 0, -1), "mask -1 is not"),
        (partial(Nfacct, account=""), "1 to 31 bytes"),
        (partial(Osf, genre=Negatable("a b")), "no white space"),
        (partial(Osf, genre=Negatable("Linux"), ttl=3), "ttl must be 0 to 2, not 3"),
        (partial(Osf, genre=Negatable("Linux"), log=-1), "log must be 0 to 2, not -1"),
        (partial(Owner), "--uid-owner, --gid-owner or --socket-exists"),
        (partial(Owner, user=Negatable(Interval(0, 1)), supplementary=True), "needs --gid-owner"),
        (partial(Owner, user=Negatable(Interval(0, 0xFFFFFFFF))), "4294967295 is above"),
        (partial(Physdev), "at least one option"),
        (partial(Policy, direction="fwd"), "in or out, not 'fwd'"),
        (partial(Policy, direction="in", ipsec=False, strict=True), "--pol none cannot"),
        (partial(Policy, direction="in", strict=True), "element is empty"),
        (
            partial(Policy, direction="in", elements=(PolicyElement(reqid=Negatable(1)),) * 2),
            "one without --strict",
        ),
        (partial(PolicyElement, tunnel_source=_TUNNEL), "need --mode tunnel"),
        (partial(Quota, quota=Negatable(1 << 64)), "must be 0 to 2"),
        (partial(_ESTIMATOR, second=""), "1 to 15 bytes"),
        (partial(_ESTIMATOR, second="x" * 16), "1 to 15 bytes"),
        (partial(_ESTIMATOR, comparison="ne"), "lt, gt or eq, not 'ne'"),
        (partial(_ESTIMATOR, by_bytes=False), "--rateest-bps or --rateest-pps"),
        (partial(_ESTIMATOR, bytes2=1 << 32), "must be 0 to 2"),
        (partial(_ESTIMATOR, bytes1=1), "nothing compares with"),
        (partial(_ESTIMATOR, second="b", bytes2=1), "nothing compares with"),
        (partial(_ESTIMATOR, packets2=1), "nothing compares with"),
        (partial(Set, set_name="", fields=("src",)), "1 to 31 bytes"),
        (partial(Set, set_name="a", fields=("both",)), "'both' must be a list"),
        (partial(SetCounter, comparison="ne", number=1), "eq, lt or gt, not 'ne'"),
        (partial(SetCounter, comparison="lt", number=1, negated=True), "only eq can be negated"),
        (partial(SetCounter, comparison="lt", number=-1), "not -1"),
        (partial(State, state=Negatable(())), "at least one is needed"),
        (partial(State, state=Negatable(("SNAT",))), "must be known names"),
        (partial(Statistic), "either a probability or"),
        (partial(Statistic, probability=(1 << 31) + 1), "is not in 0 to 2"),
        (partial(Statistic, every=0), "every 0 is not in 1"),
        (partial(Statistic, every=3, packet=3), "must be below --every 3"),
        (partial(String, pattern=b"", algorithm="bm"), "1 to 128 bytes, not 0"),
        (partial(String, pattern=b"a", algorithm="fsm"), "bm or kmp, not 'fsm'"),
        (partial(String, pattern=b"a", algorithm="bm", first=2, last=1), "not run backwards"),
        (partial(Time, start=86400), "must be seconds of a day"),
        (partial(Time, weekdays=(0,)), "some of 1 to 7, ascending"),
        (partial(Time, monthdays=()), "some of 1 to 31, ascending"),
        (partial(Time, last_date=1 << 32), "a date from 1970 to 2038"),
        (partial(Time, contiguous=True), "--contiguous makes sense only"),
    ],
)
def test_invalid(build: Callable[[], Any], message: str) -> None:
    with pytest.raises(InvalidRule, match=message):
        build()
