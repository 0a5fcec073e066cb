"""The command tree, and the one place where errors become messages and exit codes."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from nfcore.cli import (
    _apply,
    _doctor,
    _explain,
    _leaks,
    _migrate,
    _network,
    _port,
    _restore,
    _save,
    _translate,
    _watch,
)
from nfcore.cli._extensions import ExtensibleGroup
from nfcore.cli._logging import Format, Level, shown_log
from nfcore.cli._output import error_console
from nfcore.exceptions import NetfilterError, NotPermitted

__all__ = ["app", "main"]

app = typer.Typer(
    name="nfcore",
    cls=ExtensibleGroup,
    help="Program Docker's bridge networks into the firewall: natively, atomically, in one go.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("apply")(_apply.apply)
app.command("save")(_save.save)
app.command("restore")(_restore.restore)
app.add_typer(_network.app, name="network")
app.add_typer(_port.app, name="port")
app.command("translate", context_settings=_translate.CONTEXT_SETTINGS)(_translate.translate)
app.command("explain")(_explain.explain)
app.command("watch")(_watch.watch)
app.command("leaks")(_leaks.leaks)
app.command("migrate")(_migrate.migrate)
app.command("doctor")(_doctor.doctor)


def _print_version(value: bool) -> None:
    if value:
        from importlib.metadata import version  # noqa: PLC0415 - only --version needs it

        sys.stdout.write(f"nfcore {version('nfcore')}\n")
        raise typer.Exit


@app.callback()
def _root(
    context: typer.Context,
    *,
    log_level: Annotated[
        Level,
        typer.Option(
            "--log-level",
            envvar="NFCORE_LOG_LEVEL",
            help="What of the log is shown on standard error.",
        ),
    ] = Level.WARNING,
    log_format: Annotated[
        Format,
        typer.Option(
            "--log-format",
            envvar="NFCORE_LOG_FORMAT",
            help="text for people, json for programs: one object a line.",
        ),
    ] = Format.TEXT,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Program Docker's bridge networks into the firewall: natively, atomically, in one go."""
    del version
    context.with_resource(shown_log(log_level, log_format))


def main() -> None:
    """Run the command line; every error of nfcore's own becomes one message and exit code 1."""
    try:
        app()
    except NotPermitted as error:
        _say(f"{error}: sudo nfcore …, or try a file without with nfcore apply --sandbox FILE")
        sys.exit(1)
    except NetfilterError as error:
        _say(str(error))
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone: there is nobody to tell
        sys.exit(1)


def _say(message: str) -> None:
    error_console().print(f"nfcore: {message}", markup=False, highlight=False, soft_wrap=True)
