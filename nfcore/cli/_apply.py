"""``nfcore apply``."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer

from nfcore.cli._changes import outcome_json, print_plan, surroundings
from nfcore.cli._network import network_rows
from nfcore.cli._option_groups import ChangeOptions, with_groups
from nfcore.cli._options import (
    IpForwardOption,
    LayoutOption,
)
from nfcore.cli._output import console, counted, error_console, print_json, print_table
from nfcore.cli._progress import late_progress
from nfcore.cli._sandbox import enter_sandbox
from nfcore.host import Applied
from nfcore.inputs import load
from translate import IPVersion

__all__ = ["apply"]


@with_groups
def apply(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="A Compose file, or the output of docker network inspect; - is standard input.",
        ),
    ],
    *,
    layout: LayoutOption = None,
    no_userland_proxy: Annotated[
        bool,
        typer.Option(
            "--no-userland-proxy", help="docker-proxy does not run: turn hairpin mode on."
        ),
    ] = False,
    with_bridges: Annotated[
        bool,
        typer.Option(
            "--with-bridges",
            help="Make the networks' bridges too, with their addresses and sysctls.",
        ),
    ] = False,
    ip_forward: IpForwardOption = False,
    sandbox: Annotated[
        bool,
        typer.Option(
            "--sandbox",
            help="Try it in a user and network namespace of its own, which needs no root, and "
            "print what was programmed there.",
        ),
    ] = False,
    change: ChangeOptions,
) -> None:
    """Make the firewall hold what Docker would program for FILE, in one transaction.

    Networks that an earlier FILE had and this one lacks are removed, with bridges that nfcore made
    for them. Networks made by hand (nfcore network create) or by others are left alone.
    """
    if sandbox and change.netns is not None:
        raise typer.BadParameter("--sandbox and --netns exclude each other", param_hint="--sandbox")
    topology = load(file, stdin=sys.stdin.buffer, environment=os.environ)
    for note in topology.notes:
        error_console().print(f"note: {note}", markup=False, soft_wrap=True)
    if sandbox:
        enter_sandbox()
    with change.open(locked=not sandbox, userland_proxy=not no_userland_proxy) as host:
        with late_progress("Networks", len(topology.networks)) as progress:
            applied = host.apply(
                topology.networks,
                layout=None if layout is None else layout.value,
                with_bridges=with_bridges,
                ip_forward=ip_forward,
                progress=progress,
            )
        states = host.networks()
        saved = [host.save(version) for version in IPVersion] if sandbox else []
    if change.as_json:
        print_json(_as_json(applied, dry_run=change.dry_run))
        return
    if change.dry_run:
        print_plan(applied)
    elif applied.changed:
        print_table(*network_rows(states))
    console().print(_summary(applied, dry_run=change.dry_run), markup=False, soft_wrap=True)
    for version, text in zip(IPVersion, saved, strict=False):
        console().print(f"\n# {version.program}-save", style="bold", markup=False)
        sys.stdout.write(text)


def _summary(applied: Applied, *, dry_run: bool) -> str:
    networks = applied.networks
    if not applied.changed:
        return f"nothing to change: {counted(len(networks.kept), 'network')} as in the file"
    words = [
        f"{len(names)} {word}"
        for word, names in (
            ("created", networks.created),
            ("changed", networks.changed),
            ("deleted", networks.deleted),
            ("kept", networks.kept),
        )
        if names
    ]
    added = sum(1 for sign, _ in applied.changes if sign == "+")
    removed = len(applied.changes) - added
    in_sets = any(command.startswith("nft ") for _, command in applied.changes)
    what = "rules, sets and elements" if in_sets else "rules and chains"
    how = "dry run, nothing was sent" if dry_run else "one transaction"
    return (
        f"networks: {', '.join(words)}; {what}: {added} added, {removed} removed ({how})"
        f"{surroundings(applied)}"
    )


def _as_json(applied: Applied, *, dry_run: bool) -> dict[str, Any]:
    networks = applied.networks
    return {
        **outcome_json(applied, dry_run=dry_run),
        "created": list(networks.created),
        "updated": list(networks.changed),
        "deleted": list(networks.deleted),
        "kept": list(networks.kept),
    }
