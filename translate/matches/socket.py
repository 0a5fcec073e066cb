"""``-m socket``: whether the host has a socket for the packet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from translate.exceptions import Untranslatable
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import match
from translate.rule import Match, Rule
from translate.types import Statement
from translate.values.hooks import require_chain

__all__ = ["Socket", "SocketExtension"]

_INCOMING: Final = frozenset({"PREROUTING", "INPUT"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Socket(Match):
    """``--transparent``, ``--nowildcard`` and ``--restore-skmark``."""

    name: ClassVar[str] = "socket"
    transparent: bool = False
    no_wildcard: bool = False
    restore_mark: bool = False


class SocketExtension(MatchExtension[Socket]):
    """Translates ``-m socket``."""

    name = "socket"
    value = Socket
    options = (
        Option(name="transparent", words=0),
        Option(name="nowildcard", words=0),
        Option(name="restore-skmark", words=0),
    )
    caveats = (
        "sockets in TIME_WAIT, and requests for a connection: iptables finds them too, nft knows "
        "no address that they are bound to",
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Socket:
        require_chain(given, context, _INCOMING)
        return Socket(
            transparent="transparent" in given,
            no_wildcard="nowildcard" in given,
            restore_mark="restore-skmark" in given,
        )

    def format(self, value: Socket, context: ParseContext) -> Sequence[str]:
        del context
        flags = (
            (value.transparent, "--transparent"),
            (value.no_wildcard, "--nowildcard"),
            (value.restore_mark, "--restore-skmark"),
        )
        return [option for on, option in flags if on]

    def to_nft(self, value: Socket, rule: Rule) -> list[Statement]:
        del rule
        if value.restore_mark:
            raise Untranslatable(
                "-m socket --restore-skmark",
                "libnftables' JSON takes no 'socket mark' as a value to set",
            )
        statements = []
        if not value.no_wildcard:
            statements.append(match(_socket("wildcard"), 0))
        elif not value.transparent:
            # Any socket at all: the test holds whenever there is one to ask.
            statements.append(match(_socket("wildcard"), 1, op="<="))
        if value.transparent:
            statements.append(match(_socket("transparent"), 1))
        return statements

    def from_nft(self, cursor: Cursor) -> Socket | None:
        wildcard = _bit(cursor, "wildcard", 0, "==")
        any_socket = not wildcard and _bit(cursor, "wildcard", 1, "<=")
        transparent = not any_socket and _bit(cursor, "transparent", 1, "==")
        if not (wildcard or any_socket or transparent):
            return None
        return Socket(transparent=transparent, no_wildcard=not wildcard)


def _socket(key: str) -> dict[str, Any]:
    return {"socket": {"key": key}}


def _bit(cursor: Cursor, key: str, value: int, op: str) -> bool:
    """Whether this test comes next; the cursor steps past it."""
    view = cursor.match_on(_socket(key))
    found = view is not None and view.op == op and view.right == value
    if found:
        cursor.take()
    return found
