"""Isolation of the networks from one another."""

from __future__ import annotations

from nfcore.bridge._names import ISOLATION_CHAIN_1, ISOLATION_CHAIN_2
from nfcore.bridge._steps import program_rule
from nfcore.engine import Firewall, IptRule
from nfcore.events import DriverStepFailed, emit
from nfcore.exceptions import DriverError, NetfilterError, TransactionClosed
from translate import IPVersion

__all__ = ["set_inc"]


def set_inc(firewall: Firewall, version: IPVersion, bridge: str, enable: bool) -> None:
    """The seed's ``setINC``: inter-network communication is refused while the network is there.

    When the second rule cannot be inserted, the first is taken back. A failed deletion is logged,
    and the other rule is deleted all the same.

    Args:
        firewall: where.
        version: the IP version.
        bridge: the bridge's name.
        enable: whether the network comes or goes.

    Raises:
        DriverError: ``unable to add inter-network communication rule``.
        TransactionClosed: the transaction has ended.
    """
    leaving = ("-i", bridge, "!", "-o", bridge, "-j", ISOLATION_CHAIN_2)
    arriving = ("-o", bridge, "-j", "DROP")
    rules = (
        IptRule(version, "filter", ISOLATION_CHAIN_1, leaving),
        IptRule(version, "filter", ISOLATION_CHAIN_2, arriving),
    )
    if enable:
        with firewall.savepoint():
            for rule in rules:
                _program(firewall, rule)
        return
    for rule in rules:
        try:
            program_rule(firewall, rule, "delete")
        except TransactionClosed:
            raise
        except NetfilterError as error:
            emit(DriverStepFailed(step="remove inter-network communication rule", error=str(error)))


def _program(firewall: Firewall, rule: IptRule) -> None:
    try:
        program_rule(firewall, rule, "insert")
    except NetfilterError as error:
        raise DriverError(f"unable to add inter-network communication rule: {error}") from error
