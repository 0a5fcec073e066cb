"""``-m hashlimit``."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.harness.native import json_unit
from tests.translate.harness.oracles import Oracles
from tests.translate.strategies import versions, whole_rules
from translate import (
    InvalidRule,
    IPVersion,
    Negatable,
    NftRule,
    Rule,
    Untranslatable,
    from_nft,
    parse,
    to_nft,
)
from translate.matches._hashlimit_rates import BytesRate, PacketsRate
from translate.matches.hashlimit import Hashlimit
from translate.protocols import SCTP, TCP, UDP

V4, V6 = (4,), (6,)
HASH = At(prefix="-m hashlimit --hashlimit-")
TCP_HASH = At(prefix="-p tcp -m hashlimit --hashlimit-", versions=V4)
_NONE = "iptables-translate has no form"
_TCP_ONLY = "iptables-translate says tcp for every protocol"
_TRAP = "iptables takes it for 1 packet"


def _named(name: str, *more: str) -> str:
    return " ".join((f"--hashlimit-name {name}", *more))


CASES = ExtensionCases(
    name="hashlimit",
    saves=(
        *(
            HASH.case(
                f"upto {given} {_named('a')}",
                f"upto {rate} --hashlimit-burst 5 {_named('a', *more)}",
            )
            for given, rate, *more in (
                ("1/s", "1/sec"),
                ("1", "1/sec"),
                ("1/SECOND", "1/sec"),
                ("7/m", "7/min"),
                ("1/hour", "1/hour"),
                ("25/day", "25/day"),
                ("60/min", "1/sec", "--hashlimit-htable-expire 60000"),
                ("24/day", "1/hour", "--hashlimit-htable-expire 86400000"),
                ("10001/s", "10101/sec"),
                ("1000000/s", "1000000/sec"),
            )
        ),
        HASH.case(f"above 512kb/s {_named('b1')}"),
        HASH.case(f"above 1000b/second {_named('b2')}", f"above 992b/s {_named('b2')}"),
        HASH.case(f"upto 15b/s {_named('b3')}", f"upto 0b/s {_named('b3')}"),
        HASH.case(f"above 3000mb/s {_named('b4')}", f"above 3120mb/s {_named('b4')}"),
        HASH.case(f"above 4096mb/s {_named('b8')}", f"above 4581298432b/s {_named('b8')}"),
        HASH.case(
            f"above 512kb/s --hashlimit-burst 700kb {_named('b5')}",
            f"above 512kb/s --hashlimit-burst 1mb {_named('b5')}",
        ),
        HASH.case(
            f"burst 1025 ! --hashlimit-above 512b/s {_named('b6')}",
            f"upto 512b/s --hashlimit-burst 1536b {_named('b6')}",
            oracle=False,
            reason="iptables-save prints 1kb, which iptables-restore makes twice the rate of it",
        ),
        HASH.case(f"above 20kb/s --hashlimit-burst 1mb {_named('b7')}"),
        HASH.case(
            f"upto 1/s --hashlimit-burst 1kb {_named('c1')}",
            f"upto 1/sec --hashlimit-burst 1024 {_named('c1')}",
        ),
        HASH.case(
            "mode dstport,srcip --hashlimit-name d1 ! --hashlimit 5/min --hashlimit-srcmask 8",
            "above 5/min --hashlimit-burst 5 --hashlimit-mode srcip,dstport "
            "--hashlimit-name d1 --hashlimit-srcmask 8",
        ),
        HASH.case(
            f"mode '' --hashlimit-upto 1/s {_named('d2')}",
            f"upto 1/sec --hashlimit-burst 5 {_named('d2')}",
        ),
        HASH.case(
            f"srcmask 255.255.0.0 --hashlimit-upto 1/s --hashlimit-mode srcip, {_named('d3')}",
            f"upto 1/sec --hashlimit-burst 5 --hashlimit-mode srcip {_named('d3')} "
            "--hashlimit-srcmask 16",
            versions=V4,
        ),
        HASH.case(
            "upto 10/sec --hashlimit-burst 9 --hashlimit-mode dstip --hashlimit-name e1 "
            "--hashlimit-htable-size 3 --hashlimit-htable-max 4 --hashlimit-htable-gcinterval 5 "
            "--hashlimit-htable-expire 3000 --hashlimit-srcmask 7 --hashlimit-dstmask 8 "
            "--hashlimit-rate-match --hashlimit-rate-interval 3"
        ),
        HASH.case(
            f"rate-match --hashlimit-upto 7/min {_named('e2')}",
            f"upto 7/sec --hashlimit-burst 5 {_named('e2')} --hashlimit-htable-expire 60000 "
            "--hashlimit-rate-match --hashlimit-rate-interval 60",
        ),
        HASH.case(
            f"rate-interval 5 --hashlimit-upto 1/sec {_named('e3')}",
            f"upto 1/sec --hashlimit-burst 5 {_named('e3')}",
        ),
        HASH.case(
            f"htable-max 4294967295 --hashlimit-upto 1/sec {_named('e4')}",
            f"upto 1/sec --hashlimit-burst 5 {_named('e4')} --hashlimit-htable-max 1048576",
        ),
        HASH.case(f"upto 1/day --hashlimit-burst 1 {_named('f1')}"),
        HASH.case(f"upto 2/day --hashlimit-burst 3 {_named('f2')}"),
    ),
    refused=(
        HASH.refusal("name a", "--hashlimit-upto or --hashlimit-above"),
        HASH.refusal("upto 1/s", "--hashlimit-name must be given"),
        *(
            HASH.refusal(f"upto {rate} {_named('a')}", match)
            for rate, match in (
                ("0/s", "not in 1 to 1000000"),
                ("1000001/s", "not in 1 to 1000000"),
                ("86400000001/day", "not in 1 to 1000000"),
                ("1/week", "invalid rate"),
                ("1/", "invalid rate"),
                ("1/seconds", "invalid rate"),
                ("0x10/s", "invalid rate"),
                ("x/s", "invalid rate"),
                ("0kb/s", "invalid rate"),
                ("512b/x", "invalid rate"),
                ("1/day", "more than the kernel can count"),
            )
        ),
        *(
            HASH.refusal(f"upto {rate} {_named('a')}", "invalid rate", oracle=False, reason=_TRAP)
            for rate in ("1kb", "1kb/hour", "1KB/s", "1gb/s", "5x/s")
        ),
        HASH.refusal(f"upto 1/day --hashlimit-burst 2 {_named('a')}", "more than the kernel"),
        HASH.refusal(f"upto 1/s --hashlimit-burst 0 {_named('a')}", "invalid burst"),
        HASH.refusal(f"upto 1/s --hashlimit-burst x {_named('a')}", "invalid burst"),
        HASH.refusal(f"upto 1/s --hashlimit-burst 1000001 {_named('a')}", "up to 1000000"),
        HASH.refusal(f"upto 1kb/s --hashlimit-burst 1000001 {_named('a')}", "up to 1000000"),
        HASH.refusal(f"upto 1/s --hashlimit-burst 1mb {_named('a')}", "burst must be 1 to"),
        HASH.refusal(f"upto 512kb/s --hashlimit-burst 1kb {_named('a')}", "below the rate, 524288"),
        HASH.refusal(f"upto 1000001/min --hashlimit-rate-match {_named('a')}", "is above 1000000"),
        HASH.refusal(f"upto 1/s --hashlimit-mode SRCIP {_named('a')}", "unknown mode"),
        HASH.refusal(f"upto 1/s --hashlimit-srcmask x {_named('a')}", "invalid mask"),
        HASH.refusal(f"upto 1/s --hashlimit-srcmask 33 {_named('a')}", "invalid mask", versions=V4),
        HASH.refusal(f"upto 1/s --hashlimit-htable-expire 0 {_named('a')}", "not a number from 1"),
        HASH.refusal(f"upto 1/s --hashlimit-htable-gcinterval 0 {_named('a')}", "not a number"),
        HASH.refusal(f"upto 1/s --hashlimit-rate-interval 0 {_named('a')}", "not a number"),
        HASH.refusal("upto 1/s --hashlimit-name ''", "1 to 254 bytes"),
        HASH.refusal("upto 1/s --hashlimit-name a/b", "a file's name"),
        HASH.refusal("upto 1/s --hashlimit-name .", "a file's name"),
        HASH.refusal(f"upto 1/s --hashlimit-above 2/s {_named('a')}", "only once"),
    ),
    native=(
        HASH.native(f"upto 1/sec --hashlimit-mode srcip {_named('foo')}"),
        HASH.native(f"above 4096mb/s --hashlimit-mode srcip {_named('foo')}"),
        HASH.native(f"above 5/hour --hashlimit-burst 9 --hashlimit-mode dstip {_named('foo')}"),
        HASH.native(f"upto 1/s --hashlimit-mode srcip,dstip {_named('foo')}"),
        HASH.native(
            f"upto 1/s --hashlimit-mode srcip --hashlimit-srcmask 24 {_named('foo')}", versions=V4
        ),
        HASH.native(
            f"upto 1/s --hashlimit-mode dstip --hashlimit-dstmask 64 {_named('foo')}", versions=V6
        ),
        HASH.native(
            f"upto 1/s --hashlimit-mode srcip --hashlimit-htable-expire 300000 {_named('foo')}"
        ),
        HASH.native(f"above 512kb/s --hashlimit-mode dstip {_named('foo')}"),
        HASH.native(f"above 20kb/s --hashlimit-burst 1mb --hashlimit-mode dstip {_named('foo')}"),
        TCP_HASH.native(f"upto 1/s --hashlimit-mode srcip,srcport,dstip,dstport {_named('foo')}"),
        At(prefix="-p udp -m hashlimit --hashlimit-").native(
            f"upto 1/s --hashlimit-mode dstport {_named('foo')}",
            "ip protocol udp meter foo { udp dport limit rate 1/second }",
            _TCP_ONLY,
            versions=V4,
        ),
        HASH.native(
            f"upto 1/s --hashlimit-mode dstport {_named('foo')}",
            "meter foo { th dport limit rate 1/second }",
            _TCP_ONLY,
        ),
        HASH.native(
            f"upto 1/min {_named('foo')}",
            "meter foo { meta protocol timeout 60s limit rate 1/minute }",
            _NONE,
        ),
        HASH.untranslatable(
            f"upto 1/s --hashlimit-htable-expire 1500 {_named('a')}", "whole seconds"
        ),
        HASH.untranslatable(f"upto 1/s --hashlimit-rate-match {_named('a')}", "measures no rates"),
        HASH.untranslatable(f"upto 1/s --hashlimit-htable-size 9 {_named('a')}", "their own size"),
        HASH.untranslatable(f"upto 1/s --hashlimit-htable-max 9 {_named('a')}", "does not drop"),
        HASH.untranslatable(
            f"upto 1/s --hashlimit-htable-gcinterval 9 {_named('a')}", "cleaned up"
        ),
        HASH.untranslatable(f"upto 1/s --hashlimit-srcmask 9 {_named('a')}", "no effect"),
        HASH.untranslatable(f"upto 1/s --hashlimit-dstmask 9 {_named('a')}", "no effect"),
        HASH.untranslatable(f"upto 9b/s {_named('a')}", "does not take it"),
        HASH.untranslatable("upto 1/s --hashlimit-name 1a", "no such characters"),
        At(prefix="-p icmp -m hashlimit --hashlimit-", versions=V4).untranslatable(
            f"upto 1/s --hashlimit-mode srcport {_named('a')}", "have none"
        ),
    ),
)


def _is_printed_exactly(burst: int) -> bool:
    """iptables-save prints whole kilobytes and megabytes, and loses what is over."""
    unit = 1 << 20 if burst >= 1 << 20 else 1 << 10 if burst >= 1 << 10 else 1
    return burst % unit == 0


@st.composite
def _rates(draw: st.DrawFn) -> PacketsRate | BytesRate:
    try:
        if draw(st.booleans()):
            rate = draw(st.sampled_from([16, 96, 992, 1024, 20480, 524288, 1 << 20]))
            burst = draw(st.integers(0, 3))
            assume(_is_printed_exactly(rate * burst))
            return BytesRate(bytes=rate, burst=burst)
        return PacketsRate(
            count=draw(st.integers(1, 60)),
            unit=draw(st.sampled_from(["second", "minute", "hour", "day"])),
            burst=draw(st.just(5) | st.integers(1, 200)),
        )
    except InvalidRule:
        assume(condition=False)
        raise


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    version = draw(versions())
    modes = draw(st.sets(st.sampled_from(["srcip", "srcport", "dstip", "dstport"])))
    lengths = st.just(version.bits) | st.integers(0, version.bits)
    rate = draw(_rates())
    match = Hashlimit(
        # A table keeps the numbers of its first rule.
        table_name="h" + draw(st.text("0123456789abcdef", min_size=12, max_size=12)),
        above=draw(st.booleans()),
        rate=rate,
        modes=tuple(m for m in ("srcip", "srcport", "dstip", "dstport") if m in modes),
        source_length=draw(lengths),
        destination_length=draw(lengths),
        expire=draw(st.just(1000) | st.integers(1, 9).map(lambda s: s * 1000)),
        gc_interval=draw(st.sampled_from([1000, 1000, 7])),
        rate_interval=draw(st.sampled_from([None, None, 1, 60]))
        if isinstance(rate, PacketsRate) and rate.unit == "second"
        else None,
    )
    protocol = draw(st.sampled_from([None, TCP, UDP, SCTP]))
    return draw(
        whole_rules(
            st.just(match),
            version=st.just(version),
            protocol=None if protocol is None else Negatable(protocol, draw(st.booleans())),
        )
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"table_name": ""}, "1 to 254 bytes"),
        ({"modes": ("dstip", "srcip")}, "in that order"),
        ({"expire": 0}, "expire must be"),
        ({"size": 1 << 21}, "size must be"),
        ({"rate_interval": 0}, "rate interval must be"),
    ],
)
def test_wrong_values(values: dict[str, object], message: str) -> None:
    good = {
        "table_name": "x",
        "above": True,
        "rate": PacketsRate(count=1, unit="second"),
        "source_length": 32,
        "destination_length": 32,
        "expire": 1000,
    }
    with pytest.raises(InvalidRule, match=message):
        Hashlimit(**{**good, **values})  # type: ignore[arg-type] # one wrong value at a time


@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        (PacketsRate, {"count": 60, "unit": "minute"}, "must be written 1 a second"),
        (PacketsRate, {"count": 1, "unit": "second", "burst": 0}, "burst must be"),
        (BytesRate, {"bytes": 1000}, "counts no 1000 bytes"),
        (BytesRate, {"bytes": 1024, "burst": 1 << 23}, "burst in bytes"),
    ],
)
def test_wrong_rates(kind: type, values: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidRule, match=message):
        kind(**values)


WEB = "upto 5/sec --hashlimit-mode srcip --hashlimit-name web"


def beside_others(words: str) -> tuple[Rule, NftRule]:
    rule = parse(f"-p tcp -m hashlimit --hashlimit-{words}".split(), chain="FORWARD")
    return rule, to_nft(rule, shared=True)


@pytest.mark.parametrize(
    ("words", "types"),
    [
        (WEB, "ipv4_addr"),
        (f"{WEB} --hashlimit-htable-expire 60000", "ipv4_addr"),
        (f"{WEB} --hashlimit-srcmask 24", "ipv4_addr"),
        ("above 5/sec --hashlimit-name web", "ether_type"),
        (
            "upto 20kb/s --hashlimit-burst 1mb --hashlimit-mode srcip,dstport --hashlimit-name x",
            ["inet_service", "ipv4_addr"],
        ),
    ],
)
def test_beside_others_rules_of_one_name_share_a_set(
    words: str, types: str | list[str], oracles: Oracles
) -> None:
    rule, nft = beside_others(words)
    unit = json_unit(rule, nft)
    (declaration, command) = unit.commands
    (loaded,) = oracles.nft.load([replace(unit, commands=(declaration, command, command))])
    assert loaded.listed is not None, loaded.error
    (shared,) = loaded.listed.objects
    assert shared["set"]["type"] == types
    for listed in loaded.listed.rules:
        decoded, _ = from_nft(listed["expr"], version=IPVersion.V4, table="filter", chain="FORWARD")
        assert decoded == rule


def test_rules_of_one_name_with_other_limits_have_other_sets() -> None:
    others = (WEB, WEB.replace("upto", "above"), WEB.replace("5/sec", "6/sec"))
    names = [beside_others(words)[1].declarations[0]["set"]["name"] for words in others]
    assert len({*names}) == 3
    assert all(name.startswith("hashlimit_web_") for name in names)


def test_a_name_that_leaves_no_room() -> None:
    name = "x" * 254
    rule = parse(f"-m hashlimit --hashlimit-upto 1/s --hashlimit-name {name}".split(), chain="A")
    assert to_nft(rule).expr[0]["meter"]["name"] == name
    with pytest.raises(Untranslatable, match="a set's name holds 255 bytes"):
        to_nft(rule, shared=True)
