"""``-m conntrack``: what connection tracking knows of the packet's flow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.bits import bits_from_nft, bits_to_nft
from translate.nft.cursor import Cursor
from translate.nft.statements import ct
from translate.rule import Match, Rule
from translate.types import Negatable, Statement

__all__ = ["Conntrack", "ConntrackExtension"]

_STATES: Final = MappingProxyType(
    {
        "INVALID": "invalid",
        "NEW": "new",
        "RELATED": "related",
        "ESTABLISHED": "established",
        "UNTRACKED": "untracked",
    }
)
_STATUSES: Final = MappingProxyType({"SNAT": "snat", "DNAT": "dnat"})
_ORDER: Final = (*_STATES, *_STATUSES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conntrack(Match):
    """``--ctstate``: states in the order in which iptables-save prints them."""

    name: ClassVar[str] = "conntrack"
    state: Negatable[tuple[str, ...]] | None = None

    def __post_init__(self) -> None:
        if self.state is not None and list(self.state.value) != [
            name for name in _ORDER if name in self.state.value
        ]:
            raise InvalidRule(
                f"conntrack: {self.state.value} must be known states, each once, in the order of "
                f"{', '.join(_ORDER)}"
            )


class ConntrackExtension(MatchExtension[Conntrack]):
    """Translates ``-m conntrack``."""

    name = "conntrack"
    value = Conntrack
    options = (Option(name="ctstate", negatable=True),)

    def parse(self, given: GivenOptions, context: ParseContext) -> Conntrack:
        del context
        if not given:
            raise given.error("at least one option must be given")
        state = given.get("ctstate")
        return Conntrack(state=None if state is None else _parse_states(state))

    def format(self, value: Conntrack, context: ParseContext) -> Sequence[str]:
        del context
        if value.state is None:
            return []
        names = ",".join(value.state.value)
        return [*value.state.bang, "--ctstate", names]

    def to_nft(self, value: Conntrack, rule: Rule) -> list[Statement]:
        del rule
        if value.state is None:
            return []
        names, negated = value.state.value, value.state.negated
        states = [_STATES[name] for name in names if name in _STATES]
        statuses = [_STATUSES[name] for name in names if name in _STATUSES]
        if states and statuses and not negated:
            raise Untranslatable(
                f"--ctstate {','.join(names)}",
                "nft tests state and NAT status apart, and one rule cannot ask for either",
            )
        statements = []
        if states:
            statements.append(bits_to_nft(ct("state"), states, negated=negated))
        if statuses:
            statements.append(bits_to_nft(ct("status"), statuses, negated=negated))
        return statements

    def from_nft(self, cursor: Cursor) -> Conntrack | None:
        states = bits_from_nft(cursor.match_on(ct("state")), known=frozenset(_STATES.values()))
        if states is not None:
            cursor.take()
        statuses = bits_from_nft(cursor.match_on(ct("status")), known=frozenset(_STATUSES.values()))
        if states is not None and not (statuses and states.negated and statuses.negated):
            statuses = None
        elif statuses is not None:
            cursor.take()
        found = [bits for bits in (states, statuses) if bits is not None]
        if not found:
            return None
        members = {member for bits in found for member in bits.value}
        names = {**_STATES, **_STATUSES}
        state = Negatable(
            tuple(name for name in _ORDER if names[name] in members), found[0].negated
        )
        return Conntrack(state=state)


def _parse_states(given: Given) -> Negatable[tuple[str, ...]]:
    names = [word.upper() for word in given.value.split(",")]
    for name in names:
        if name not in _ORDER:
            raise given.error(f"unknown connection state {name!r}: {', '.join(_ORDER)}")
    return Negatable(tuple(name for name in _ORDER if name in names), given.negated)
