"""What libnetwork's iptables package does with a chain (``ChainInfo`` and its kin)."""

from __future__ import annotations

from nfcore.bridge._names import DOCKER_CHAIN, LOOPBACK
from nfcore.bridge._steps import Action, delete_quietly, program_rule
from nfcore.engine import Firewall, IptRule
from nfcore.exceptions import DriverError, NetfilterError
from translate import IPVersion

__all__ = [
    "add_return_rule",
    "ensure_jump_rule",
    "nat_output_jump",
    "program_filter_chain",
    "program_nat_chain",
    "remove_existing_chain",
]


def _nat_prerouting_jump(version: IPVersion, chain: str) -> IptRule:
    args = ("-m", "addrtype", "--dst-type", "LOCAL", "-j", chain)
    return IptRule(version, "nat", "PREROUTING", args)


def nat_output_jump(version: IPVersion, chain: str, *, hairpin: bool) -> IptRule:
    """The jump of nat OUTPUT to a chain; outside hairpin mode what goes to loopback is left out."""
    args: tuple[str, ...] = ("-m", "addrtype", "--dst-type", "LOCAL", "-j", chain)
    if not hairpin:
        args += ("!", "--dst", LOOPBACK[version])
    return IptRule(version, "nat", "OUTPUT", args)


def remove_existing_chain(firewall: Firewall, version: IPVersion, table: str, chain: str) -> None:
    """``RemoveExistingChain`` and ``ChainInfo.Remove``: flush and remove a chain.

    In nat the jumps from PREROUTING and OUTPUT go; a chain that others still jump to stays, empty.
    """
    if table == "nat":
        delete_quietly(firewall, _nat_prerouting_jump(version, chain))
        delete_quietly(firewall, nat_output_jump(version, chain, hairpin=False))
        delete_quietly(firewall, nat_output_jump(version, chain, hairpin=True))
    if not firewall.has_chain(version, table, chain):
        return
    firewall.flush_chain(version, table, chain)
    if not firewall.is_referenced(version, table, chain):
        firewall.remove_chain(version, table, chain)


def add_return_rule(firewall: Firewall, version: IPVersion, chain: str) -> None:
    """``AddReturnRule``: end a filter chain with RETURN.

    Raises:
        DriverError: the rule could not be appended.
    """
    try:
        IptRule(version, "filter", chain, ("-j", "RETURN")).append(firewall)
    except NetfilterError as error:
        raise DriverError(f"unable to add return rule in {chain} chain: {error}") from error


def ensure_jump_rule(
    firewall: Firewall, version: IPVersion, from_chain: str, to_chain: str
) -> None:
    """``EnsureJumpRule``: put the jump on top of a filter chain, wherever it was.

    Raises:
        DriverError: the jump could not be inserted.
    """
    jump = IptRule(version, "filter", from_chain, ("-j", to_chain))
    try:
        jump.delete(firewall)
        jump.insert(firewall)
    except NetfilterError as error:
        raise DriverError(
            f"unable to insert jump to {to_chain} rule in {from_chain} chain: {error}"
        ) from error


def program_nat_chain(firewall: Firewall, version: IPVersion, *, hairpin: bool) -> None:
    """``ProgramChain`` for nat DOCKER: the jumps from PREROUTING and OUTPUT.

    They serve every network, so no network's end takes them away.

    Raises:
        DriverError: a jump could not be appended.
    """
    for jump in (
        _nat_prerouting_jump(version, DOCKER_CHAIN),
        nat_output_jump(version, DOCKER_CHAIN, hairpin=hairpin),
    ):
        try:
            jump.append(firewall)
        except NetfilterError as error:
            raise DriverError(
                f"failed to inject {DOCKER_CHAIN} in {jump.chain} chain: {error}"
            ) from error


def program_filter_chain(firewall: Firewall, version: IPVersion, bridge: str, enable: bool) -> None:
    """``ProgramChain`` for filter DOCKER: what enters the bridge goes through it, replies do not.

    Raises:
        DriverError: a rule could not be inserted or deleted.
    """
    action: Action = "insert" if enable else "delete"
    link = ("-o", bridge, "-j", DOCKER_CHAIN)
    replies = ("-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED")
    established = ("-o", bridge, *replies, "-j", "ACCEPT")
    for args, what in ((link, "linking rule"), (established, "establish rule")):
        try:
            program_rule(firewall, IptRule(version, "filter", "FORWARD", args), action)
        except NetfilterError as error:
            raise DriverError(f"could not {action} {what} in FORWARD: {error}") from error
