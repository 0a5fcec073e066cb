"""The layers: an import only ever points down."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = (
    ("translate",),
    ("nfcore.events", "nfcore.exceptions", "nfcore.operations"),
    ("nfcore.executor",),
    ("nfcore.engine",),
    ("nfcore.bridge",),
    ("nfcore.layout", "nfcore.system", "nfcore.firewalld", "nfcore.metrics"),
    ("nfcore.inputs",),
    ("nfcore.explain",),
    ("nfcore.host",),
    ("nfcore.doctor",),
    ("nfcore.cli",),
    ("nfcore.__main__", "bench"),
)
"""From the bottom to the top; packages of one layer may import each other."""


def rank_of(module: str) -> int | None:
    for rank, packages in enumerate(LAYERS):
        if any(module == package or module.startswith(f"{package}.") for package in packages):
            return rank
    return None


def sources() -> Iterator[Path]:
    for package in ("translate", "nfcore", "bench"):
        yield from sorted((ROOT / package).rglob("*.py"))


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            assert node.module is not None
            yield node.lineno, node.module
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("path", [*sources()], ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    rank = rank_of(module_of(path))
    if rank is None:
        assert module_of(path) == "nfcore", f"{path} belongs to no layer: add it to LAYERS"
        return
    for line, imported in imports_of(path):
        other = rank_of(imported)
        if other is not None:
            assert other <= rank, f"{path}:{line} imports {imported}, which is a layer above"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "translate").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_translate_needs_only_the_standard_library(path: Path) -> None:
    for line, imported in imports_of(path):
        top = imported.partition(".")[0]
        assert top == "translate" or top in sys.stdlib_module_names, f"{path}:{line}: {imported}"
