"""Printing what a command changed, or would change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from nfcore.cli._output import console, counted, print_json
from nfcore.host import Outcome

__all__ = ["outcome_json", "print_plan", "report", "surroundings"]

_COLOURS = {"+": "green", "-": "red"}


def print_plan(outcome: Outcome) -> None:
    """The changes as commands with + and -, the host's own before those of iptables."""
    out = console()
    for sign, command in (*outcome.system, *outcome.changes):
        out.print(f"{sign} {command}", style=_COLOURS[sign], markup=False, soft_wrap=True)


def surroundings(outcome: Outcome) -> str:
    """What was done besides the rules, to go behind their numbers; empty where there is nothing."""
    parts = []
    if outcome.system:
        parts.append(f"{counted(len(outcome.system), 'change')} of bridges and sysctls")
    if outcome.flows_cleared:
        parts.append(f"{counted(outcome.flows_cleared, 'tracked connection')} cleared")
    return "".join(f"; {part}" for part in parts)


def outcome_json(outcome: Outcome, *, dry_run: bool) -> dict[str, Any]:
    """An outcome for programs to read."""
    return {
        "changed": outcome.changed and not dry_run,
        "changes": _lines(outcome.changes),
        "system": _lines(outcome.system),
        "flows_cleared": outcome.flows_cleared,
    }


def _lines(changes: Iterable[tuple[Literal["+", "-"], str]]) -> list[dict[str, str]]:
    return [{"sign": sign, "command": command} for sign, command in changes]


def report(outcome: Outcome, done: str, *, dry_run: bool, as_json: bool) -> None:
    """Say what was done, or print the plan.

    Args:
        outcome: what was done.
        done: what to say about it, such as ``network front created``.
        dry_run: whether it was planned only.
        as_json: whether to print JSON.
    """
    if as_json:
        print_json(outcome_json(outcome, dry_run=dry_run))
        return
    if dry_run:
        print_plan(outcome)
    changes = outcome.changes
    added = sum(1 for sign, _ in changes if sign == "+")
    rules = f"{added} added, {len(changes) - added} removed" if changes else "no rule to change"
    how = " (dry run: nothing was sent)" if dry_run else ", in one transaction" if changes else ""
    console().print(
        f"{done}: {rules}{how}{surroundings(outcome)}"
        if outcome.changed or outcome.flows_cleared
        else f"{done}: nothing to change",
        markup=False,
        soft_wrap=True,
    )
