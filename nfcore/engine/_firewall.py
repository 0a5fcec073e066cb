"""What rules are programmed into."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from nfcore.operations import Policy
from translate import IPVersion

if TYPE_CHECKING:
    from nfcore.engine._iptrule import IptRule

__all__ = ["Firewall"]


class Firewall(Protocol):
    """The iptables operations that Docker's driver uses.

    A `Transaction` is one. Whoever programs rules asks for no more than this, so that the same code
    also drives other carriers of iptables rules.
    """

    def exists(self, rule: IptRule) -> bool:
        """``-C``: whether the rule is anywhere in its chain."""

    def append(self, rule: IptRule, *, tag: str | None = None) -> None:
        """``-C``, then ``-A``: put the rule at the chain's end unless it is in the chain."""

    def insert(self, rule: IptRule, *, tag: str | None = None) -> None:
        """``-C``, then ``-I``: put the rule at the chain's head unless it is in the chain."""

    def delete(self, rule: IptRule) -> None:
        """``-C``, then ``-D``: take the first such rule out of the chain, if there is one."""

    def has_chain(self, version: IPVersion, table: str, chain: str) -> bool:
        """``-n -L``: whether the chain is there; a built-in chain always is."""

    def new_chain(self, version: IPVersion, table: str, chain: str) -> None:
        """``-N``, unless the chain is there."""

    def flush_chain(self, version: IPVersion, table: str, chain: str) -> None:
        """``-F``: take every rule out of the chain."""

    def remove_chain(self, version: IPVersion, table: str, chain: str) -> None:
        """``-X``: remove an empty chain that nothing jumps to."""

    def is_referenced(self, version: IPVersion, table: str, chain: str) -> bool:
        """Whether a rule of the table jumps to the chain."""

    def set_policy(self, version: IPVersion, table: str, chain: str, policy: Policy) -> None:
        """``-P``: set a built-in chain's policy."""

    def savepoint(self) -> AbstractContextManager[None]:
        """Undo, where that is possible, what the block did when it ends in an exception."""
