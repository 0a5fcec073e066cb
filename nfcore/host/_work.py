"""One piece of work on a host: what it plans, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from nfcore.bridge import NetworkSpec, NetworkState, PublishedPort
from nfcore.engine import Change, Transaction
from nfcore.layout import Layout
from nfcore.system import StaleFlows, Step, SystemChange
from translate import IPVersion

__all__ = ["Outcome", "Work"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a piece of work did, or with ``dry_run`` would do.

    Attributes:
        changes: the rules that were added and removed, as iptables commands.
        system: what else was changed on the host (bridges, sysctls), as commands that do the same.
        flows_cleared: how many tracked connections were forgotten, so that the new rules hold for
            them too.
    """

    changes: tuple[Change, ...] = ()
    system: tuple[SystemChange, ...] = ()
    flows_cleared: int = 0

    @property
    def changed(self) -> bool:
        """Whether there is anything to change."""
        return bool(self.changes or self.system)


@dataclass(slots=True)
class Work:
    """What goes on inside one transaction, and what is to be done around its commit.

    Attributes:
        name: what it is called in the log.
        transaction: where rules are programmed.
        driver: what programs them, over the layout that the host has.
        states: the networks that were there before.
        bridges: the networks that are to have their bridges.
        forwarding: the IP versions to forward.
        wanted: bridges whose networks come or stay, for firewalld's zone.
        gone: bridges whose networks go.
        ports: what was published or released.
    """

    name: str
    transaction: Transaction
    driver: Layout
    states: tuple[NetworkState, ...]
    bridges: Sequence[NetworkSpec] = ()
    forwarding: Sequence[IPVersion] = ()
    wanted: Sequence[str] = ()
    gone: Sequence[str] = ()
    ports: Sequence[PublishedPort] = ()
    _outcome: Outcome = field(default_factory=Outcome)

    @property
    def outcome(self) -> Outcome:
        """What came of it, once it is finished."""
        return self._outcome

    @property
    def stale_flows(self) -> StaleFlows:
        """The connections that go on by the old rules."""
        return StaleFlows.of_ports(self.ports)

    def finish(
        self,
        *,
        changes: tuple[Change, ...],
        steps: Sequence[Step] = (),
        removed: Sequence[str] = (),
        flows_cleared: int = 0,
    ) -> None:
        """Note what came of it."""
        made = tuple((step.sign, step.command) for step in steps)
        unmade: tuple[SystemChange, ...] = tuple(("-", f"ip link del {name}") for name in removed)
        self._outcome = Outcome(
            changes=changes, system=(*made, *unmade), flows_cleared=flows_cleared
        )
