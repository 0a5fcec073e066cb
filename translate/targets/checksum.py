"""``-j CHECKSUM``: compute the checksum that offloading left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from translate.extension import GivenOptions, Option, ParseContext, TargetExtension
from translate.rule import Target

__all__ = ["Checksum", "ChecksumExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checksum(Target):
    """``--checksum-fill``, which is all that it can do."""

    name: ClassVar[str] = "CHECKSUM"


class ChecksumExtension(TargetExtension[Checksum]):
    """Translates ``-j CHECKSUM``."""

    name = "CHECKSUM"
    value = Checksum
    tables = frozenset({"mangle"})
    options = (Option(name="checksum-fill", words=0),)
    no_native_form = "nftables completes no checksums"

    def parse(self, given: GivenOptions, context: ParseContext) -> Checksum:
        del context
        given.require("checksum-fill", "--checksum-fill must be given")
        return Checksum()

    def format(self, value: Checksum, context: ParseContext) -> Sequence[str]:
        del value, context
        return ["--checksum-fill"]
