from __future__ import annotations

import os

import pytest

from bench.machine import collect_metadata


def test_metadata_tells_versions_and_no_names() -> None:
    metadata = collect_metadata()
    assert {"kernel", "nft", "iptables", "iproute2", "nfcore", "python_version"} <= set(metadata)
    assert str(metadata["iptables"]).startswith("v1.")
    assert "hostname" not in metadata
    assert not any("/" in str(value) for key, value in metadata.items() if key != "kernel")


def test_it_tells_which_processors_are_used() -> None:
    allowed = sorted(os.sched_getaffinity(0))
    metadata = collect_metadata()
    assert metadata["cpus_allowed"] == ", ".join(map(str, allowed))
    assert metadata["cpu_of_the_peers"] == allowed[-1]


def test_a_tool_that_is_absent_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert collect_metadata()["nft"] == "none"
