"""``-m owner``: who made the socket that a packet comes from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import match, meta
from translate.rule import Match, Rule
from translate.types import Negatable, Statement
from translate.values.accounts import group_number, user_number
from translate.values.hooks import require_chain
from translate.values.intervals import (
    Interval,
    interval_from_json,
    interval_json,
    read_interval,
)
from translate.values.options import read_negatable

__all__ = ["Owner", "OwnerExtension"]

_OUTGOING: Final = frozenset({"OUTPUT", "POSTROUTING"})
_MAX_ID: Final = 0xFFFFFFFE


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner(Match):
    """The tests of ``-m owner``.

    Args:
        socket_exists: ``--socket-exists``.
        user: ``--uid-owner`` by number.
        group: ``--gid-owner`` by number.
        supplementary: ``--suppl-groups``, whether the owner's other groups count too.
    """

    name: ClassVar[str] = "owner"
    socket_exists: Negatable[bool] | None = None
    user: Negatable[Interval] | None = None
    group: Negatable[Interval] | None = None
    supplementary: bool = False

    def __post_init__(self) -> None:
        if self.socket_exists is None and self.user is None and self.group is None:
            raise InvalidRule("--uid-owner, --gid-owner or --socket-exists must be given")
        if self.supplementary and self.group is None:
            raise InvalidRule("owner: --suppl-groups needs --gid-owner")
        for test in (self.user, self.group):
            if test is not None and test.value.last > _MAX_ID:
                raise InvalidRule(f"owner: {test.value.last} is above {_MAX_ID}")


class OwnerExtension(MatchExtension[Owner]):
    """Translates ``-m owner``."""

    name = "owner"
    value = Owner
    options = (
        Option(name="uid-owner", negatable=True),
        Option(name="gid-owner", negatable=True),
        Option(name="socket-exists", words=0, negatable=True),
        Option(name="suppl-groups", words=0),
    )
    caveats = (
        "packets that no socket sent: '! --uid-owner' and '! --gid-owner' hold for them in "
        "iptables, not in nft",
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Owner:
        require_chain(given, context, _OUTGOING)
        order = [option.option.name for option in given]
        supplementary = given.get("suppl-groups")
        if supplementary is not None and "gid-owner" not in order[: order.index("suppl-groups")]:
            raise supplementary.error("needs --gid-owner before it")
        exists = given.get("socket-exists")
        return Owner(
            socket_exists=read_negatable(exists, lambda _: True),
            user=read_negatable(given.get("uid-owner"), _reader(user_number)),
            group=read_negatable(given.get("gid-owner"), _reader(group_number)),
            supplementary=supplementary is not None,
        )

    def format(self, value: Owner, context: ParseContext) -> Sequence[str]:
        del context
        words: list[str] = []
        if value.socket_exists is not None:
            words += [*value.socket_exists.bang, "--socket-exists"]
        for option, test in (("--uid-owner", value.user), ("--gid-owner", value.group)):
            if test is not None:
                words += [*test.bang, option, test.value.text("-")]
        if value.supplementary:
            words.append("--suppl-groups")
        return words

    def to_nft(self, value: Owner, rule: Rule) -> list[Statement]:
        del rule
        if value.socket_exists is not None:
            raise Untranslatable(
                "-m owner --socket-exists", "nft tests a socket's owner, not whether there is one"
            )
        if value.supplementary:
            raise Untranslatable(
                "-m owner --suppl-groups", "nft knows a socket's own group, not its owner's others"
            )
        tests = ((meta("skuid"), value.user), (meta("skgid"), value.group))
        return [
            match(left, interval_json(test.value), negated=test.negated)
            for left, test in tests
            if test is not None
        ]

    def from_nft(self, cursor: Cursor) -> Owner | None:
        user = _read_nft(cursor, "skuid")
        group = _read_nft(cursor, "skgid")
        return None if user is None and group is None else Owner(user=user, group=group)


def _reader(number_of: Callable[[str], int | None]) -> Callable[[Given], Interval]:
    def read(given: Given) -> Interval:
        number = number_of(given.value)
        if number is not None:
            return Interval(number, number)
        return read_interval(given, separators="-:", maximum=_MAX_ID, open_ended=False)

    return read


def _read_nft(cursor: Cursor, key: str) -> Negatable[Interval] | None:
    view = cursor.match_on(meta(key))
    if view is None or not view.is_equality:
        return None
    interval = interval_from_json(view.right)
    if interval is None or interval.last > _MAX_ID:
        return None
    cursor.take()
    return Negatable(interval, view.negated)
