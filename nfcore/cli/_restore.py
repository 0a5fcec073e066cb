"""``nfcore restore``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from nfcore.cli._host import open_host
from nfcore.cli._options import (
    DEFAULT_WAIT,
    Backend,
    BackendOption,
    MetricsFileOption,
    NetnsOption,
    TablePrefixOption,
    WaitOption,
)
from nfcore.cli._output import console, counted
from nfcore.exceptions import InvalidInput
from translate import IPVersion

__all__ = ["name_of", "read_text", "restore"]


def restore(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="A file that iptables-save printed; - is standard input."
        ),
    ],
    *,
    ipv6: Annotated[bool, typer.Option("--ipv6", "-6", help="It is ip6tables-save's.")] = False,
    noflush: Annotated[
        bool, typer.Option("--noflush", "-n", help="Keep what the tables hold, and add to it.")
    ] = False,
    test: Annotated[
        bool, typer.Option("--test", "-t", help="Have the kernel check it; change nothing.")
    ] = False,
    backend: BackendOption = Backend.AUTO,
    netns: NetnsOption = None,
    table_prefix: TablePrefixOption = "",
    wait: WaitOption = DEFAULT_WAIT,
    metrics_file: MetricsFileOption = None,
) -> None:
    """Load a file of iptables-save, all its tables in one transaction."""
    text = read_text(file)
    version = IPVersion.V6 if ipv6 else IPVersion.V4
    name = name_of(file)
    with open_host(
        backend, netns, table_prefix=table_prefix, wait=wait, metrics_file=metrics_file
    ) as host:
        done = host.restore(text, version, file=name, flush=not noflush, test=test)
    how = "checked, nothing was changed" if test else "one transaction"
    what = f"{counted(len(done), 'operation')} ({how})" if done else "nothing to change"
    console().print(f"{name}: {what}", markup=False, soft_wrap=True)


def name_of(file: str) -> str:
    """What messages call a file argument, of which ``-`` is standard input."""
    return "<stdin>" if file == "-" else file


def read_text(file: str) -> str:
    """A file's text, or standard input's for ``-``; bytes that are no UTF-8 pass as surrogates.

    Raises:
        InvalidInput: it cannot be read.
    """
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InvalidInput(f"cannot be read: {reason}", file=name_of(file)) from error
    return data.decode(errors="surrogateescape")
