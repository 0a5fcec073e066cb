"""``-j IDLETIMER``."""

from __future__ import annotations

import string

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import whole_rules
from translate import InvalidRule, Rule
from translate.targets.idletimer import Idletimer

IDLETIMER = At(prefix="-j IDLETIMER ")

CASES = ExtensionCases(
    name="IDLETIMER",
    saves=(
        IDLETIMER.case("--label a1 --timeout 0x1e", "--timeout 30 --label a1"),
        IDLETIMER.case("--timeout 2147482 --label a2 --alarm", table="mangle"),
        IDLETIMER.case(f"--timeout 1 --label {'x' * 30}", f"--timeout 1 --label {'x' * 27}"),
    ),
    refused=(
        IDLETIMER.refusal("--label b1", "--timeout must be given"),
        IDLETIMER.refusal("--timeout 30", "--label must be given"),
        IDLETIMER.refusal("--timeout 0 --label b2", "1 to 2147482 seconds"),
        IDLETIMER.refusal("--timeout 2147483 --label b3", "1 to 2147482 seconds"),
        IDLETIMER.refusal("--timeout 4294967296 --label b4", "not a number"),
        *(
            IDLETIMER.refusal(f"--timeout 3 --label '{label}'", "cannot be a file's name")
            for label in ("", ".", "a/b", "power", "uevent", "subsystem")
        ),
        IDLETIMER.refusal("--timeout 3 --label b5 --alarm --alarm", "only once"),
    ),
    native=(IDLETIMER.untranslatable("--timeout 3 --label c", "no timers"),),
)


def rules() -> st.SearchStrategy[Rule]:
    # A label keeps the kind of its first timer, and some names are taken: hence the end.
    labels = st.text(string.ascii_lowercase, min_size=1, max_size=20)
    return whole_rules(
        target=st.builds(
            lambda timeout, label, alarm: Idletimer(
                timeout=timeout, label=f"{label}.{'alarm' if alarm else 'idle'}", alarm=alarm
            ),
            st.integers(1, 2147482),
            labels,
            st.booleans(),
        )
    )


@pytest.mark.parametrize(
    ("timeout", "label", "message"),
    [(0, "a", "1 to 2147482"), (1, "power", "file's name"), (1, "x" * 28, "longer than 27 bytes")],
)
def test_wrong_values(timeout: int, label: str, message: str) -> None:
    with pytest.raises(InvalidRule, match=message):
        Idletimer(timeout=timeout, label=label)
