"""``nfcore doctor``."""

from __future__ import annotations

from typing import Annotated

import typer

from nfcore.cli._options import NetnsOption, TablePrefixOption
from nfcore.cli._output import console, print_json
from nfcore.doctor import Finding, Host, Level, examine

__all__ = ["doctor"]

_MARKS = {
    Level.OK: ("ok", "green"),
    Level.NOTE: ("note", "yellow"),
    Level.MISSING: ("MISSING", "red"),
}


def doctor(
    *,
    netns: NetnsOption = None,
    table_prefix: TablePrefixOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what this host offers, what is missing, and the command that mends it."""
    findings = examine(Host(netns=netns, table_prefix=table_prefix))
    if as_json:
        print_json([_as_json(finding) for finding in findings])
    else:
        for finding in findings:
            _print(finding)
    if any(finding.level is Level.MISSING for finding in findings):
        raise typer.Exit(1)


def _as_json(finding: Finding) -> dict[str, str | None]:
    return {
        "subject": finding.subject,
        "level": finding.level.value,
        "detail": finding.detail,
        "remedy": finding.remedy,
    }


def _print(finding: Finding) -> None:
    word, colour = _MARKS[finding.level]
    out = console()
    out.print(f"{word:8}", style=colour, end="")
    out.print(f"{finding.subject:24} {finding.detail}", markup=False, soft_wrap=True)
    if finding.remedy is not None:
        out.print(f"{'':8}{'':24} -> {finding.remedy}", markup=False, soft_wrap=True, style="bold")
