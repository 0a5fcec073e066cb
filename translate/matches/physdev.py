"""``-m physdev``: the bridge ports that a bridged packet goes through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.rule import Match
from translate.types import Interface, Negatable
from translate.values.options import read_negatable

__all__ = ["Physdev", "PhysdevExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Physdev(Match):
    """The tests of ``-m physdev``.

    Args:
        in_port: ``--physdev-in``.
        out_port: ``--physdev-out``.
        is_in: ``--physdev-is-in``.
        is_out: ``--physdev-is-out``.
        is_bridged: ``--physdev-is-bridged``.
    """

    name: ClassVar[str] = "physdev"
    in_port: Negatable[Interface] | None = None
    out_port: Negatable[Interface] | None = None
    is_in: Negatable[bool] | None = None
    is_out: Negatable[bool] | None = None
    is_bridged: Negatable[bool] | None = None

    def __post_init__(self) -> None:
        tests = (self.in_port, self.out_port, self.is_in, self.is_out, self.is_bridged)
        if all(test is None for test in tests):
            raise InvalidRule("at least one option must be given")


class PhysdevExtension(MatchExtension[Physdev]):
    """Parses and formats ``-m physdev``."""

    name = "physdev"
    value = Physdev
    options = (
        Option(name="physdev-in", negatable=True),
        Option(name="physdev-out", negatable=True),
        Option(name="physdev-is-in", words=0, negatable=True),
        Option(name="physdev-is-out", words=0, negatable=True),
        Option(name="physdev-is-bridged", words=0, negatable=True),
    )
    no_native_form = "nft tests bridge ports in tables of family bridge only"

    def parse(self, given: GivenOptions, context: ParseContext) -> Physdev:
        value = Physdev(
            in_port=read_negatable(given.get("physdev-in"), _interface),
            out_port=read_negatable(given.get("physdev-out"), _interface),
            is_in=read_negatable(given.get("physdev-is-in"), _flag),
            is_out=read_negatable(given.get("physdev-is-out"), _flag),
            is_bridged=read_negatable(given.get("physdev-is-bridged"), _flag),
        )
        asks_out = given.get("physdev-out") or given.get("physdev-is-out")
        bridged = value.is_bridged is not None and not value.is_bridged.negated
        if asks_out is not None and context.chain == "OUTPUT" and not bridged:
            raise asks_out.error("in OUTPUT only with --physdev-is-bridged")
        return value

    def format(self, value: Physdev, context: ParseContext) -> Sequence[str]:
        del context
        words: list[str] = []
        for flag, port, direction in (
            (value.is_in, value.in_port, "in"),
            (value.is_out, value.out_port, "out"),
        ):
            if flag is not None:
                words += [*flag.bang, f"--physdev-is-{direction}"]
            if port is not None:
                words += [*port.bang, f"--physdev-{direction}", port.value.name]
        if value.is_bridged is not None:
            words += [*value.is_bridged.bang, "--physdev-is-bridged"]
        return words


def _interface(given: Given) -> Interface:
    return Interface(given.value)


def _flag(given: Given) -> bool:
    del given
    return True
