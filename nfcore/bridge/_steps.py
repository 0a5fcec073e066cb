"""Single rules as the driver programs them, with its words for what can go wrong."""

from __future__ import annotations

from typing import Literal

from nfcore.engine import Firewall, IptRule
from nfcore.events import DeletionSkipped, emit
from nfcore.exceptions import DriverError, NetfilterError, TransactionClosed

__all__ = [
    "Action",
    "append_or_del_chain_rule",
    "delete_quietly",
    "program_chain_rule",
    "program_rule",
]

Action = Literal["append", "insert", "delete"]


def program_rule(
    firewall: Firewall, rule: IptRule, action: Action, *, tag: str | None = None
) -> None:
    """Docker's ``ProgramRule``: append, insert or delete, guarded by existence.

    Raises:
        NetfilterError: what the firewall answers.
    """
    if action == "append":
        rule.append(firewall, tag=tag)
    elif action == "insert":
        rule.insert(firewall, tag=tag)
    else:
        rule.delete(firewall)


def program_chain_rule(
    firewall: Firewall, rule: IptRule, description: str, insert: bool, *, tag: str | None = None
) -> None:
    """The seed's ``programChainRule``: insert the rule at the head, or delete it.

    Args:
        firewall: where.
        rule: which.
        description: what the error calls the rule.
        insert: whether to insert or delete it.
        tag: what to note with the rule, or None.

    Raises:
        DriverError: ``Unable to enable`` or ``disable`` it.
    """
    _program(firewall, rule, description, "insert" if insert else "delete", tag=tag)


def append_or_del_chain_rule(
    firewall: Firewall, rule: IptRule, description: str, append: bool
) -> None:
    """The seed's ``appendOrDelChainRule``: append the rule at the end, or delete it.

    Args:
        firewall: where.
        rule: which.
        description: what the error calls the rule.
        append: whether to append or delete it.

    Raises:
        DriverError: ``Unable to enable`` or ``disable`` it.
    """
    _program(firewall, rule, description, "append" if append else "delete")


def _program(
    firewall: Firewall, rule: IptRule, description: str, action: Action, *, tag: str | None = None
) -> None:
    try:
        program_rule(firewall, rule, action, tag=tag)
    except TransactionClosed:
        raise
    except NetfilterError as error:
        operation = "disable" if action == "delete" else "enable"
        raise DriverError(f"Unable to {operation} {description} rule: {error}") from error


def delete_quietly(firewall: Firewall, rule: IptRule) -> None:
    """Delete a rule where the driver ignores that it cannot be deleted.

    Raises:
        TransactionClosed: the transaction has ended.
    """
    try:
        rule.delete(firewall)
    except TransactionClosed:
        raise
    except NetfilterError as error:
        emit(DeletionSkipped(rule=str(rule), error=str(error)))
