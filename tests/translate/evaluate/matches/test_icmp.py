"""-m icmp and icmp6."""

from __future__ import annotations

from typing import Any

import pytest

from tests.translate.evaluate.matches.decided import decided


@pytest.mark.parametrize(
    ("words", "matches"),
    [
        ("8", True),
        ("echo-reply", False),
        ("8/0", True),
        ("8/1", False),
        ("any", True),
    ],
)
def test_icmp(words: str, matches: bool) -> None:
    fields: dict[str, Any] = {"protocol": 1, "icmp_type": 8, "icmp_code": 0}
    assert decided(f"-p icmp --icmp-type {words}", **fields) is matches
    assert decided(f"-p icmp ! --icmp-type {words}", **fields) is not matches
    assert decided(f"-p icmp --icmp-type {words}", **fields, fragment=True) is False


def test_icmp6() -> None:
    way: dict[str, Any] = {"source": "fd00:1::2", "destination": "2001:db8::2"}
    echo: dict[str, Any] = {"protocol": 58, "icmp_type": 128, "icmp_code": 0}
    assert decided("-p icmpv6 --icmpv6-type echo-request", **way, **echo) is True
    assert decided("-p icmpv6 ! --icmpv6-type 129", **way, **echo) is True


def test_a_type_or_code_that_is_not_given() -> None:
    assert decided("-p icmp --icmp-type 8", protocol=1) is None
    assert decided("-p icmp --icmp-type 8/0", protocol=1, icmp_type=8) is None
    assert decided("-p icmp --icmp-type 8/0", protocol=1, icmp_type=0) is False
    assert decided("-p icmp --icmp-type any", protocol=1) is True
