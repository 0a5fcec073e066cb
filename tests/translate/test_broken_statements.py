"""Statements that are no longer what `to_nft` made: reading them never fails."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.translate.harness.discovery import Module, modules
from translate import Rule, Untranslatable, from_nft, to_nft

_JUNK: tuple[Any, ...] = (
    None,
    True,
    -1,
    1 << 40,
    1.5,
    "",
    "tcp",
    "::1",
    [],
    [None],
    {},
    {"a": 1},
    {"range": [2, 1]},
    {"range": [1]},
    {"range": "x"},
    {"set": []},
    {"set": [1, "x", None]},
    {"set": "x"},
    {"prefix": {"addr": "x", "len": 300}},
    {"prefix": None},
    {"concat": []},
    {"concat": None},
    {"&": [1]},
    {"&": None},
    {"|": [1, 2]},
)
Path = tuple[Any, ...]


def _paths(node: Any, path: Path = ()) -> Iterator[Path]:
    """Where something stands in a JSON document."""
    if path:
        yield path
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _paths(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _paths(value, (*path, index))


def _replaced(document: Any, path: Path, junk: Any) -> Any:
    changed = copy.deepcopy(document)
    node = changed
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = junk
    return changed


@pytest.mark.parametrize(
    "module",
    [
        pytest.param(module, id=module.name, marks=pytest.mark.xdist_group(module.name))
        for module in modules()
        if module.rules is not None
    ],
)
def test_no_statement_is_too_broken_to_read(module: Module) -> None:
    assert module.rules is not None

    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    @given(rule=module.rules(), data=st.data())
    def check(rule: Rule, data: st.DataObject) -> None:
        try:
            nft = to_nft(rule)
        except Untranslatable:
            return
        document = json.loads(json.dumps(nft.expr))
        paths = [path for path in _paths(document) if len(path) > 1]
        for path in data.draw(st.lists(st.sampled_from(paths), min_size=1, max_size=8)):
            expr = _replaced(document, path, data.draw(st.sampled_from(_JUNK)))
            read, _ = from_nft(
                expr,
                version=rule.version,
                table=rule.table,
                chain=rule.chain,
                comment=nft.comment,
            )
            assert read.version == rule.version

    check()
