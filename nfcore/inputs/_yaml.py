"""YAML 1.2 text into values that know their lines.

ruamel.yaml composes the node graph; its constructors are left out, since a firewall wants the text
as written (``22:22`` is a port pair, not a time) and the line of every key. Aliases share one
value, so text that doubles itself by aliases costs no more than it is long.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ruamel.yaml import YAML, MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.composer import MaxDepthExceededError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node as YamlNode

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

__all__ = ["parse_yaml"]

_KINDS: Final[dict[str, Kind]] = {
    "tag:yaml.org,2002:int": "integer",
    "tag:yaml.org,2002:float": "number",
    "tag:yaml.org,2002:bool": "boolean",
    "tag:yaml.org,2002:null": "null",
}
_MERGE: Final = "tag:yaml.org,2002:merge"
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
    except YAMLError as error:
        raise InvalidInput(f"not YAML: {error}", file=file) from error
    return Scalar("", "null", 1) if root is None else _Builder(file).value(root)


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

    def value(self, node: YamlNode) -> Value:
        identity = id(node)
        if identity in self._open:
            raise self._fail(node, f"the alias *{node.anchor} stands within its own anchor")
        if identity not in self._done:
            self._open.add(identity)
            self._done[identity] = self._build(node)
            self._open.remove(identity)
        return self._done[identity]

    def _build(self, node: YamlNode) -> Value:
        line = node.start_mark.line + 1
        if isinstance(node, MappingNode):
            return Mapping(self._entries(node), line)
        if isinstance(node, SequenceNode):
            return Sequence(tuple(self.value(item) for item in node.value), line)
        return Scalar(node.value, _KINDS.get(str(node.tag), "text"), line)

    def _entries(self, node: MappingNode) -> dict[str, tuple[int, Value]]:
        own: dict[str, tuple[int, Value]] = {}
        merged: dict[str, tuple[int, Value]] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if str(key_node.tag) == _MERGE:
                for mapping in self._merged_mappings(value_node):
                    merged = {**mapping.entries, **merged}
                continue
            key = self._key(key_node)
            if key in own:
                raise self._fail(
                    key_node, f"the key {key!r} stands here and in line {own[key][0]}: remove one"
                )
            value = self.value(value_node)
            if str(value_node.tag) != _RESET:
                own[key] = (line, value)
        return {**merged, **own}

    def _key(self, node: YamlNode) -> str:
        if not isinstance(node, ScalarNode) or str(node.tag) == "tag:yaml.org,2002:null":
            raise self._fail(node, "a key must be text")
        key: str = node.value
        if holds_half_a_pair(key):
            raise self._fail(node, f"the key {key!r} holds half a surrogate pair")
        return key

    def _merged_mappings(self, node: YamlNode) -> Iterator[Mapping]:
        value = self.value(node)
        for item in value.items if isinstance(value, Sequence) else (value,):
            if not isinstance(item, Mapping):
                raise self._fail(node, "<< merges a mapping, or a list of them")
            yield item

    def _fail(self, node: YamlNode, message: str) -> InvalidInput:
        return InvalidInput(message, file=self._file, line=node.start_mark.line + 1)
