"""Printing what a command changed, or would change."""

from __future__ import annotations

from collections.abc import Sequence

from nfcore.cli._output import console, print_json
from nfcore.engine import Change

__all__ = ["print_plan", "report"]

_COLOURS = {"+": "green", "-": "red"}


def print_plan(changes: Sequence[Change]) -> None:
    """The changes as iptables commands with + and -."""
    out = console()
    for sign, command in changes:
        out.print(f"{sign} {command}", style=_COLOURS[sign], markup=False, soft_wrap=True)


def report(changes: Sequence[Change], done: str, *, dry_run: bool, as_json: bool) -> None:
    """Say what was done, or print the plan.

    Args:
        changes: what changed.
        done: what to say about it, such as ``network front created``.
        dry_run: whether it was planned only.
        as_json: whether to print JSON.
    """
    if as_json:
        plan = [{"sign": sign, "command": command} for sign, command in changes]
        print_json({"changed": bool(changes) and not dry_run, "changes": plan})
        return
    if dry_run:
        print_plan(changes)
    added = sum(1 for sign, _ in changes if sign == "+")
    console().print(
        f"{done}: nothing to change"
        if not changes
        else f"{done}: {added} added, {len(changes) - added} removed"
        + (" (dry run: nothing was sent)" if dry_run else ", in one transaction"),
        markup=False,
        soft_wrap=True,
    )
