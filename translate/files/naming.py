"""Naming the file that an error is in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from translate.exceptions import ParseError

__all__ = ["errors_name"]


@contextmanager
def errors_name(file: str) -> Iterator[None]:
    """Around work on one file's text: errors in it name the file, too.

    Args:
        file: its name.

    Raises:
        ParseError: what the block raised, with the name.
    """
    try:
        yield
    except ParseError as error:
        raise error.in_file(file) from error.__cause__
