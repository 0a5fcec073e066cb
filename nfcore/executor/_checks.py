"""What no executor sends: operations that cannot be right."""

from __future__ import annotations

from nfcore.exceptions import InvalidInput
from nfcore.operations import (
    TABLES,
    AddRule,
    BaseChain,
    NativeRule,
    Operation,
    SetPolicy,
    TableRef,
    base_chain_of,
)

__all__ = ["check_handle", "check_place", "check_policy", "check_table"]


def check_table(table: TableRef) -> None:
    """Refuse a table that iptables does not have.

    Raises:
        InvalidInput: naming those that it has.
    """
    if table.name not in TABLES:
        raise InvalidInput(
            f"{table.version.program} has no table {table.name!r}; its tables are "
            f"{', '.join(TABLES)}"
        )


def check_policy(operation: SetPolicy) -> BaseChain:
    """The built-in chain whose policy is set.

    Raises:
        InvalidInput: it is none.
    """
    base = base_chain_of(operation.chain)
    if base is None:
        raise InvalidInput(f"{operation}: only a built-in chain has a policy")
    return base


def check_handle(handle: int, operation: Operation) -> int:
    """Return a handle that a rule can have.

    Raises:
        InvalidInput: none has it.
    """
    if handle < 1:
        raise InvalidInput(f"{operation}: a rule's handle is 1 or more, not {handle}")
    return handle


def check_place(operation: AddRule) -> None:
    """Refuse a rule that was made for another chain than the operation's.

    Raises:
        InvalidInput: naming both chains.
    """
    rule, chain = operation.body, operation.chain
    if isinstance(rule, NativeRule):
        return
    if (rule.version, rule.table, rule.chain) != (
        chain.table.version,
        chain.table.name,
        chain.name,
    ):
        raise InvalidInput(
            f"a rule for {rule.version.program} -t {rule.table} {rule.chain} cannot go into {chain}"
        )
