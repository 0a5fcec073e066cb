from __future__ import annotations

import io

import pytest
from rich.console import Console

from bench.compare import compare
from bench.grid import grids_of, seconds_text
from bench.results import Results, Skipped
from bench.tables import print_comparison, print_details, print_results
from tests.bench.made import measurement

RESULTS = Results(
    measurements=(
        measurement(0.001, peer="nfcore sets"),
        measurement(0.004, peer="nft -f"),
        measurement(0.002, networks=1000, peer="nfcore sets"),
        measurement(9.0, batch=10, peer="nft -f"),
        measurement(20_000.0, question="packets", unit="/s", peer="no rules"),
    ),
    skipped=(Skipped(point=measurement(1.0, peer="slow").point, why="it is slow"),),
)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(2.5, "2.5 s"), (0.0123, "12.3 ms"), (0.000045, "45 us"), (2e-8, "20 ns"), (-0.25, "-250 ms")],
)
def test_times_have_a_unit_that_suits_them(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


def test_a_grid_has_a_line_for_each_peer_and_a_column_for_each_size() -> None:
    one, ten = grids_of(RESULTS, "create")
    assert one.title == "create, ipv4"
    assert one.columns == ("0 networks", "1,000 networks")
    assert one.rows == (
        ("nfcore sets", ("1 ms (1x)", "2 ms (1x)")),
        ("nft -f", ("4 ms (4x)", "-")),
    )
    assert ten.rows == (("nft -f", ("9 s",)),)


def printed(what: object, *arguments: object) -> str:
    console = Console(file=io.StringIO(), width=200)
    assert callable(what)
    what(console, *arguments)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_terminal_shows_grids_and_what_was_skipped() -> None:
    text = printed(print_results, RESULTS)
    assert "create, ipv4" in text
    assert "20,000 /s" in text
    assert "skipped: create 1 at 0 networks, ipv4, slow: it is slow" in text


def test_details_show_statistics() -> None:
    text = printed(print_details, [measurement(0.001, 0.003, 0.002)])
    assert "2 ms" in text
    assert "create 1 at 0 networks, ipv4, nfcore rules" in text


def test_a_comparison_shows_both_and_the_ratio() -> None:
    other = Results(measurements=(measurement(0.003, peer="nfcore sets"),))
    text = printed(print_comparison, compare(RESULTS, other))
    assert "1 ms" in text
    assert "3 ms" in text
    assert "3.00" in text
