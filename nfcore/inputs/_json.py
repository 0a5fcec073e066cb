"""JSON text into values that know their lines.

The standard library's parser decides whether the text is JSON and says where it is not; since it
forgets lines, the tokens of the text it approved are then walked once more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final, NoReturn

from nfcore.exceptions import InvalidInput
from nfcore.inputs._document import (
    MAX_DEPTH,
    Kind,
    Mapping,
    Scalar,
    Sequence,
    Value,
    holds_half_a_pair,
)

__all__ = ["parse_json"]

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+')
_KINDS: Final[dict[str, Kind]] = {"true": "boolean", "false": "boolean", "null": "null"}


def parse_json(text: str, *, file: str) -> Value:
    """Read one JSON document.

    Args:
        text: the document.
        file: its name, for messages.

    Raises:
        InvalidInput: for text that is no JSON, nests more than `MAX_DEPTH` deep or repeats a key.
    """
    try:
        json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"not JSON: {error.msg}", file=file, line=error.lineno) from error
    except RecursionError as error:
        raise InvalidInput(f"nested more than {MAX_DEPTH} levels deep", file=file) from error
    except ValueError as error:
        raise InvalidInput(f"not JSON: {error}", file=file) from error
    return _Walker(text, file).value(0)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _number_kind(token: str) -> Kind:
    return "integer" if token.removeprefix("-").isdigit() else "number"


class _Walker:
    """Walks the tokens of text that is known to be JSON."""

    def __init__(self, text: str, file: str) -> None:
        self._file = file
        self._tokens = self._numbered(text)

    @staticmethod
    def _numbered(text: str) -> Iterator[tuple[int, str]]:
        line, seen = 1, 0
        for match in _TOKEN.finditer(text):
            line += text.count("\n", seen, match.start())
            seen = match.start()
            yield line, match.group()

    def value(self, depth: int) -> Value:
        line, word = next(self._tokens)
        return self._value(line, word, depth)

    def _value(self, line: int, word: str, depth: int) -> Value:
        if depth > MAX_DEPTH:
            raise self._fail(line, f"nested more than {MAX_DEPTH} levels deep")
        if word == "[":
            return Sequence(tuple(self._items(depth)), line)
        if word == "{":
            return Mapping(self._entries(depth), line)
        if word.startswith('"'):
            return Scalar(json.loads(word), "text", line)
        return Scalar(word, _KINDS.get(word, _number_kind(word)), line)

    def _items(self, depth: int) -> Iterator[Value]:
        for line, word in self._tokens:
            if word == "]":
                return
            if word != ",":
                yield self._value(line, word, depth + 1)

    def _entries(self, depth: int) -> dict[str, tuple[int, Value]]:
        entries: dict[str, tuple[int, Value]] = {}
        for line, word in self._tokens:
            if word == "}":
                break
            if word == ",":
                continue
            key = json.loads(word)
            if holds_half_a_pair(key):
                raise self._fail(line, f"the key {key!r} holds half a surrogate pair")
            if key in entries:
                raise self._fail(
                    line, f"the key {key!r} stands here and in line {entries[key][0]}: remove one"
                )
            next(self._tokens)  # the colon
            entries[key] = (line, self.value(depth + 1))
        return entries

    def _fail(self, line: int, message: str) -> InvalidInput:
        return InvalidInput(message, file=self._file, line=line)
