"""A YAML or JSON document as values that know their place, and a cursor that reads them.

Parsers build `Scalar`, `Sequence` and `Mapping`; readers see them through `Node`, which knows file,
line and dotted key, so that every complaint can name them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from collections.abc import Mapping as ReadOnlyMapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from nfcore.exceptions import InvalidInput
from nfcore.inputs._suggestions import did_you_mean
from nfcore.inputs._topology import Origin
from nfcore.inputs._values import parse_boolean

__all__ = [
    "MAX_DEPTH",
    "Kind",
    "Mapping",
    "Node",
    "Scalar",
    "Sequence",
    "Value",
    "entry_key",
    "item_key",
]

MAX_DEPTH: Final = 64
"""How deep a document may nest; a Compose file needs 8 levels."""

Kind: TypeAlias = Literal["text", "integer", "number", "boolean", "null"]
_KIND_NAMES: Final[ReadOnlyMapping[Kind, str]] = {
    "text": "text",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
    "null": "nothing",
}
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}")


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """A single value: how it was written, and what kind the document's language makes of it."""

    text: str
    kind: Kind
    line: int


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """A list."""

    items: tuple[Value, ...]
    line: int


@dataclass(frozen=True, slots=True, eq=False)
class Mapping:
    """Keys, each with its line and value."""

    entries: ReadOnlyMapping[str, tuple[int, Value]]
    line: int


Value: TypeAlias = Scalar | Sequence | Mapping


def _as_written(text: str) -> str:
    return text


def entry_key(parent: str, name: str) -> str:
    """The dotted key of a mapping's entry; a name that no terminal should see is quoted."""
    shown = name if name.isprintable() else repr(name)
    return f"{parent}.{shown}" if parent else shown


def item_key(parent: str, index: int) -> str:
    """The dotted key of a list's item."""
    return f"{parent}[{index}]"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Node:
    """A value at its place in a document.

    Args:
        value: the value.
        file: the document's name.
        line: the line to name in messages.
        key: the dotted key from the document's root; empty for the root.
        expand: what is done to text when it is read; raises `InvalidInput` without a place.
    """

    value: Value
    file: str
    line: int
    key: str = ""
    expand: Callable[[str], str] = _as_written

    @property
    def origin(self) -> Origin:
        """The node's place."""
        return Origin(self.file, self.line, self.key)

    @property
    def is_null(self) -> bool:
        """Whether there is a key but no value."""
        return isinstance(self.value, Scalar) and self.value.kind == "null"

    @property
    def is_mapping(self) -> bool:
        """Whether it is a mapping."""
        return isinstance(self.value, Mapping)

    @property
    def is_sequence(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.value, Sequence)

    def fail(self, message: str) -> InvalidInput:
        """An error at this place, to be raised."""
        return InvalidInput(message, file=self.file, line=self.line, key=self.key or None)

    def note(self, message: str) -> str:
        """A remark at this place."""
        return f"{self.origin}: {message}"

    @contextmanager
    def here(self) -> Iterator[None]:
        """Give this place to an error from within that has none."""
        try:
            yield
        except InvalidInput as error:
            if error.file is not None:
                raise
            raise self.fail(error.message) from error

    def entries(self) -> dict[str, Node]:
        """The values of a mapping by their keys; nothing where the key has no value.

        Raises:
            InvalidInput: where it is no mapping.
        """
        if self.is_null:
            return {}
        if not isinstance(self.value, Mapping):
            raise self._unexpected("a mapping (lines of KEY: VALUE)")
        return {
            key: self._child(value, line, entry_key(self.key, key))
            for key, (line, value) in self.value.entries.items()
        }

    def fields(self, known: Collection[str]) -> dict[str, Node]:
        """The values of a mapping all of whose keys are known, apart from ``x-`` extensions.

        Raises:
            InvalidInput: where it is no mapping, or has an unknown key.
        """
        found = {key: node for key, node in self.entries().items() if not key.startswith("x-")}
        for key, node in found.items():
            if key not in known:
                raise node.fail(f"unknown key {key!r}; {did_you_mean(key, known)}")
        return found

    def items(self) -> tuple[Node, ...]:
        """The values of a list; nothing where the key has no value.

        Raises:
            InvalidInput: where it is no list.
        """
        if self.is_null:
            return ()
        if not isinstance(self.value, Sequence):
            raise self._unexpected("a list (lines of - VALUE)")
        return tuple(
            self._child(item, item.line, item_key(self.key, index))
            for index, item in enumerate(self.value.items)
        )

    def text(self) -> str:
        """A text.

        Raises:
            InvalidInput: where it is something else, or cannot be expanded.
        """
        if not isinstance(self.value, Scalar) or self.value.kind != "text":
            raise self._unexpected("text")
        return self._expanded(self.value.text)

    def plain(self) -> str:
        """A text, number or boolean as it was written.

        Raises:
            InvalidInput: where it is something else, or cannot be expanded.
        """
        if isinstance(self.value, Scalar) and self.value.kind in {"integer", "number", "boolean"}:
            return self.value.text
        return self.text()

    def boolean(self) -> bool:
        """A boolean, or a text that Docker takes for one.

        Raises:
            InvalidInput: where it is neither.
        """
        if not isinstance(self.value, Scalar) or self.value.kind in {"number", "null"}:
            raise self._unexpected("true or false")
        with self.here():
            return parse_boolean(self.plain())

    def integer(self) -> int:
        """A decimal integer, or a text that holds one.

        Raises:
            InvalidInput: where it is neither.
        """
        if not isinstance(self.value, Scalar) or self.value.kind not in {"integer", "text"}:
            raise self._unexpected("an integer")
        text = self.plain()
        if not _INTEGER.fullmatch(text):
            raise self.fail(f"must be a decimal integer, not {text!r}")
        return int(text)

    def _child(self, value: Value, line: int, key: str) -> Node:
        return Node(value=value, file=self.file, line=line, key=key, expand=self.expand)

    def _expanded(self, text: str) -> str:
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise self.fail(f"{text!r} holds half a surrogate pair, which is no character")
        with self.here():
            return self.expand(text)

    def _unexpected(self, wanted: str) -> InvalidInput:
        match self.value:
            case Mapping():
                found = "a mapping"
            case Sequence():
                found = "a list"
            case Scalar(text=text, kind=kind):
                found = _KIND_NAMES[kind] if kind == "null" else f"{_KIND_NAMES[kind]} ({text!r})"
        return self.fail(f"must be {wanted}, not {found}")
