"""Metrics of one command, or of a watch, where they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nfcore.events import Observer
from nfcore.exceptions import InvalidInput, MissingExtra

if TYPE_CHECKING:
    from nfcore.metrics import Address, PrometheusMetrics

__all__ = ["served_metrics", "written_metrics"]


@contextmanager
def written_metrics(path: Path | None) -> Iterator[Observer | None]:
    """An observer whose metrics go to a file when the block ends, however it ends.

    Args:
        path: the file; None is no metrics.

    Raises:
        InvalidInput: the file cannot be there, or not be written.
        MissingExtra: prometheus-client is not installed.
    """
    if path is None:
        yield None
        return
    if path.is_dir():
        raise InvalidInput("metrics go to a file, and this is a directory", file=str(path))
    if not path.parent.is_dir():
        raise InvalidInput(f"metrics cannot go there: no directory {path.parent}", file=str(path))
    metrics = _new_metrics("--metrics-file")
    try:
        yield metrics
    except BaseException:
        with suppress(InvalidInput):  # what failed before is what the user has to know
            metrics.write(path)
        raise
    metrics.write(path)


@contextmanager
def served_metrics(listen: str | None) -> Iterator[tuple[Observer | None, Address | None]]:
    """An observer whose metrics are served while the block runs, and where.

    Args:
        listen: where, as ``ADDRESS:PORT``; None is no metrics.

    Raises:
        InvalidInput: that is no address, or it cannot be listened to.
        MissingExtra: prometheus-client is not installed.
    """
    if listen is None:
        yield None, None
        return
    metrics = _new_metrics("--metrics-listen")
    from nfcore.metrics import Address, serve  # noqa: PLC0415 - it is an extra

    with serve(metrics, Address.parse(listen)) as address:
        yield metrics, address


def _new_metrics(option: str) -> PrometheusMetrics:
    try:
        from nfcore.metrics import PrometheusMetrics  # noqa: PLC0415 - it is an extra
    except ModuleNotFoundError as error:
        raise MissingExtra("prometheus-client", extra="metrics", purpose=option) from error
    return PrometheusMetrics()
