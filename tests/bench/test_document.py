from __future__ import annotations

from pathlib import Path

from PIL import Image

from bench.breakdown import STAGES
from bench.document import write_document
from bench.pictures import draw_all
from bench.results import Results, Skipped
from tests.bench.made import measurement

RESULTS = Results(
    metadata={"kernel": "6.1", "nft": "v1.0.6"},
    measurements=(
        measurement(0.001, 0.003, 0.002),
        measurement(0.004, 0.004, 0.005, peer="nft -f"),
        measurement(0.002, 0.002, networks=1000),
        measurement(0.05, networks=1000, batch=100),
        measurement(0.003, question="create+delete", networks=1000),
        measurement(0.002, question="create+delete", networks=1000, peer="libnftables JSON"),
        *(measurement(0.001, question="breakdown", peer=stage) for stage in STAGES),
        measurement(9_000.0, question="connections", unit="/s"),
    ),
    skipped=(Skipped(point=measurement(1.0, peer="slow").point, why="it is slow"),),
)


def test_pictures_are_drawn_for_what_was_measured(tmp_path: Path) -> None:
    names = draw_all(RESULTS, tmp_path)
    assert names == ("create", "connections", "batches", "breakdown")
    for name in names:
        with Image.open(tmp_path / f"{name}.png") as picture:
            assert picture.size == (640, 384)
        assert "<svg" in (tmp_path / f"{name}.svg").read_text()
    assert "networks present" in (tmp_path / "create.svg").read_text()


def test_the_same_results_give_the_same_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    for name in draw_all(RESULTS, tmp_path / "a"):
        draw_all(RESULTS, tmp_path / "b")
        for kind in ("png", "svg"):
            first, second = (tmp_path / folder / f"{name}.{kind}" for folder in "ab")
            assert first.read_bytes() == second.read_bytes()


def test_nothing_measured_is_nothing_drawn(tmp_path: Path) -> None:
    assert draw_all(Results(), tmp_path) == ()
    assert not list(tmp_path.iterdir())


def test_the_document_tells_versions_ratios_pictures_and_what_was_left_out() -> None:
    text = write_document(RESULTS, ("create", "batches"), "benchmarks")
    assert "ratios within one run" in text
    assert "| nft | v1.0.6 |" in text
    assert "![create](benchmarks/create.png)" in text
    assert "![batches](benchmarks/batches.png)" in text
    assert "![breakdown]" not in text
    assert "| nft -f | 4 ms (2x) | - |" in text
    assert "With 1,000 networks present nfcore's whole call takes 1.50 times" in text
    assert "and 1.50 times its CPU time; the difference is 1 ms." in text
    assert "| nfcore rules, ipv4 | 2 | 1.00 | 1.00 | 0.00 |" in text
    assert "- create 1 at 0 networks, ipv4, slow: it is slow" in text
