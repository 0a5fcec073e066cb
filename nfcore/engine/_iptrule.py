"""`IptRule`: one rule as Docker's driver writes it."""

from __future__ import annotations

import shlex
from typing import NamedTuple

from nfcore.engine._firewall import Firewall
from translate import IPVersion

__all__ = ["IptRule"]


class IptRule(NamedTuple):
    """One iptables rule by IP version, table, chain and arguments (the seed's ``iptRule``).

    A named tuple, since each is made, hashed and compared anew for every change asked of it.

    Args:
        version: the IP version.
        table: ``filter``, ``nat``, ``mangle``, ``raw`` or ``security``.
        chain: the chain's name.
        args: what follows the chain on the command line, one word each.
    """

    version: IPVersion
    table: str
    chain: str
    args: tuple[str, ...]

    def exists(self, firewall: Firewall) -> bool:
        """Whether the chain holds this rule, seen through the transaction's own operations."""
        return firewall.exists(self)

    def append(self, firewall: Firewall, *, tag: str | None = None) -> None:
        """Put the rule at the chain's end, unless it is anywhere in the chain."""
        firewall.append(self, tag=tag)

    def insert(self, firewall: Firewall, *, tag: str | None = None) -> None:
        """Put the rule at the chain's head, unless it is anywhere in the chain."""
        firewall.insert(self, tag=tag)

    def delete(self, firewall: Firewall) -> None:
        """Take the rule out of the chain, if it is there."""
        firewall.delete(self)

    def __str__(self) -> str:
        """The command that appends it, as the seed's ``String``; quoted for a shell."""
        return shlex.join([self.version.program, "-t", self.table, "-A", self.chain, *self.args])
