"""The sysctls that the driver sets: on a network's bridge, and for the host."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from nfcore.bridge import NetworkSpec
from nfcore.exceptions import SetupFailed
from nfcore.system._steps import SetSysctl, Step
from nfcore.system._sysctls import Sysctls
from translate import IPVersion

__all__ = ["forwards", "plan_bridge_filtering", "plan_bridge_settings", "plan_forwarding"]

_FORWARDING: Final = {
    IPVersion.V4: ("net/ipv4/ip_forward",),
    IPVersion.V6: ("net/ipv6/conf/default/forwarding", "net/ipv6/conf/all/forwarding"),
}
"""In the driver's order (``setup_ip_forwarding.go``)."""
_BRIDGED: Final = {
    IPVersion.V4: "net/bridge/bridge-nf-call-iptables",
    IPVersion.V6: "net/bridge/bridge-nf-call-ip6tables",
}


def forwards(sysctls: Sysctls, version: IPVersion) -> bool:
    """Whether the host forwards packets of one IP version, or has none of it at all."""
    return all(sysctls.read(key) in {"1", None} for key in _FORWARDING[version])


def plan_forwarding(sysctls: Sysctls, version: IPVersion) -> Iterator[Step]:
    """Turn forwarding on.

    Setting it for all interfaces sets it for each, so each one's own value belongs to the way back.
    """
    own = tuple(
        (key, value)
        for key in sysctls.matching(f"net/ipv{version.value}/conf/*/forwarding")
        if (value := sysctls.read(key)) is not None
    )
    for key in _FORWARDING[version]:
        value = sysctls.read(key)
        if value not in {"1", None}:
            alone = key.endswith("default/forwarding")
            yield SetSysctl(
                key=key, value="1", before=((key, value or "0"), *(() if alone else own))
            )


def plan_bridge_settings(sysctls: Sysctls, spec: NetworkSpec, *, hairpin: bool) -> Iterator[Step]:
    """The settings of a network's bridge itself; of one that is not there yet, all of them.

    In hairpin mode packets from 127.0.0.1 are routed to it.

    Args:
        sysctls: what is set now.
        spec: the network.
        hairpin: whether hairpin mode is on.
    """
    if spec.subnet_v6 is not None and sysctls.read("net/ipv6/conf/all/disable_ipv6") is not None:
        yield from _set(sysctls, f"net/ipv6/conf/{spec.bridge}/disable_ipv6", "0")
        yield from _set(sysctls, f"net/ipv6/conf/{spec.bridge}/accept_ra", "0")
    if spec.subnet_v4 is not None and hairpin:
        yield from _set(sysctls, f"net/ipv4/conf/{spec.bridge}/route_localnet", "1")


def plan_bridge_filtering(
    sysctls: Sysctls, specs: Iterable[NetworkSpec], *, hairpin: bool
) -> Iterator[Step]:
    """Let what a bridge forwards go through iptables, where ICC is off or in hairpin mode.

    Args:
        sysctls: what is set now.
        specs: the networks.
        hairpin: whether hairpin mode is on.

    Raises:
        SetupFailed: the kernel lacks br_netfilter.
    """
    needed = [spec for spec in specs if hairpin or not spec.icc]
    for version, key in _BRIDGED.items():
        if any(spec.subnet(version) is not None for spec in needed):
            if sysctls.read(key) is None:
                raise SetupFailed(
                    f"there is no sysctl {key}, so no rule would see what goes from container to "
                    "container on one bridge: modprobe br_netfilter"
                )
            yield from _set(sysctls, key, "1")


def _set(sysctls: Sysctls, key: str, value: str) -> Iterator[Step]:
    before = sysctls.read(key)
    if before != value:
        yield SetSysctl(key=key, value=value, before=() if before is None else ((key, before),))
