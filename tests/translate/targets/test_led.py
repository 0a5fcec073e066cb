"""``-j LED``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import whole_rules
from translate import InvalidRule, Rule
from translate.targets.led import Led

LED = At(prefix="-j LED --led-")

CASES = ExtensionCases(
    name="LED",
    saves=(
        LED.case("trigger-id foo", 'trigger-id "foo"'),
        LED.case("""trigger-id 'a "b' --led-delay 0""", r'trigger-id "a \"b"'),
        LED.case(
            "always-blink --led-delay 42 --led-trigger-id foo",
            'trigger-id "foo" --led-delay 42 --led-always-blink',
        ),
        LED.case("trigger-id foo --led-delay INF", 'trigger-id "foo" --led-delay inf'),
        LED.case("trigger-id foo --led-delay Infinite", 'trigger-id "foo" --led-delay inf'),
    ),
    refused=(
        LED.refusal("delay 42", "--led-trigger-id must be given"),
        LED.refusal("trigger-id 12345678901234567", "1 to 16 bytes"),
        LED.refusal("trigger-id a --led-delay in", "not a number"),
        LED.refusal("trigger-id a --led-delay 4294967296", "not a number"),
    ),
    native=(LED.untranslatable("trigger-id foo", "no lights"),),
)


def rules() -> st.SearchStrategy[Rule]:
    names = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=16)
    return whole_rules(
        target=st.builds(
            Led,
            trigger_id=names.filter(lambda name: name[0] not in "-!"),
            delay=st.none() | st.integers(0, 0x7FFFFFFF),
            always_blink=st.booleans(),
        )
    )


@pytest.mark.parametrize(
    ("trigger_id", "delay", "message"),
    [("", 0, "1 to 16 bytes"), ("a", 1 << 31, "0 to 2147483647 milliseconds")],
)
def test_wrong_values(trigger_id: str, delay: int, message: str) -> None:
    with pytest.raises(InvalidRule, match=message):
        Led(trigger_id=trigger_id, delay=delay)
