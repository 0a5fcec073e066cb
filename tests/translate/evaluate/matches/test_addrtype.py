"""-m addrtype."""

from __future__ import annotations

import pytest

from tests.translate.evaluate.matches.decided import decided


@pytest.mark.parametrize(
    ("words", "destination", "matches"),
    [
        ("--dst-type LOCAL", "10.0.2.1", True),
        ("--dst-type LOCAL", "10.0.2.2", False),
        ("! --dst-type LOCAL", "10.0.2.2", True),
        ("--dst-type LOCAL,UNICAST", "10.0.2.2", True),
        ("--dst-type BROADCAST", "10.0.2.255", True),
        ("--dst-type MULTICAST", "224.0.0.5", True),
        ("--dst-type UNSPEC", "10.0.2.2", False),
        ("--src-type LOCAL", "10.0.2.1", False),
        ("--src-type UNICAST --dst-type LOCAL", "10.0.2.1", True),
        ("--dst-type LOCAL --limit-iface-in", "10.0.1.1", True),
        ("--dst-type LOCAL --limit-iface-in", "10.0.2.1", False),
        ("--dst-type UNICAST --limit-iface-in", "10.0.2.1", True),
        ("--dst-type LOCAL --limit-iface-out", "10.0.2.1", True),
    ],
)
def test_version_4(words: str, destination: str, matches: bool) -> None:
    assert decided(f"-m addrtype {words}", destination=destination) is matches


@pytest.mark.parametrize(
    ("words", "destination", "matches"),
    [
        ("--dst-type LOCAL", "fd00:1::1", True),
        ("--dst-type UNICAST", "fd00:1::1", True),
        ("--dst-type UNICAST,LOCAL", "fd00:1::2", False),
        ("! --dst-type LOCAL", "fd00:1::2", True),
        ("--dst-type MULTICAST", "ff02::1", True),
        ("--dst-type UNICAST", "ff02::1", False),
        ("--dst-type UNSPEC", "::", True),
        ("--dst-type UNREACHABLE", "fd00:1::2", None),
        ("! --dst-type UNREACHABLE,LOCAL", "fd00:1::2", None),
        ("--dst-type UNREACHABLE,LOCAL", "fd00:1::1", True),
    ],
)
def test_version_6(words: str, destination: str, matches: bool | None) -> None:
    found = decided(f"-m addrtype {words}", source="fd00:1::9", destination=destination)
    assert found is matches
