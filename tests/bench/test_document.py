from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from bench.breakdown import STAGES
from bench.document import write_document, write_report
from bench.pictures import draw_all
from bench.results import Results, Skipped
from tests.bench.made import measurement

RESULTS = Results(
    metadata={"kernel": "6.1", "nft": "v1.0.6", "odd": "<what>"},
    measurements=(
        measurement(0.001, 0.003, 0.002, peer="nfcore sets"),
        measurement(0.004, 0.004, 0.005, peer="nft -f"),
        measurement(0.002, 0.002, networks=1000, peer="nfcore sets"),
        measurement(0.05, networks=1000, batch=100, peer="nfcore sets", rules=900),
        *(measurement(0.001, question="breakdown: rules", peer=stage) for stage in STAGES),
        measurement(9_000.0, question="connections", unit="/s", ports=100),
        measurement(0.0, question="churn: lost", unit="%"),
    ),
    skipped=(Skipped(point=measurement(1.0, peer="slow").point, why="it is slow"),),
)


def test_pictures_are_drawn_for_what_was_measured(tmp_path: Path) -> None:
    names = draw_all(RESULTS, tmp_path)
    assert names == (
        "create",
        "breakdown-rules",
        "connections",
        "create--batches",
        "create--throughput",
        "create--cpu",
    )
    for name in names:
        with Image.open(tmp_path / f"{name}.png") as picture:
            assert picture.size == (640, 384)
        assert "<svg" in (tmp_path / f"{name}.svg").read_text()
    assert "networks present" in (tmp_path / "create.svg").read_text()


def test_the_same_results_give_the_same_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    draw_all(RESULTS, tmp_path / "b")
    for name in draw_all(RESULTS, tmp_path / "a"):
        for kind in ("png", "svg"):
            first, second = (tmp_path / folder / f"{name}.{kind}" for folder in "ab")
            assert first.read_bytes() == second.read_bytes()


def test_nothing_measured_is_nothing_drawn(tmp_path: Path) -> None:
    assert draw_all(Results(), tmp_path) == ()
    assert not list(tmp_path.iterdir())


def test_the_document_tells_versions_ratios_pictures_and_what_was_left_out() -> None:
    text = write_document(RESULTS, ("create", "create--batches"), "benchmarks")
    assert "ratios within one run" in text
    assert "| nft | v1.0.6 |" in text
    assert "![create](benchmarks/create.png)" in text
    assert "![create--batches](benchmarks/create--batches.png)" in text
    assert "![breakdown]" not in text
    assert "| nft -f | 4 ms (2x) | - |" in text
    assert "| nfcore sets, ipv4 | 2 | 1.00 | 1.00 | 0.00 |" in text
    assert "- create 1 at 0 networks, ipv4, slow: it is slow" in text


def test_the_report_needs_nothing_but_itself() -> None:
    text = write_report(RESULTS)
    assert text.count("<svg") == 6
    assert "<td>nft -f</td><td>4 ms (2x)</td>" in text
    assert 'src="' not in text
    assert "<link" not in text
    assert "&lt;what&gt;" in text


def test_a_document_of_nothing_still_explains_itself() -> None:
    assert "## What was measured, and how" in write_document(Results(), (), "benchmarks")


@pytest.mark.parametrize(
    ("load", "said"), [(3.2, "other work went on"), (0.1, "hardly anything else went on")]
)
def test_the_document_tells_how_busy_the_machine_was(load: float, said: str) -> None:
    results = Results(metadata={"load_avg_1min": load, "cpu_count": 2})
    text = write_document(results, (), "benchmarks")
    assert f"the load average of the last minute was {load} on 2 processors: {said}." in text


def test_the_checked_in_document_is_what_the_checked_in_results_give() -> None:
    docs = Path(__file__).parents[2] / "docs"
    results = Results.load(docs / "benchmarks" / "run.json")
    pictures = [path.stem for path in (docs / "benchmarks").glob("*.png")]
    written = write_document(results, pictures, "benchmarks")
    assert written == (docs / "benchmarks.md").read_text(), "python -m bench document FILE docs"
