from __future__ import annotations

import pytest

from bench.forecast import Forecast


@pytest.mark.parametrize(
    ("known", "size", "seconds"),
    [
        ([], 10, 0.0),
        ([(10, 2.0)], 100, 20.0),
        ([(1, 1.0), (10, 1.0)], 1000, 1.0),
        ([(1, 1.0), (11, 2.0)], 111, 12.0),
        ([(1, 3.0), (10, 1.0)], 100, 1.0),
        ([(0, 0.5)], 100, 0.5),
    ],
)
def test_a_line_through_the_last_two_sizes(
    known: list[tuple[int, float]], size: int, seconds: float
) -> None:
    forecast = Forecast()
    for one in known:
        forecast.note("nft", *one)
    assert forecast.seconds("nft", size) == pytest.approx(seconds)
    assert forecast.seconds("another", size) == 0.0


def test_one_size_alone_rises_as_it_did_before() -> None:
    before = Forecast()
    for size, seconds in ((1, 1.0), (11, 2.0)):
        before.note("nft", size, seconds)
    before.note("new", 1, 1.0)
    assert before.rises() == {"nft": pytest.approx(0.1)}
    forecast = Forecast(before.rises())
    forecast.note("nft", 1, 10.0)
    forecast.note("new", 1, 10.0)
    assert forecast.seconds("nft", 11) == pytest.approx(20.0)
    assert forecast.seconds("new", 11) == pytest.approx(110.0)
