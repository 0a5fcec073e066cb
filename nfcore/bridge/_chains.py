"""The driver's chains: set up at its start, the old ones removed before."""

from __future__ import annotations

from nfcore.bridge._chaininfo import add_return_rule, ensure_jump_rule, remove_existing_chain
from nfcore.bridge._names import (
    DOCKER_CHAIN,
    ISOLATION_CHAIN_1,
    ISOLATION_CHAIN_2,
    OLD_ISOLATION_CHAIN,
    USER_CHAIN,
)
from nfcore.bridge._spec import DriverConfig
from nfcore.bridge._steps import delete_quietly
from nfcore.bridge._wsl2 import Wsl2Host, mirrored_wsl2_workaround
from nfcore.engine import Firewall, IptRule
from nfcore.exceptions import DriverError, NetfilterError
from translate import IPVersion

__all__ = ["remove_ip_chains", "setup_ip_chains", "setup_user_chain"]


def setup_ip_chains(
    firewall: Firewall, config: DriverConfig, version: IPVersion, host: Wsl2Host
) -> None:
    """The seed's ``setupIPChains``: create DOCKER in nat and filter, and the isolation chains.

    When a step fails, what was done before it is undone.

    Raises:
        DriverError: the driver does not program this IP version, or a step failed.
    """
    if version not in config.versions:
        raise DriverError(f"cannot create new chains, {version.program} is disabled")
    with firewall.savepoint():
        for table, chain, what in (
            ("nat", DOCKER_CHAIN, f"NAT chain {DOCKER_CHAIN}"),
            ("filter", DOCKER_CHAIN, f"FILTER chain {DOCKER_CHAIN}"),
            ("filter", ISOLATION_CHAIN_1, "FILTER isolation chain"),
            ("filter", ISOLATION_CHAIN_2, "FILTER isolation chain"),
        ):
            try:
                firewall.new_chain(version, table, chain)
            except NetfilterError as error:
                raise DriverError(f"failed to create {what}: {error}") from error
        add_return_rule(firewall, version, ISOLATION_CHAIN_1)
        add_return_rule(firewall, version, ISOLATION_CHAIN_2)
        mirrored_wsl2_workaround(firewall, config, version, host)


def remove_ip_chains(firewall: Firewall, version: IPVersion) -> None:
    """The seed's ``removeIPChains``: remove an earlier driver's chains, the obsolete one too."""
    delete_quietly(firewall, IptRule(version, "filter", "FORWARD", ("-j", OLD_ISOLATION_CHAIN)))
    for table, chain in (
        ("nat", DOCKER_CHAIN),
        ("filter", DOCKER_CHAIN),
        ("filter", ISOLATION_CHAIN_1),
        ("filter", ISOLATION_CHAIN_2),
        ("filter", OLD_ISOLATION_CHAIN),
    ):
        remove_existing_chain(firewall, version, table, chain)


def setup_user_chain(firewall: Firewall, version: IPVersion) -> None:
    """The network controller's ``setupUserChain``: DOCKER-USER, its jump on top of FORWARD.

    What users put into the chain stays.

    Raises:
        DriverError: a step failed.
    """
    try:
        firewall.new_chain(version, "filter", USER_CHAIN)
    except NetfilterError as error:
        family = f"IPv{version.value}"
        raise DriverError(f"failed to create {USER_CHAIN} {family} chain: {error}") from error
    add_return_rule(firewall, version, USER_CHAIN)
    ensure_jump_rule(firewall, version, "FORWARD", USER_CHAIN)
