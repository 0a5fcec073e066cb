"""What is taken for a WSL2 guest with mirrored networking."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nfcore.bridge import DriverConfig, Wsl2Host, insert_mirrored_wsl2_rule, mirrored_wsl2_rule
from nfcore.bridge._wsl2 import link_exists
from tests.netns import in_netns

PROXY = DriverConfig()


@pytest.fixture
def wslinfo(tmp_path: Path) -> Path:
    path = tmp_path / "wslinfo"
    path.touch(mode=0o755)
    return path


def host(wslinfo: Path, *, link: bool = True) -> Wsl2Host:
    return Wsl2Host(wslinfo=wslinfo, has_link=lambda name: link and name == "loopback0")


def test_the_link_and_the_executable_tell(wslinfo: Path) -> None:
    assert insert_mirrored_wsl2_rule(PROXY, host(wslinfo))
    assert not insert_mirrored_wsl2_rule(PROXY, host(wslinfo, link=False))
    assert not insert_mirrored_wsl2_rule(PROXY, host(wslinfo.parent / "absent"))
    assert not insert_mirrored_wsl2_rule(PROXY, host(wslinfo.parent))
    wslinfo.chmod(0o644)
    assert not insert_mirrored_wsl2_rule(PROXY, host(wslinfo))


def test_without_a_proxy_nobody_listens(wslinfo: Path) -> None:
    for config in (DriverConfig(enable_userland_proxy=False), DriverConfig(userland_proxy_path="")):
        assert not insert_mirrored_wsl2_rule(config, host(wslinfo))


def test_the_rule() -> None:
    assert str(mirrored_wsl2_rule()) == (
        "iptables -t nat -A DOCKER -i loopback0 -d 127.0.0.0/8 -j RETURN"
    )


def test_links_are_looked_up_in_the_threads_own_namespace(netns: str) -> None:
    script = "from nfcore.bridge._wsl2 import link_exists; print(link_exists('loopback0'))"
    in_netns(netns, ["ip", "link", "add", "loopback0", "type", "bridge"])
    assert in_netns(netns, [sys.executable, "-c", script]).stdout == "True\n"
    in_netns(netns, ["ip", "link", "delete", "loopback0"])
    assert in_netns(netns, [sys.executable, "-c", script]).stdout == "False\n"
    assert link_exists("lo")
