"""Commands that other packages add: entry points of the group ``nfcore.commands``.

An entry point's name is the command's. It is a function that takes the arguments after it and does
the rest; the first line of its docstring is what ``nfcore --help`` says. To show that, its module
is imported, so it should import little until it is called. nfcore's own commands come first.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

import typer
from typer.core import TyperGroup

__all__ = ["GROUP", "ExtensibleGroup"]

GROUP: Final = "nfcore.commands"
_ALL_ARGUMENTS: Final = {
    "allow_extra_args": True,
    "allow_interspersed_args": False,
    "ignore_unknown_options": True,
}


class ExtensibleGroup(TyperGroup):
    """nfcore's commands and those of other packages, which are looked for only when needed."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, nfcore's own first."""
        own = super().list_commands(ctx)
        return [*own, *sorted(entry_points(group=GROUP).names.difference(own))]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command by its name, or None."""
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        return next(map(_command, entry_points(group=GROUP, name=cmd_name)), None)


def _command(entry: EntryPoint) -> Any:
    about, run = _loaded(entry)
    app = typer.Typer(add_completion=False, rich_markup_mode=None)

    @app.command(entry.name, help=about, context_settings=_ALL_ARGUMENTS, add_help_option=False)
    def pass_on(context: typer.Context) -> None:
        run(context.args)

    return typer.main.get_command(app)


def _loaded(entry: EntryPoint) -> tuple[str, Callable[[Sequence[str]], None]]:
    """What a command does, in a line, and its function.

    One that cannot be imported says so instead, so that the others stay as they are.
    """
    try:
        run: Callable[[Sequence[str]], None] = entry.load()
    except ImportError as error:
        about = f"(cannot be loaded: {error})"
        return about, lambda _: sys.exit(f"nfcore {entry.name} {about.strip('()')}")
    return (inspect.getdoc(run) or "").partition("\n")[0], run
