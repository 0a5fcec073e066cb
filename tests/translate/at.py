"""Cases that all stand in one place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.translate.harness import Case, Native, Refusal

__all__ = ["At"]


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """Makes cases for one table and chain, whose arguments begin with ``prefix``.

    ``more`` of each method is what the case itself takes, and comes before what is said here.
    """

    table: str = "filter"
    chain: str = "FORWARD"
    versions: tuple[int, ...] = ()
    prefix: str = ""
    _place: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        place = {"table": self.table, "chain": self.chain, "versions": self.versions}
        object.__setattr__(self, "_place", place)

    def case(self, args: str, saved: str | None = None, **more: Any) -> Case:
        saved = None if saved is None else self.prefix + saved
        return Case(self.prefix + args, saved, **{**self._place, **more})

    def refusal(self, args: str, match: str, **more: Any) -> Refusal:
        return Refusal(self.prefix + args, match, **{**self._place, **more})

    def native(
        self, args: str, expected: str | None = None, reason: str = "", **more: Any
    ) -> Native:
        return Native(self.prefix + args, expected, reason, **{**self._place, **more})

    def untranslatable(self, args: str, match: str, **more: Any) -> Native:
        return self.native(args, untranslatable=match, **more)
