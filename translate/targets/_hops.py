"""What ``-j TTL`` and ``-j HL`` share: a number of hops to set, raise or lower."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, TypeVar

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, Option, ParseContext, TargetExtension
from translate.rule import Target
from translate.values.uints import read_uint

__all__ = ["HopsExtension", "HopsTarget"]

_OPERATIONS: Final = ("set", "dec", "inc")


@dataclass(frozen=True, slots=True, kw_only=True)
class HopsTarget(Target):
    """What to do with the number.

    Args:
        operation: ``set``, ``dec`` or ``inc``; the last two stop at 0 and at 255.
        hops: by or to how much.
    """

    operation: str
    hops: int

    def __post_init__(self) -> None:
        if self.operation not in _OPERATIONS:
            raise InvalidRule(f"{self.name}: unknown operation {self.operation!r}: set, dec or inc")
        least = 0 if self.operation == "set" else 1
        if not least <= self.hops <= 255:
            raise InvalidRule(f"{self.name}: {self.operation} takes {least} to 255")


H = TypeVar("H", bound=HopsTarget)


class HopsExtension(TargetExtension[H], Generic[H]):
    """One of the two; subclasses say what the options begin with."""

    value: ClassVar[type[Any]]
    tables = frozenset({"mangle"})
    prefix: ClassVar[str]

    def __init_subclass__(cls) -> None:
        names = frozenset(f"{cls.prefix}-{operation}" for operation in _OPERATIONS)
        cls.options = tuple(Option(name=name, excludes=names - {name}) for name in sorted(names))

    def parse(self, given: GivenOptions, context: ParseContext) -> H:
        del context
        option = next(iter(given), None)
        if option is None:
            every = ", ".join(f"--{option.name}" for option in self.options)
            raise given.error(f"one of {every} must be given")
        operation = option.option.key.removeprefix(f"{self.prefix}-")
        hops = read_uint(option, maximum=255, minimum=0 if operation == "set" else 1)
        made: H = self.value(operation=operation, hops=hops)
        return made

    def format(self, value: H, context: ParseContext) -> Sequence[str]:
        del context
        return [f"--{self.prefix}-{value.operation}", str(value.hops)]
