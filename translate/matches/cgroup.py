"""``-m cgroup``: the control group of the socket that a packet belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext, Text
from translate.nft.cursor import Cursor
from translate.nft.statements import match, meta, number_from_json
from translate.rule import Match, Rule
from translate.types import Negatable, Statement
from translate.values.hooks import require_chain
from translate.values.options import read_negatable
from translate.values.uints import read_uint

__all__ = ["Cgroup", "CgroupExtension"]

_WITH_SOCKET: Final = frozenset({"INPUT", "OUTPUT", "POSTROUTING"})
_PATH_BYTES: Final = 511


@dataclass(frozen=True, slots=True, kw_only=True)
class Cgroup(Match):
    """``--cgroup`` (the class of net_cls) or ``--path`` (in the hierarchy of version 2).

    The kernel takes one of the two.
    """

    name: ClassVar[str] = "cgroup"
    class_id: Negatable[int] | None = None
    path: Negatable[str] | None = None

    def __post_init__(self) -> None:
        if (self.class_id is None) == (self.path is None):
            raise InvalidRule("cgroup: either --cgroup or --path must be given")
        if self.class_id is not None and not 0 <= self.class_id.value <= 0xFFFFFFFF:
            raise InvalidRule(f"cgroup must be 0 to 2**32-1, not {self.class_id.value}")
        if self.path is not None:
            path = self.path.value
            if (
                "\0" in path
                or "\n" in path
                or len(path.encode(errors="surrogateescape")) > _PATH_BYTES
            ):
                raise InvalidRule(
                    f"cgroup path {path!r} must have up to {_PATH_BYTES} bytes and no line break"
                )


class CgroupExtension(MatchExtension[Cgroup]):
    """Translates ``-m cgroup``."""

    name = "cgroup"
    value = Cgroup
    options = (Option(name="path", negatable=True), Option(name="cgroup", negatable=True))

    def parse(self, given: GivenOptions, context: ParseContext) -> Cgroup:
        require_chain(given, context, _WITH_SOCKET)
        class_id, path = given.get("cgroup"), given.get("path")
        return Cgroup(
            class_id=read_negatable(class_id, read_uint),
            path=read_negatable(path, lambda given: given.value),
        )

    def format(self, value: Cgroup, context: ParseContext) -> Sequence[str]:
        del context
        if value.path is not None:
            return [*value.path.bang, "--path", Text(value.path.value)]
        if value.class_id is None:
            return []
        return [*value.class_id.bang, "--cgroup", str(value.class_id.value)]

    def to_nft(self, value: Cgroup, rule: Rule) -> list[Statement]:
        del rule
        if value.class_id is None:
            raise Untranslatable(
                "-m cgroup --path", "libnftables' JSON has no words for 'socket cgroupv2'"
            )
        return [match(meta("cgroup"), value.class_id.value, negated=value.class_id.negated)]

    def from_nft(self, cursor: Cursor) -> Cgroup | None:
        view = cursor.match_on(meta("cgroup"))
        if view is None or not view.is_equality:
            return None
        number = number_from_json(view.right)
        if number is None:
            return None
        cursor.take()
        return Cgroup(class_id=Negatable(number, view.negated))
