"""``-m mac``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import whole_rules
from translate import InvalidRule, Rule
from translate.matches.mac import Mac

_A = "01:02:03:04:05:06"

CASES = ExtensionCases(
    name="mac",
    saves=(
        Case(f"-m mac --mac-source {_A}"),
        Case("-m mac ! --mac-source aa:BB:c:0d:e:F", "-m mac ! --mac-source aa:bb:0c:0d:0e:0f"),
        Case("-m mac --mac-s ' 1:2:+3:4:5:6'", f"-m mac --mac-source {_A}"),
        Case(f"-m mac --mac-source {_A}", chain="INPUT"),
        Case(f"-m mac --mac-source {_A}", table="mangle", chain="PREROUTING"),
        Case(f"-m mac --mac-source {_A}", chain="CUSTOM"),
    ),
    refused=(
        Refusal("-m mac", match="--mac-source must be given"),
        Refusal("-m mac --mac-source 01-02-03-04-05-06", match="invalid MAC address"),
        Refusal("-m mac --mac-source 01:02:03:04:05", match="invalid MAC address"),
        Refusal("-m mac --mac-source 01:02:03:04:05:06:07", match="invalid MAC address"),
        Refusal("-m mac --mac-source +01:2:3:4:5:6", match="invalid MAC address"),
        Refusal("-m mac --mac-source 001:2:3:4:5:6", match="invalid MAC address"),
        Refusal("-m mac --mac-source 01:02:03:04:05:gg", match="six hexadecimal numbers"),
        Refusal(f"-m mac --mac-source {_A} --mac-source {_A}", match="only once"),
        Refusal(f"-m mac --mac-source {_A}", match="only in chain", chain="OUTPUT"),
        Refusal(
            f"-m mac --mac-source {_A}",
            match="not in POSTROUTING",
            table="nat",
            chain="POSTROUTING",
        ),
        Refusal(
            "-m mac --mac-source 1:2:3:4:5:", match="invalid", oracle=False, reason="it reads 0"
        ),
    ),
    native=(
        Native(f"-m mac --mac-source {_A}"),
        Native(f"-m mac ! --mac-source {_A} -j DROP", chain="INPUT"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    addresses = st.binary(min_size=6, max_size=6).map(lambda octets: octets.hex(":"))
    return whole_rules(
        st.builds(Mac, source=addresses, negated=st.booleans()),
        chains=("INPUT", "FORWARD", "CUSTOM"),
    )


def test_an_address_in_another_form_is_refused() -> None:
    with pytest.raises(InvalidRule, match="mac: '1:2:3:4:5:6' must be an address like"):
        Mac(source="1:2:3:4:5:6")
