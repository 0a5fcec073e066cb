"""YAML 1.2 text into values that know their lines.

ruamel.yaml composes the node graph; its constructors are left out, since a firewall wants the text
as written (``22:22`` is a port pair, not a time) and the line of every key. Aliases share one
value, so text that doubles itself by aliases costs no more than it is long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ruamel.yaml import YAML, MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.composer import MaxDepthExceededError
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import Node as YamlNode
from ruamel.yaml.reader import ReaderError

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

__all__ = ["parse_yaml"]

_NULL: Final = "tag:yaml.org,2002:null"
_KINDS: Final[dict[str, Kind]] = {
    "tag:yaml.org,2002:int": "integer",
    "tag:yaml.org,2002:float": "number",
    "tag:yaml.org,2002:bool": "boolean",
    _NULL: "null",
}
_MERGE: Final = "tag:yaml.org,2002:merge"
_BEYOND_UNICODE: Final = re.compile(r"\\U(?!000|0010)[0-9A-Fa-f]{8}")
_RESET: Final = "!reset"  # Compose: as if the key were not there


def parse_yaml(text: str, *, file: str) -> Value:
    """Read one YAML document.

    Args:
        text: the document.
        file: its name, for messages.

    Returns:
        Its root; nothing (a null) for an empty document.

    Raises:
        InvalidInput: for text that is no YAML, has more than one document, nests more than
            `MAX_DEPTH` deep, repeats a key, or has a key that is no text.
    """
    yaml = YAML(typ="safe", pure=True)
    yaml.max_depth = MAX_DEPTH
    yaml.composer.warn_double_anchors = False
    try:
        root = yaml.compose(text)
    except MaxDepthExceededError as error:
        raise InvalidInput(
            f"nested more than {MAX_DEPTH} levels deep", file=file, line=_line_of(error)
        ) from error
    except MarkedYAMLError as error:
        raise InvalidInput(
            f"not YAML: {_problem(error)}", file=file, line=_line_of(error)
        ) from error
    except ReaderError as error:
        raise InvalidInput(
            f"not YAML: the character {chr(error.character)!r} cannot stand here",
            file=file,
            line=text.count("\n", 0, error.position) + 1,
        ) from error
    except (ValueError, OverflowError) as error:  # what chr() says to ruamel's scanner
        escape = _BEYOND_UNICODE.search(text)
        line = None if escape is None else text.count("\n", 0, escape.start()) + 1
        raise InvalidInput(
            "not YAML: an escape names no character", file=file, line=line
        ) from error
    return Scalar("", "null", 1) if root is None else _Builder(file).value(root, "")


def _line_of(error: MarkedYAMLError) -> int | None:
    mark = error.problem_mark or error.context_mark
    return None if mark is None else mark.line + 1


def _problem(error: MarkedYAMLError) -> str:
    return ", ".join(part for part in (error.context, error.problem) if part)


class _Builder:
    """Turns a node graph into values, each node once."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._done: dict[int, Value] = {}
        self._open: set[int] = set()

    def value(self, node: YamlNode, key: str) -> Value:
        identity = id(node)
        if identity in self._open:
            raise self._fail(node, key, f"the alias *{node.anchor} stands within its own anchor")
        if identity not in self._done:
            self._open.add(identity)
            self._done[identity] = self._build(node, key)
            self._open.remove(identity)
        return self._done[identity]

    def _build(self, node: YamlNode, key: str) -> Value:
        line = node.start_mark.line + 1
        if isinstance(node, MappingNode):
            return Mapping(self._entries(node, key), line)
        if isinstance(node, SequenceNode):
            items = (self.value(item, item_key(key, i)) for i, item in enumerate(node.value))
            return Sequence(tuple(items), line)
        return Scalar(node.value, _KINDS.get(str(node.tag), "text"), line)

    def _entries(self, node: MappingNode, parent: str) -> dict[str, tuple[int, Value]]:
        own: dict[str, tuple[int, Value]] = {}
        merged: dict[str, tuple[int, Value]] = {}
        for name_node, value_node in node.value:
            line = name_node.start_mark.line + 1
            if str(name_node.tag) == _MERGE:
                for mapping in self._merged_mappings(value_node, entry_key(parent, "<<")):
                    merged = {**mapping.entries, **merged}
                continue
            if not isinstance(name_node, ScalarNode) or str(name_node.tag) == _NULL:
                raise self._fail(name_node, parent, "a key must be text")
            name = name_node.value
            key = entry_key(parent, name)
            if name in own:
                raise self._fail(
                    name_node, key, f"stands here and in line {own[name][0]}: remove one"
                )
            value = self.value(value_node, key)
            if str(value_node.tag) != _RESET:
                own[name] = (line, value)
        return {**merged, **own}

    def _merged_mappings(self, node: YamlNode, key: str) -> Iterator[Mapping]:
        value = self.value(node, key)
        for item in value.items if isinstance(value, Sequence) else (value,):
            if not isinstance(item, Mapping):
                raise self._fail(node, key, "merges a mapping, or a list of them")
            yield item

    def _fail(self, node: YamlNode, key: str, message: str) -> InvalidInput:
        line = node.start_mark.line + 1
        return InvalidInput(message, file=self._file, line=line, key=key or None)
