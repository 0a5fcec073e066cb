"""Monitors that leave the kernel's notifications alone for a while."""

from __future__ import annotations

import pytest

from nfcore.executor import RulesetMonitor

__all__ = ["monitors_that_leave"]


def monitors_that_leave(patch: pytest.MonkeyPatch) -> list[RulesetMonitor]:
    """A list that each monitor is put into when it leaves, from now on."""
    left: list[RulesetMonitor] = []
    leave = RulesetMonitor.leave

    def counted(monitor: RulesetMonitor) -> None:
        left.append(monitor)
        leave(monitor)

    patch.setattr(RulesetMonitor, "leave", counted)
    return left
