"""The workaround for WSL2's mirrored networking mode."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nfcore.bridge._names import DOCKER_CHAIN
from nfcore.bridge._spec import DriverConfig
from nfcore.bridge._steps import program_chain_rule
from nfcore.engine import Firewall, IptRule
from translate import IPVersion

__all__ = [
    "Wsl2Host",
    "insert_mirrored_wsl2_rule",
    "link_exists",
    "mirrored_wsl2_rule",
    "mirrored_wsl2_workaround",
]


def link_exists(name: str) -> bool:
    """Whether the calling thread's network namespace has an interface of this name.

    Args:
        name: the interface's name.
    """
    from pyroute2 import IPRoute  # noqa: PLC0415 - it is slow to import, and WSL2 hosts alone need it

    with IPRoute() as netlink:
        return bool(netlink.link_lookup(ifname=name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wsl2Host:
    """What tells a WSL2 guest from any other host.

    Args:
        wslinfo: an executable that WSL2 alone has.
        has_link: whether there is an interface of a given name.
    """

    wslinfo: Path = Path("/usr/bin/wslinfo")
    has_link: Callable[[str], bool] = link_exists

    @property
    def is_mirrored(self) -> bool:
        """Whether this looks like a WSL2 guest with mirrored networking.

        The file is looked at first because that is the cheaper question.
        """
        try:
            mode = self.wslinfo.stat().st_mode
        except OSError:
            return False
        return stat.S_ISREG(mode) and bool(mode & 0o111) and self.has_link("loopback0")


def mirrored_wsl2_workaround(
    firewall: Firewall, config: DriverConfig, version: IPVersion, host: Wsl2Host
) -> None:
    """The seed's ``mirroredWSL2Workaround``: add the rule where it is needed, else remove it.

    Raises:
        DriverError: the rule could not be inserted or deleted.
    """
    if version is not IPVersion.V4:
        return
    needed = insert_mirrored_wsl2_rule(config, host)
    program_chain_rule(firewall, mirrored_wsl2_rule(), "WSL2 loopback", needed)


def insert_mirrored_wsl2_rule(config: DriverConfig, host: Wsl2Host) -> bool:
    """The seed's ``insertMirroredWSL2Rule``: whether docker-proxy runs under mirrored WSL2."""
    return config.enable_userland_proxy and bool(config.userland_proxy_path) and host.is_mirrored


def mirrored_wsl2_rule() -> IptRule:
    """The seed's ``mirroredWSL2Rule``: no DNAT for what Windows sends to 127.0.0.1."""
    args = ("-i", "loopback0", "-d", "127.0.0.0/8", "-j", "RETURN")
    return IptRule(IPVersion.V4, "nat", DOCKER_CHAIN, args)
