"""``-j HMARK``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import versions, whole_rules
from translate import InvalidRule, Rule
from translate.targets.hmark import Hmark

V4, V6 = (4,), (6,)
HMARK = At(table="mangle", prefix="-j HMARK --hmark-")
_END = " --hmark-rnd 0x00000005 --hmark-mod 10"
_LAST = " --hmark-mod 10 --hmark-rnd 5"

CASES = ExtensionCases(
    name="HMARK",
    saves=(
        HMARK.case(
            f"tuple src,DST,proto --hmark-offset 10000{_LAST}",
            "src-prefix 32 --hmark-dst-prefix 32 --hmark-proto-mask 0xffff --hmark-rnd 0x00000005 "
            "--hmark-mod 10 --hmark-offset 10000",
            versions=V4,
        ),
        HMARK.case(f"tuple ct,src{_LAST}", f"src-prefix 128{_END} --hmark-tuple ct", versions=V6),
        HMARK.case(
            f"tuple sport,dport{_LAST}", f"sport-mask 0xffff --hmark-dport-mask 0xffff{_END}"
        ),
        HMARK.case(f"tuple spi,spi{_LAST}", f"spi-mask 0xffffffff{_END}"),
        HMARK.case(f"tuple ct{_LAST}", "rnd 0x00000005 --hmark-mod 10 --hmark-tuple ct"),
        HMARK.case(f"src-prefix 255.255.0.0{_LAST}", f"src-prefix 16{_END}", versions=V4),
        HMARK.case(f"src-prefix ffff::{_LAST}", f"src-prefix 16{_END}", versions=V6),
        HMARK.case(f"dst-prefix 0{_LAST}", f"dst-prefix 0{_END}"),
        HMARK.case(
            f"sport 80 --hmark-tuple sport{_LAST}", f"sport-mask 0xffff --hmark-sport 0x0050{_END}"
        ),
        HMARK.case(
            f"spi 5 --hmark-sport-mask 7{_LAST}", f"sport-mask 0x0007 --hmark-spi 0x00000005{_END}"
        ),
        HMARK.case(f"spi-mask 0xff{_LAST}", f"spi-mask 0x000000ff{_END}"),
        HMARK.case(f"dport-mask 255{_LAST}", f"dport-mask 0x00ff{_END}"),
        HMARK.case(
            f"dport 80 --hmark-sport-mask 0xff{_LAST}",
            f"sport-mask 0x00ff --hmark-dport 0x0050{_END}",
        ),
        HMARK.case(f"proto-mask 0xf{_LAST}", f"proto-mask 0x0f{_END}", table="filter"),
    ),
    refused=(
        HMARK.refusal("tuple src --hmark-rnd 10", "--hmark-mod must be given"),
        HMARK.refusal("tuple src --hmark-mod 10", "--hmark-rnd must be given"),
        HMARK.refusal("mod 10 --hmark-rnd 5", "nothing to hash"),
        HMARK.refusal("tuple src --hmark-mod 0 --hmark-rnd 5", "from 1 to"),
        *(
            HMARK.refusal(f"tuple '{parts}'{_LAST}", "unknown part")
            for parts in ("foo", "", "src,", ",src")
        ),
        HMARK.refusal(f"tuple spi,sport{_LAST}", "exclude each other"),
        HMARK.refusal(f"spi 1 --hmark-sport 5{_LAST}", "exclude each other"),
        HMARK.refusal(f"tuple src --hmark-src-prefix 24{_LAST}", "says this already"),
        HMARK.refusal(f"tuple src --hmark-tuple dst{_LAST}", "only once"),
        HMARK.refusal(f"src-prefix x{_LAST}", "invalid mask"),
        HMARK.refusal(f"src-prefix 129{_LAST}", "invalid mask", versions=V6),
        HMARK.refusal(
            f"src-prefix 33{_LAST}",
            "invalid mask",
            versions=V4,
            oracle=False,
            reason="iptables takes it for 32",
        ),
        HMARK.refusal(f"sport-mask 0x10000{_LAST}", "from 0 to 65535"),
        HMARK.refusal(f"proto-mask 0x10000{_LAST}", "from 0 to 65535"),
        HMARK.refusal("proto-mask 1 --hmark-mod 10 --hmark-rnd 0x100000000", "not a number"),
    ),
    native=(HMARK.untranslatable(f"tuple src{_LAST}", "another number"),),
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    version = draw(versions())
    ports = st.none() | st.integers(0, 0xFFFF)
    numbers = st.none() | st.integers(0, 0xFFFFFFFF)
    prefixes = st.none() | st.integers(0, version.bits)
    spi = draw(st.booleans())
    target = Hmark(
        mod=draw(st.integers(1, 0xFFFFFFFF)),
        rnd=draw(st.integers(0, 0xFFFFFFFF)),
        offset=draw(numbers),
        src_prefix=draw(prefixes),
        dst_prefix=draw(prefixes),
        sport_mask=None if spi else draw(ports),
        dport_mask=None if spi else draw(ports),
        spi_mask=draw(numbers) if spi else None,
        sport=None if spi else draw(ports),
        dport=None if spi else draw(ports),
        spi=draw(numbers) if spi else None,
        proto_mask=draw(st.integers(0, 0xFFFF)),
        conntrack=draw(st.booleans()),
    )
    return draw(whole_rules(target=st.just(target), version=st.just(version), tables=("mangle",)))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "nothing to hash"),
        ({"mod": 0, "conntrack": True}, "mod must be above 0"),
        ({"sport": 65536}, "sport must be 0 to 65535"),
        ({"spi_mask": 1, "dport_mask": 1}, "exclude each other"),
    ],
)
def test_wrong_values(values: dict[str, int], message: str) -> None:
    with pytest.raises(InvalidRule, match=message):
        Hmark(**{"mod": 1, "rnd": 1, **values})  # type: ignore[arg-type] # one is wrong
