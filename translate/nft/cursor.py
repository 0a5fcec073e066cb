"""The place in an nft rule where decoding has come to."""

from __future__ import annotations

from collections.abc import Sequence

from translate.nft.statements import MatchView, is_protocol_test, read_match
from translate.types import IPVersion, Negatable, Statement

__all__ = ["Cursor"]


class Cursor:
    """Walks a rule's statements; extensions read from it and step past what they took.

    Args:
        statements: the rule's statements.
        version: the IP version of its table.
        table: iptables' name for its table.
        chain: its chain.

    Attributes:
        protocol: what the rule's protocol is known to be so far, or None.
        settled: whether a statement with side effects was passed. ``-i``, ``-s``, ``-p`` and so on
            would be tested before it, so what comes now is none of them.
    """

    __slots__ = (
        "_end",
        "_index",
        "_statements",
        "_views",
        "chain",
        "protocol",
        "settled",
        "table",
        "version",
    )

    def __init__(
        self, statements: Sequence[Statement], *, version: IPVersion, table: str, chain: str
    ) -> None:
        self._statements = statements
        self._views = [read_match(statement) for statement in statements]
        self._index = 0
        self._end = len(statements)
        self.version = version
        self.table = table
        self.chain = chain
        self.protocol: Negatable[int] | None = None
        self.settled = False

    @property
    def done(self) -> bool:
        """Whether every statement was taken."""
        return self._index >= self._end

    def peek(self, offset: int = 0) -> Statement | None:
        """The statement ``offset`` places ahead, or None past the end."""
        index = self._index + offset
        return self._statements[index] if index < self._end else None

    def match(self, offset: int = 0) -> MatchView | None:
        """That statement taken apart, or None where it is no match statement."""
        index = self._index + offset
        return self._views[index] if index < self._end else None

    def match_on(self, *lefts: object, offset: int = 0) -> MatchView | None:
        """That match statement, if its left-hand side is one of ``lefts``."""
        view = self.match(offset)
        return view if view is not None and view.left in lefts else None

    def take(self, count: int = 1) -> None:
        """Step past ``count`` statements."""
        passed = self._views[self._index : self._index + count]
        self.settled = self.settled or None in passed
        self._index += count

    def narrow(self, count: int | None) -> None:
        """Let so many statements be seen and no more, tests of the protocol not counted.

        Args:
            count: the number; None lets all be seen again.
        """
        self._end = len(self._statements)
        if count is None:
            return
        for index in range(self._index, len(self._statements)):
            count -= not is_protocol_test(self._statements[index])
            if count < 0:
                self._end = index
                return

    @property
    def position(self) -> int:
        """How many statements were taken."""
        return self._index

    def since(self, position: int) -> list[Statement]:
        """The statements taken from that position on."""
        return list(self._statements[position : self._index])

    def has_protocol(self, *numbers: int) -> bool:
        """Whether the rule is known to ask for one of these protocols."""
        return (
            self.protocol is not None
            and not self.protocol.negated
            and self.protocol.value in numbers
        )

    def fits(self, number: int) -> bool:
        """Whether a header of this protocol fits what is known of the rule's protocol."""
        return self.protocol is None or self.protocol == Negatable(number)

    def may_imply(self, number: int) -> bool:
        """Whether the rule's protocol is this one, or can be from here on."""
        return self.protocol == Negatable(number) or (self.protocol is None and not self.settled)

    def imply(self, number: int) -> None:
        """Note that the rule's protocol follows from a header field (``tcp dport``)."""
        self.protocol = Negatable(number)
