"""``-m nfacct``: counts packets for an object of the accounting subsystem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext, Text
from translate.rule import Match

__all__ = ["Nfacct", "NfacctExtension"]

_NAME_BYTES: Final = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Nfacct(Match):
    """``--nfacct-name``."""

    name: ClassVar[str] = "nfacct"
    account: str

    def __post_init__(self) -> None:
        length = len(self.account.encode(errors="surrogateescape"))
        if not 1 <= length <= _NAME_BYTES or "\n" in self.account or "\0" in self.account:
            raise InvalidRule(
                f"an accounting object's name has 1 to {_NAME_BYTES} bytes and no line break: "
                f"{self.account!r}"
            )


class NfacctExtension(MatchExtension[Nfacct]):
    """Parses and formats ``-m nfacct``."""

    name = "nfacct"
    value = Nfacct
    options = (Option(name="nfacct-name"),)
    no_native_form = (
        "the nfacct tool reads its own objects only; nft counts in named counters of its tables"
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Nfacct:
        del context
        return Nfacct(account=given.require("nfacct-name", "--nfacct-name must be given").value)

    def format(self, value: Nfacct, context: ParseContext) -> Sequence[str]:
        del context
        return ["--nfacct-name", Text(value.account)]
