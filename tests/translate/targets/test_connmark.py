"""``-j CONNMARK``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import Case, ExtensionCases
from tests.translate.strategies import whole_rules
from translate import InvalidRule, Rule
from translate.targets.connmark import Connmark

_WRONG = "iptables-translate's text is read by nft as xor (VALUE and MASK)"
_NONE = "iptables-translate has no form"
_CONSTANT = "nft crashes on iptables-translate's shifted constant"

CONNMARK = At(table="mangle", prefix="-j CONNMARK ")

CASES = ExtensionCases(
    name="CONNMARK",
    saves=(
        CONNMARK.case("--set-mark 1", "--set-xmark 0x1/0xffffffff"),
        CONNMARK.case("--set-mark 0x11/0xf", "--set-xmark 0x11/0x1f"),
        CONNMARK.case("--set-xmark 0x10/0xf", "--set-xmark 0x10/0xf"),
        CONNMARK.case("--and-mark 0xf", "--set-xmark 0x0/0xfffffff0"),
        CONNMARK.case("--or-mark 0xf", "--set-xmark 0xf/0xf"),
        CONNMARK.case("--xor-mark 0xf", "--set-xmark 0xf/0x0"),
        CONNMARK.case("--save-mark", "--save-mark --nfmask 0xffffffff --ctmask 0xffffffff"),
        CONNMARK.case("--save --mask 0xf", "--save-mark --nfmask 0xf --ctmask 0xf"),
        CONNMARK.case("--mask 0xf --save-mark", "--save-mark --nfmask 0xf --ctmask 0xf"),
        CONNMARK.case(
            "--ctmask 0xf0 --restore", "--restore-mark --nfmask 0xffffffff --ctmask 0xf0"
        ),
        CONNMARK.case(
            "--restore-mark --nfmask 1", "--restore-mark --nfmask 0x1 --ctmask 0xffffffff"
        ),
        # The masks are set in the order of the words.
        CONNMARK.case("--set-mark 1/0xff --ctmask 0xf", "--set-xmark 0x1/0xf"),
        CONNMARK.case("--ctmask 0xf --set-mark 1", "--set-xmark 0x1/0xffffffff"),
        CONNMARK.case("--set-mark 1 --mask 0xf", "--set-xmark 0x1/0xf"),
        CONNMARK.case("--set-mark 1 --nfmask 0xf", "--set-xmark 0x1/0xffffffff"),
        CONNMARK.case(
            "--set-mark 1/3 --left-shift-mark 3", "--set-xmark 0x1/0x3 --left-shift-mark 3"
        ),
        CONNMARK.case(
            "--right-shift-mark 3 --or-mark 1", "--set-xmark 0x1/0x1 --right-shift-mark 3"
        ),
        CONNMARK.case(
            "--restore-mark --left-shift-mark 3 --right-shift-mark 4",
            "--restore-mark --nfmask 0xffffffff --ctmask 0xffffffff --right-shift-mark 4",
        ),
        CONNMARK.case(
            "--save-mark --right-shift-mark 3 --left-shift-mark 0",
            "--save-mark --nfmask 0xffffffff --ctmask 0xffffffff",
        ),
        Case("-j CONNMARK --set-xmark 0x1/0x1", chain="INPUT"),
        Case("-j CONNMARK --set-xmark 0x1/0x1", table="raw", chain="PREROUTING"),
    ),
    refused=(
        CONNMARK.refusal("", "no operation"),
        CONNMARK.refusal("--ctmask 0xf0", "no operation"),
        CONNMARK.refusal("--left-shift-mark 3", "no operation"),
        CONNMARK.refusal("--set-mark 1 --save-mark", "cannot be used with"),
        CONNMARK.refusal("--restore-mark --save-mark", "cannot be used with"),
        CONNMARK.refusal("--save-mark --mask 0xf --nfmask 0xf0", "cannot be used with"),
        CONNMARK.refusal("--save-mark --ctmask 0xf0 --mask 0xf", "cannot be used with"),
        CONNMARK.refusal("--save-mark --ctmask 0x100000000", "not a number"),
        CONNMARK.refusal("--save-mark --mask x", "not a number"),
        CONNMARK.refusal("--save-mark --left-shift-mark 32", "from 0 to 31"),
        CONNMARK.refusal("--save-mark --left-shift-mark x", "from 0 to 31"),
        CONNMARK.refusal("--set-mark x", "invalid mark"),
        CONNMARK.refusal("--save-mark --right-shift-mark 3 --right-shift-mark 3", "only once"),
    ),
    native=(
        CONNMARK.native("--set-mark 1"),
        CONNMARK.native(
            "--set-mark 1/0xf", "counter ct mark set ct mark and 0xfffffff0 xor 0x1", _WRONG
        ),
        CONNMARK.native(
            "--set-xmark 0x11/0xf", "counter ct mark set ct mark and 0xfffffff0 xor 0x11", _WRONG
        ),
        CONNMARK.native("--set-xmark 0x10/0"),
        CONNMARK.native("--set-xmark 0/0"),
        CONNMARK.native("--and-mark 0xf"),
        CONNMARK.native("--or-mark 0xf"),
        CONNMARK.native("--xor-mark 0xf"),
        CONNMARK.native("--save-mark"),
        CONNMARK.native("--restore-mark"),
        CONNMARK.native("--save-mark --nfmask 0xf", "counter ct mark set meta mark and 0xf", _NONE),
        CONNMARK.native(
            "--restore-mark --ctmask 0xf", "counter meta mark set ct mark and 0xf", _NONE
        ),
        CONNMARK.untranslatable("--save-mark --mask 0xf", "bits of one mark"),
        CONNMARK.untranslatable("--restore-mark --nfmask 0xf", "bits of one mark"),
        CONNMARK.native("--and-mark 1 --left-shift-mark 3"),
        CONNMARK.native("--or-mark 1 --right-shift-mark 3"),
        CONNMARK.native("--xor-mark 1 --left-shift-mark 3"),
        CONNMARK.native("--save-mark --left-shift-mark 3"),
        CONNMARK.native("--restore-mark --right-shift-mark 31"),
        CONNMARK.native(
            "--set-mark 1 --left-shift-mark 3",
            "counter ct mark set (ct mark and 0 xor 1) << 3",
            _CONSTANT,
        ),
    ),
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    bits = st.integers(0, 0xFFFFFFFF) | st.sampled_from([0, 1, 0xF, 0xFFFFFFFF])
    masks = st.just(0xFFFFFFFF) | bits
    shift = draw(st.just(0) | st.integers(-31, 31))
    if draw(st.booleans()):
        target = Connmark(operation="set", value=draw(bits), ctmask=draw(masks), left_shift=shift)
    else:
        target = Connmark(
            operation=draw(st.sampled_from(["save", "restore"])),
            nfmask=draw(masks),
            ctmask=draw(masks),
            left_shift=shift,
        )
    return draw(whole_rules(target=st.just(target), tables=("filter", "mangle")))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"operation": "add"}, "set, save or restore"),
        ({"operation": "set", "value": -1}, "value must be"),
        ({"operation": "set", "nfmask": 1}, "nfmask has no meaning"),
        ({"operation": "save", "value": 1}, "value has no meaning"),
        ({"operation": "save", "left_shift": 32}, "up to 31 bits"),
    ],
)
def test_wrong_values(values: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidRule, match=message):
        Connmark(**values)  # type: ignore[arg-type] # one wrong value at a time
