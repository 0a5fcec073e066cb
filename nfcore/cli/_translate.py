"""``nfcore translate``."""

from __future__ import annotations

import enum
import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from nfcore.cli._output import print_json
from nfcore.cli._restore import name_of, read_text
from translate import (
    IPVersion,
    format_command,
    parse_command,
    to_nft_commands,
    translate_lines,
    without_repeated_declarations,
)
from translate.files import dump_to_nft_commands, errors_name, read_save, settle_save, write_save

__all__ = ["CONTEXT_SETTINGS", "translate"]

CONTEXT_SETTINGS = {"allow_interspersed_args": False, "ignore_unknown_options": True}
"""From the first word or foreign option on, everything belongs to the iptables command."""


class Form(enum.Enum):
    """``--to``."""

    JSON = "json"
    SAVE = "save"


def translate(
    context: typer.Context,
    command: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="COMMAND...",
            help="An iptables or ip6tables command, such as: iptables -A INPUT -j DROP",
        ),
    ] = None,
    *,
    lines: Annotated[
        bool,
        typer.Option("--lines", help="Read commands from standard input, print one line for each."),
    ] = False,
    restore: Annotated[
        str | None,
        typer.Option(
            "--restore",
            metavar="FILE",
            help="Translate a file that iptables-save printed; - is standard input.",
        ),
    ] = None,
    ipv6: Annotated[
        bool, typer.Option("--ipv6", help="With --restore: it is ip6tables-save's.")
    ] = False,
    to: Annotated[
        Form, typer.Option("--to", help="nft JSON, or the form that iptables-save prints.")
    ] = Form.JSON,
) -> None:
    """Translate iptables commands into nft JSON; nothing is sent."""
    if restore is not None:
        if command or lines:
            raise typer.BadParameter("--restore reads a file, give no command and no --lines")
        _translate_file(restore, IPVersion.V6 if ipv6 else IPVersion.V4, to)
        return
    if lines:
        if command:
            raise typer.BadParameter("--lines reads commands from standard input, give none here")
        for line in translate_lines(_stdin_lines(), to="json" if to is Form.JSON else "save"):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
        return
    if not command:
        sys.stderr.write(f"{context.get_usage()}\n\nnfcore: no command to translate\n")
        raise typer.Exit(2)
    commands = parse_command(command)
    if to is Form.SAVE:
        for parsed in commands:
            sys.stdout.write(f"{format_command(parsed)}\n")
    else:
        made = (one for parsed in commands for one in to_nft_commands(parsed))
        print_json({"nftables": without_repeated_declarations(made)})


def _translate_file(file: str, version: IPVersion, to: Form) -> None:
    with errors_name(name_of(file)):
        dumps = settle_save(read_save(read_text(file), version=version))
    if to is Form.SAVE:
        sys.stdout.write(write_save(dumps))
    else:
        print_json({"nftables": [made for dump in dumps for made in dump_to_nft_commands(dump)]})


def _stdin_lines() -> Iterator[str]:
    """Standard input's lines; bytes that are no UTF-8 pass as surrogates, as in argv."""
    for raw in sys.stdin.buffer:
        yield raw.rstrip(b"\r\n").decode(errors="surrogateescape")
