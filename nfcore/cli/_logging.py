"""Showing nfcore's log on standard error, as text or as JSON, by structlog's formatter."""

from __future__ import annotations

import enum
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Format", "Level", "shown_log"]


class Level(enum.Enum):
    """``--log-level``."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Format(enum.Enum):
    """``--log-format``."""

    TEXT = "text"
    JSON = "json"


class _Handler(logging.StreamHandler):  # type: ignore[type-arg]  # standard error, whatever it is
    """Writes to standard error; its formatter is made when there is something to say.

    Importing structlog takes 0.1 s, which commands that say nothing need not wait for.
    """

    def __init__(self, form: Format) -> None:
        super().__init__(sys.stderr)
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        if self.formatter is None:
            self.setFormatter(_formatter(self._form))
        return super().format(record)


@contextmanager
def shown_log(level: Level, form: Format) -> Iterator[None]:
    """Show what nfcore logs, of this level and above, while the block runs."""
    logger = logging.getLogger("nfcore")
    handler = _Handler(form)
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(level.value.upper())
    try:
        yield
    finally:
        logger.setLevel(before)
        logger.removeHandler(handler)


def _formatter(form: Format) -> logging.Formatter:
    from structlog import dev, processors, stdlib  # noqa: PLC0415 - see _Handler

    renderer = (
        processors.JSONRenderer(ensure_ascii=False)
        if form is Format.JSON
        else dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    return stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            processors.TimeStamper(fmt="iso", utc=True),
            stdlib.add_log_level,
            stdlib.add_logger_name,
            stdlib.ExtraAdder(),
        ],
        processors=[stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
