"""What ``-j REJECT`` of IPv4 and of IPv6 share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, NamedTuple, TypeVar

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, Option, ParseContext, TargetExtension
from translate.nft.cursor import Cursor
from translate.protocols import TCP
from translate.rule import Rule, Target
from translate.types import Statement

__all__ = ["TCP_RESET", "RejectAnswer", "RejectFamilyExtension", "RejectTarget"]

TCP_RESET: Final = "tcp-reset"


class RejectAnswer(NamedTuple):
    """One kind of answer.

    Attributes:
        name: the name that iptables-save prints.
        alias: the other name that iptables takes.
        nft: nft's name for the ICMP code, '' for a TCP reset.
    """

    name: str
    alias: str
    nft: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectTarget(Target):
    """``--reject-with``: the answer's name as iptables-save prints it."""

    answers: ClassVar[tuple[RejectAnswer, ...]]
    reject_with: str

    def __post_init__(self) -> None:
        names = [answer.name for answer in self.answers]
        if self.reject_with not in names:
            raise InvalidRule(f"unknown reject type {self.reject_with!r}: {', '.join(names)}")


R = TypeVar("R", bound=RejectTarget)


class RejectFamilyExtension(TargetExtension[R], Generic[R]):
    """One of the two; subclasses give the answers.

    Class attributes:
        default: the answer where none is asked for.
        nft_type: nft's name for the ICMP version.
    """

    name = "REJECT"
    value: ClassVar[type[Any]]
    tables = frozenset({"filter"})
    chains = frozenset({"INPUT", "FORWARD", "OUTPUT"})
    options = (Option(name="reject-with"),)
    default: ClassVar[str]
    nft_type: ClassVar[str]

    def parse(self, given: GivenOptions, context: ParseContext) -> R:
        option = given.get("reject-with")
        reject_with = self.default
        if option is not None:
            text = option.value.lower()
            answers: Sequence[RejectAnswer] = self.value.answers
            found = next(
                (a for a in answers if a.name.startswith(text) or a.alias.startswith(text)), None
            )
            if found is None:
                names = ", ".join(answer.name for answer in answers)
                raise option.error(f"unknown reject type {option.value!r}: {names}")
            reject_with = found.name
        if reject_with == TCP_RESET and not context.has_protocol(TCP):
            raise (option or given).error("tcp-reset needs -p tcp")
        made: R = self.value(reject_with=reject_with)
        return made

    def format(self, value: R, context: ParseContext) -> Sequence[str]:
        del context
        return ["--reject-with", value.reject_with]

    def to_nft(self, value: R, rule: Rule) -> list[Statement]:
        del rule
        if value.reject_with == TCP_RESET:
            return [{"reject": {"type": "tcp reset"}}]
        by_name = {answer.name: answer.nft for answer in value.answers}
        return [{"reject": {"type": self.nft_type, "expr": by_name[value.reject_with]}}]

    def from_nft(self, cursor: Cursor) -> R | None:
        statement = cursor.peek()
        if statement is None or "reject" not in statement:
            return None
        body = statement["reject"]
        name = self.default if body is None else self._read(body)
        if name is None or (name == TCP_RESET and not cursor.may_imply(TCP)):
            return None
        if name == TCP_RESET:
            cursor.imply(TCP)
        cursor.take()
        made: R = self.value(reject_with=name)
        return made

    def _read(self, body: Any) -> str | None:
        if not isinstance(body, Mapping):
            return None
        if body.get("type") == "tcp reset":
            return TCP_RESET
        if body.get("type") != self.nft_type:
            return None
        answers: Sequence[RejectAnswer] = self.value.answers
        by_nft = {answer.nft: answer.name for answer in answers if answer.nft}
        code = body.get("expr")
        return by_nft.get(code) if isinstance(code, str) else None
