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
    entry_key,
    item_key,
)

__all__ = ["parse_json"]

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+')
_BRACKETS: Final = {"[": 1, "{": 1, "]": -1, "}": -1}
_KINDS: Final[dict[str, Kind]] = {"true": "boolean", "false": "boolean", "null": "null"}


def parse_json(text: str, *, file: str) -> Value:
    """Read one JSON document.

    Args:
        text: the document.
        file: its name, for messages.

    Raises:
        InvalidInput: for text that is no JSON, nests more than `MAX_DEPTH` deep or repeats a key.
    """
    _check_depth(text, file)
    try:
        json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"not JSON: {error.msg}", file=file, line=error.lineno) from error
    except ValueError as error:
        raise InvalidInput(f"not JSON: {error}", file=file) from error
    return _Walker(text, file).value("")


def _tokens(text: str) -> Iterator[tuple[int, str]]:
    line, seen = 1, 0
    for token in _TOKEN.finditer(text):
        line += text.count("\n", seen, token.start())
        seen = token.start()
        yield line, token.group()


def _check_depth(text: str, file: str) -> None:
    depth = 0
    for line, token in _tokens(text):
        if token in _BRACKETS:
            depth += _BRACKETS[token]
            if depth > MAX_DEPTH:
                raise InvalidInput(
                    f"nested more than {MAX_DEPTH} levels deep", file=file, line=line
                )


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _number_kind(token: str) -> Kind:
    return "integer" if token.removeprefix("-").isdigit() else "number"


class _Walker:
    """Walks the tokens of text that is known to be JSON."""

    def __init__(self, text: str, file: str) -> None:
        self._file = file
        self._tokens = _tokens(text)

    def value(self, key: str) -> Value:
        line, word = next(self._tokens)
        return self._value(line, word, key)

    def _value(self, line: int, word: str, key: str) -> Value:
        if word == "[":
            return Sequence(tuple(self._items(key)), line)
        if word == "{":
            return Mapping(self._entries(key), line)
        if word.startswith('"'):
            return Scalar(json.loads(word), "text", line)
        return Scalar(word, _KINDS.get(word, _number_kind(word)), line)

    def _items(self, parent: str) -> Iterator[Value]:
        index = 0
        for line, word in self._tokens:
            if word == "]":
                return
            if word != ",":
                yield self._value(line, word, item_key(parent, index))
                index += 1

    def _entries(self, parent: str) -> dict[str, tuple[int, Value]]:
        entries: dict[str, tuple[int, Value]] = {}
        for line, word in self._tokens:
            if word == "}":
                break
            if word == ",":
                continue
            name = json.loads(word)
            key = entry_key(parent, name)
            if name in entries:
                raise InvalidInput(
                    f"stands here and in line {entries[name][0]}: remove one",
                    file=self._file,
                    line=line,
                    key=key,
                )
            next(self._tokens)  # the colon
            entries[name] = (line, self.value(key))
        return entries
