"""The little language of ``--u32``."""

from __future__ import annotations

import re
from typing import Final, NamedTuple, NoReturn

from translate.extension import Given
from translate.numbers import parse_uint

__all__ = ["U32Range", "U32Step", "U32Test", "format_u32", "parse_u32"]

_NUMBER: Final = re.compile(r"\s*(?P<number>\+?[0-9][0-9a-fA-FxX]*)")
_OPERATOR: Final = re.compile(r"\s*(?P<operator><<|>>|@|&(?!&))")
_SIGN: Final = re.compile(r"\s*(?P<sign>=|,|:|&&)")
_MAX: Final = 10


class U32Range(NamedTuple):
    """Numbers from ``first`` to ``last``; none at all where that runs backwards."""

    first: int
    last: int


class U32Step(NamedTuple):
    """An operator (``&``, ``<<``, ``>>``, ``@``) and the number after it."""

    operator: str
    number: int


class U32Test(NamedTuple):
    """Where to read a number, what to do with it, and what it may be.

    Attributes:
        offset: the byte to read four bytes from.
        steps: what to do then.
        values: the ranges of which one must hold the result.
    """

    offset: int
    steps: tuple[U32Step, ...]
    values: tuple[U32Range, ...]


def format_u32(tests: tuple[U32Test, ...]) -> str:
    """The tests as iptables-save prints them."""
    return "&&".join(_format_test(test) for test in tests)


def _format_test(test: U32Test) -> str:
    steps = "".join(f"{step.operator}{step.number:#x}" for step in test.steps)
    values = ",".join(
        f"{first:#x}" if first == last else f"{first:#x}:{last:#x}" for first, last in test.values
    )
    return f"{test.offset:#x}{steps}={values}"


def parse_u32(given: Given) -> tuple[U32Test, ...]:
    """The tests that an option was given.

    Raises:
        ParseError: they cannot be read, or there are too many of something; the message says where.
    """
    return _Parser(given).run()


class _Parser:
    def __init__(self, given: Given) -> None:
        self._given = given
        self._text = given.value
        self._at = 0

    def run(self) -> tuple[U32Test, ...]:
        tests = [self._test()]
        while self._sign("&&"):
            if len(tests) == _MAX:
                self._fail(f"more than {_MAX - 1} '&&'")
            tests.append(self._test())
        if self._text[self._at :].strip():
            self._fail("'&&' or the end is expected")
        return tuple(tests)

    def _test(self) -> U32Test:
        offset = self._number("a location")
        steps: list[U32Step] = []
        while (found := _OPERATOR.match(self._text, self._at)) is not None:
            self._at = found.end()
            if len(steps) == _MAX - 1:
                self._fail(f"more than {_MAX - 1} operators")
            steps.append(U32Step(found["operator"], self._number("a number")))
        if not self._sign("="):
            self._fail("an operator (&, <<, >>, @) or '=' is expected")
        values = [self._range()]
        while self._sign(","):
            if len(values) == _MAX:
                self._fail(f"more than {_MAX - 1} ','")
            values.append(self._range())
        return U32Test(offset, tuple(steps), tuple(values))

    def _range(self) -> U32Range:
        first = self._number("a value")
        return U32Range(first, self._number("a value") if self._sign(":") else first)

    def _number(self, what: str) -> int:
        found = _NUMBER.match(self._text, self._at)
        number = None if found is None else parse_uint(found["number"])
        if found is None or number is None:
            self._fail(f"{what} is expected: a number up to 0xffffffff")
        self._at = found.end()
        return number

    def _sign(self, sign: str) -> bool:
        found = _SIGN.match(self._text, self._at)
        if found is None or found["sign"] != sign:
            return False
        self._at = found.end()
        return True

    def _fail(self, message: str) -> NoReturn:
        raise self._given.error(f"at character {self._at} of {self._text!r}: {message}")
