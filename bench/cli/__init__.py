"""``python -m bench``: the commands."""

from bench.cli._app import app, main

__all__ = ["app", "main"]
