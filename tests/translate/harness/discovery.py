"""Finds the extensions' test modules."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.translate.harness.cases import ExtensionCases

__all__ = ["Module", "modules"]

_TRANSLATE_TESTS = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Module:
    """A test module: its name (``matches.tcp``), its cases, its rules' strategy."""

    name: str
    cases: ExtensionCases | None
    rules: Callable[[], Any] | None


def modules() -> list[Module]:
    """Every test module of an extension, in the order of their names."""
    found = []
    for kind in ("matches", "targets"):
        for path in sorted((_TRANSLATE_TESTS / kind).glob("test_*.py")):
            module = importlib.import_module(f"tests.translate.{kind}.{path.stem}")
            found.append(
                Module(
                    f"{kind}.{path.stem.removeprefix('test_')}",
                    getattr(module, "CASES", None),
                    getattr(module, "rules", None),
                )
            )
    return found
