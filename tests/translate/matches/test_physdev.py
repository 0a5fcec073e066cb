"""``-m physdev``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import interfaces, negatable, whole_rules
from translate import Interface, Negatable, Rule
from translate.matches.physdev import Physdev

CASES = ExtensionCases(
    name="physdev",
    saves=(
        Case("-m physdev --physdev-in br0"),
        Case("-m physdev ! --physdev-in eth+"),
        Case("-m physdev ! --physdev-is-in ! --physdev-is-out ! --physdev-is-bridged"),
        Case(
            "-m physdev --physdev-is-bridged --physdev-is-out --physdev-out b --physdev-in a "
            "--physdev-is-in",
            "-m physdev --physdev-is-in --physdev-in a --physdev-is-out --physdev-out b "
            "--physdev-is-bridged",
        ),
        Case("-m physdev --physdev-out eth0", chain="INPUT"),
        Case("-m physdev --physdev-in eth0", chain="OUTPUT"),
        Case("-m physdev --physdev-out eth0 --physdev-is-bridged", chain="OUTPUT"),
    ),
    refused=(
        Refusal("-m physdev", match="at least one option"),
        Refusal("-m physdev --physdev-in x2345678901234567", match="longer than 15"),
        Refusal("-m physdev --physdev-in a --physdev-in b", match="only once"),
        Refusal("-m physdev --physdev-out eth0", match="--physdev-is-bridged", chain="OUTPUT"),
        Refusal("-m physdev --physdev-is-out", match="--physdev-is-bridged", chain="OUTPUT"),
        Refusal(
            "-m physdev --physdev-out a ! --physdev-is-bridged",
            match="--physdev-is-bridged",
            chain="OUTPUT",
        ),
        Refusal(
            "-m physdev --physdev-in ''",
            match="cannot be empty",
            oracle=False,
            reason="iptables-save's line can't be read again",
        ),
        Refusal(
            "-m physdev --physdev-in a/b",
            match="holds '/'",
            oracle=False,
            reason="iptables only warns: no device has such a name",
        ),
    ),
    native=(Native("-m physdev --physdev-in br0", untranslatable="family bridge"),),
)


def rules() -> st.SearchStrategy[Rule]:
    flag = st.none() | st.builds(Negatable, st.just(True), st.booleans())
    port = st.none() | negatable(interfaces().filter(lambda name: name != Interface("+")))
    values = st.builds(
        Physdev,
        in_port=negatable(interfaces()),
        out_port=port,
        is_in=flag,
        is_out=flag,
        is_bridged=flag,
    )
    return whole_rules(values, chains=("FORWARD", "CUSTOM"))
