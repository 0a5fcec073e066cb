"""``-j RATEEST``."""

from __future__ import annotations

import string

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import whole_rules
from translate import InvalidRule, Rule
from translate.targets.rateest import Rateest

RATEEST = At(prefix="-j RATEEST ")


def _times(name: str, interval: str, ewma: str) -> str:
    return f"--rateest-name {name} --rateest-interval {interval} --rateest-ewmalog {ewma}"


_SAVES = (
    ("a1", ("250ms", "500ms"), ("250.0ms", "500.0ms")),
    ("a2", ("1s", "8s"), ("1.0s", "8.0s")),
    ("a3", ("300ms", "8s"), ("500.0ms", "8.0s")),
    ("a4", ("500000us", "2000ms"), ("500.0ms", "2.0s")),
    ("a5", ("1", "2"), ("250.0ms", "500.0ms")),
    ("a6", ("0.5s", "1.5s"), ("500.0ms", "1.0s")),
    ("a7", ("0.1s", "8s"), ("250.0ms", "16.0s")),
    ("a8", ("1s", "1000s"), ("1.0s", "512.0s")),
    ("a9", ("250MSEC", "5Secs"), ("250.0ms", "4.0s")),
    ("b1", ("1e3ms", "2s"), ("1.0s", "2.0s")),
    ("b2", ("8s", "32s"), ("8.0s", "32.0s")),
)

CASES = ExtensionCases(
    name="RATEEST",
    saves=(
        *(
            RATEEST.case(_times(name, *given), _times(name, *saved))
            for name, given, saved in _SAVES
        ),
        RATEEST.case(
            _times("b3", "1us", "500ms"),
            _times("b3", "250.0ms", "65536.0s"),
            oracle=False,
            reason="iptables-save counts microseconds in 32 bits: 1111.5s",
        ),
        RATEEST.case(
            _times("1234567890123456", "1s", "8s"), _times("123456789012345", "1.0s", "8.0s")
        ),
    ),
    refused=(
        RATEEST.refusal("--rateest-interval 1s --rateest-ewmalog 8s", "--rateest-name must be"),
        RATEEST.refusal("--rateest-name x --rateest-interval 1s", "--rateest-ewmalog must be"),
        RATEEST.refusal(_times("x", "1s", "1e400"), "time '1e400' is out of range"),
        *(
            RATEEST.refusal(_times("x", interval, ewma), message)
            for interval, ewma, message in (
                ("8s", "8s", "out of range"),
                ("1s", "0.1s", "out of range"),
                ("0", "8s", "out of range"),
                ("9s", "8s", "too long"),
                ("1m", "8s", "invalid time"),
                ("x", "8s", "invalid time"),
                ("-1s", "8s", "invalid time"),
            )
        ),
    ),
    native=(RATEEST.untranslatable(_times("x", "1s", "8s"), "no rates"),),
)


def rules() -> st.SearchStrategy[Rule]:
    # An estimator keeps the times of its first rule: they are part of its name here.
    return whole_rules(
        target=st.builds(
            lambda name, interval, ewma_log: Rateest(
                estimator=f"{name}{interval}.{ewma_log}", interval=interval, ewma_log=ewma_log
            ),
            st.text(string.ascii_letters, min_size=1, max_size=8),
            st.integers(-2, 3),
            st.integers(1, 8),
        )
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"estimator": "x" * 16}, "longer than 15 bytes"),
        ({"interval": 4}, "2\\*\\*-2 to 2\\*\\*3 seconds"),
        ({"ewma_log": 0}, "2\\*\\*1 to 2\\*\\*29 intervals"),
    ],
)
def test_wrong_values(values: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidRule, match=message):
        Rateest(**{"estimator": "x", "interval": 0, "ewma_log": 1, **values})  # type: ignore[arg-type]
