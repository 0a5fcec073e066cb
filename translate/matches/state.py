"""``-m state``: the older match on a connection's state alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext
from translate.matches._conntrack_nft import STATES, read_states, states_to_nft
from translate.nft.cursor import Cursor
from translate.rule import Match, Rule
from translate.types import Negatable, Statement
from translate.values.names import check_names, read_names

__all__ = ["State", "StateExtension"]

_STATES: Final = tuple(name for name in STATES if name not in {"SNAT", "DNAT"})


@dataclass(frozen=True, slots=True, kw_only=True)
class State(Match):
    """``--state``, in the order in which iptables-save prints them."""

    name: ClassVar[str] = "state"
    state: Negatable[tuple[str, ...]]

    def __post_init__(self) -> None:
        check_names("state", self.state.value, _STATES)
        if not self.state.value:
            raise InvalidRule("state: at least one is needed")


class StateExtension(MatchExtension[State]):
    """Translates ``-m state``; nft says it as it says ``-m conntrack --ctstate``."""

    name = "state"
    value = State
    options = (Option(name="state", negatable=True),)

    def parse(self, given: GivenOptions, context: ParseContext) -> State:
        del context
        option = given.require("state", "--state must be given")
        return State(state=Negatable(read_names(option, _STATES), option.negated))

    def format(self, value: State, context: ParseContext) -> Sequence[str]:
        del context
        return [*value.state.bang, "--state", ",".join(value.state.value)]

    def to_nft(self, value: State, rule: Rule) -> list[Statement]:
        del rule
        return states_to_nft(value.state)

    def needs_hint(self, value: State) -> bool:
        del value
        return True

    def from_hint(self, cursor: Cursor) -> State | None:
        state = read_states(cursor)
        return None if state is None else State(state=state)
