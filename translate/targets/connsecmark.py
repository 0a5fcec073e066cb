"""``-j CONNSECMARK``: copy the security mark between packet and connection, if there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, Option, ParseContext, TargetExtension
from translate.rule import Target

__all__ = ["Connsecmark", "ConnsecmarkExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connsecmark(Target):
    """``--save`` (packet to connection) or ``--restore`` (the other way)."""

    name: ClassVar[str] = "CONNSECMARK"
    operation: str

    def __post_init__(self) -> None:
        if self.operation not in {"save", "restore"}:
            raise InvalidRule(f"connsecmark operation {self.operation!r}: save or restore")


class ConnsecmarkExtension(TargetExtension[Connsecmark]):
    """Translates ``-j CONNSECMARK``."""

    name = "CONNSECMARK"
    value = Connsecmark
    tables = frozenset({"mangle", "security"})
    options = (
        Option(name="save", words=0, excludes=frozenset({"restore"})),
        Option(name="restore", words=0, excludes=frozenset({"save"})),
    )
    no_native_form = (
        "nft copies a security mark over one that is there, and cannot ask first whether there is"
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Connsecmark:
        del context
        option = next(iter(given), None)
        if option is None:
            raise given.error("--save or --restore must be given")
        return Connsecmark(operation=option.option.key)

    def format(self, value: Connsecmark, context: ParseContext) -> Sequence[str]:
        del context
        return [f"--{value.operation}"]
