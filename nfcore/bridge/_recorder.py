"""A firewall that only takes note."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from nfcore.engine import IptRule
from nfcore.operations import Policy
from translate import IPVersion

__all__ = ["Recorder"]


class Recorder:
    """A firewall without rules that notes what is put in and what is taken out.

    Attributes:
        rules: the rules put in and not taken out again, each once, in order.
        deleted: every rule that was to be taken out.
    """

    def __init__(self) -> None:
        self.rules: dict[IptRule, None] = {}
        self.deleted: dict[IptRule, None] = {}

    def exists(self, rule: IptRule) -> bool:
        """Whether it was noted."""
        return rule in self.rules

    def append(self, rule: IptRule, *, tag: str | None = None) -> None:
        """Note it."""
        del tag
        self.rules[rule] = None

    def insert(self, rule: IptRule, *, tag: str | None = None) -> None:
        """Note it."""
        self.append(rule, tag=tag)

    def delete(self, rule: IptRule) -> None:
        """Note it."""
        self.rules.pop(rule, None)
        self.deleted[rule] = None

    def has_chain(self, version: IPVersion, table: str, chain: str) -> bool:
        """Every chain is there."""
        del version, table, chain
        return True

    def new_chain(self, version: IPVersion, table: str, chain: str) -> None:
        """Every chain is there."""

    def flush_chain(self, version: IPVersion, table: str, chain: str) -> None:
        """Forget the chain's rules."""
        for rule in list(self.rules):
            if (rule.version, rule.table, rule.chain) == (version, table, chain):
                del self.rules[rule]

    def remove_chain(self, version: IPVersion, table: str, chain: str) -> None:
        """Chains stay."""

    def is_referenced(self, version: IPVersion, table: str, chain: str) -> bool:
        """Chains stay."""
        del version, table, chain
        return True

    def set_policy(self, version: IPVersion, table: str, chain: str, policy: Policy) -> None:
        """Policies are no rules."""

    def savepoint(self) -> AbstractContextManager[None]:
        """Nothing can fail."""
        return nullcontext()
