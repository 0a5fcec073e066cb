"""A transaction in which some operations fail, as they would on a host that lacks something."""

from __future__ import annotations

from collections.abc import Sequence

from nfcore.engine import IptRule, ListingSource, Transaction
from nfcore.exceptions import NfcoreError
from nfcore.executor import FakeExecutor
from translate import IPVersion

__all__ = ["FaultyTransaction", "faulty_transaction"]


class FaultyTransaction(Transaction):
    """Refuses every rule and chain whose text holds one of some words.

    Attributes:
        faults: the words.
    """

    faults: Sequence[str] = ()

    def _refuse(self, text: str) -> None:
        for word in self.faults:
            if word in text:
                raise NfcoreError(f"fault at {word}")

    def append(self, rule: IptRule, *, tag: str | None = None) -> None:
        self._refuse(f"append {rule}")
        super().append(rule, tag=tag)

    def insert(self, rule: IptRule, *, tag: str | None = None) -> None:
        self._refuse(f"insert {rule}")
        super().insert(rule, tag=tag)

    def delete(self, rule: IptRule) -> None:
        self._refuse(f"delete {rule}")
        super().delete(rule)

    def new_chain(self, version: IPVersion, table: str, chain: str) -> None:
        self._refuse(f"new {version.program} -t {table} {chain}")
        super().new_chain(version, table, chain)


def faulty_transaction(executor: FakeExecutor, *faults: str) -> FaultyTransaction:
    """A transaction with faults over what the executor holds."""
    transaction = FaultyTransaction(executor, ListingSource(executor))
    transaction.faults = faults
    return transaction
