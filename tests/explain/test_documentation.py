"""docs/explain.md tells of every finding and every key."""

from __future__ import annotations

import re
from pathlib import Path

from nfcore.explain import as_json
from tests.explain.scene import Scene

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explain.md").read_text()


def test_every_finding_is_listed() -> None:
    sources = (path.read_text() for path in (ROOT / "nfcore" / "explain").glob("*.py"))
    codes = {code for source in sources for code in re.findall(r'code="([a-z-]+)"', source)}
    assert codes
    told = set(re.findall(r"`([a-z-]+)`", PAGE.partition("## What is found")[2]))
    assert codes <= told


def test_every_key_is_described() -> None:
    keys = as_json(Scene().ask("outside", "host:8080"))
    assert not [key for key in keys if f"`{key}`" not in PAGE]
