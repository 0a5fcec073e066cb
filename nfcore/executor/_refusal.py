"""Which operation of a refused transaction is to blame."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nfcore.exceptions import CommitRefused
from nfcore.operations import Operation

__all__ = ["in_whole", "locate_refusal", "too_large"]


def too_large(setting: str) -> str:
    """Why the kernel finds a transaction too long.

    Args:
        setting: the sysctl that limits it.
    """
    return (
        f"the transaction does not fit into a netlink socket's buffer ({setting}), and only "
        "CAP_NET_ADMIN in the initial user namespace may enlarge it"
    )


def locate_refusal(
    answer: str, operations: Sequence[Operation], refusal_of: Callable[[int], str | None]
) -> CommitRefused:
    """Search for the end of the shortest refused beginning of a transaction.

    It takes some 17 checks for 100,000 operations. (A beginning may be refused for what a later
    operation mends, a loop of jumps for one. Then the operation found may be that one.)

    Args:
        answer: what the whole transaction was refused with.
        operations: the whole transaction.
        refusal_of: what the first N operations are refused with, or None where they are not.

    Returns:
        The error to raise. It names no operation where the whole is not refused any more, because
        somebody else changed the ruleset.
    """
    accepted, refused = 0, len(operations)
    found = refusal_of(refused)
    if found is None:
        return CommitRefused(answer)
    while refused - accepted > 1:
        middle = (accepted + refused) // 2
        refusal = refusal_of(middle)
        if refusal is None:
            accepted = middle
        else:
            refused, found = middle, refusal
    return CommitRefused(found, index=refused - 1, operation=operations[refused - 1])


def in_whole(refusal: CommitRefused, places: Sequence[int]) -> CommitRefused:
    """A refusal among a transaction's parts (see `each_element`) as one of the transaction.

    Args:
        refusal: its index counts parts.
        places: each part's place in the transaction.
    """
    if refusal.index is None:
        return refusal
    return CommitRefused(refusal.answer, index=places[refusal.index], operation=refusal.operation)
