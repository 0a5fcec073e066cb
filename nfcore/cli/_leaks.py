"""``nfcore leaks``."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

import translate
from nfcore.cli._option_groups import ChangeOptions, with_groups
from nfcore.cli._output import console, counted, print_json
from nfcore.inputs import load

__all__ = ["leaks"]


@with_groups
def leaks(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="All networks that there should be: a Compose file, or the output of docker "
            "network inspect; - is standard input.",
        ),
    ],
    *,
    fix: Annotated[bool, typer.Option("--fix", help="Remove them, in one transaction.")] = False,
    change: ChangeOptions,
) -> None:
    """List rules that none of FILE's networks needs; exit code 1 where there are any left.

    They are rules for a bridge of no network, a second destination for one host port, and ports of
    addresses that no container has.
    """
    topology = load(file, stdin=sys.stdin.buffer, environment=os.environ)
    with change.open(locked=fix) as host:
        found = host.fix_leaks(topology.networks) if fix else host.leaks(topology.networks)
    gone = fix and not change.dry_run
    if change.as_json:
        print_json(
            [
                {
                    "version": leak.rule.version.value,
                    "table": leak.rule.table,
                    "rule": translate.save_line(leak.rule),
                    "reason": leak.reason,
                    "removed": gone,
                }
                for leak in found
            ]
        )
    else:
        for leak in found:
            console().print(str(leak), markup=False, soft_wrap=True)
        number = len(found)
        what = f"{number} removed in one transaction" if gone else counted(number, "leaked rule")
        console().print(what if found else "no leaks")
    if found and not gone:
        raise typer.Exit(1)
