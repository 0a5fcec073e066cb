"""Setting a host up around its rules: planned, carried out, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from nfcore.bridge import NetworkSpec
from nfcore.events import BridgeRefused, BridgeRemoved, Observer, TakeBackFailed, emit
from nfcore.exceptions import Conflict, SetupFailed
from nfcore.executor import call_in_netns
from nfcore.system._bridges import is_own, plan_bridge
from nfcore.system._conntrack import StaleFlows, clear_flows
from nfcore.system._kernel_settings import (
    forwards,
    plan_bridge_filtering,
    plan_bridge_settings,
    plan_forwarding,
)
from nfcore.system._links import Links
from nfcore.system._looking import look
from nfcore.system._step_events import events_of
from nfcore.system._steps import Step
from nfcore.system._sysctls import Sysctls
from nfcore.system._view import HostView
from translate import IPVersion

__all__ = ["System", "SystemChange"]

SystemChange = tuple[Literal["+", "-"], str]
"""Whether something is added or taken away, and the command of ip(8) or sysctl(8) that does it."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """The host around the rules, in one network namespace.

    Args:
        netns: the network namespace's name; None is the caller's.
        sysctls: where the kernel's settings are.
        observer: told of every change, besides the log.
    """

    netns: str | None = None
    sysctls: Sysctls = field(default_factory=Sysctls)
    observer: Observer | None = None

    def clear_flows(self, stale: StaleFlows) -> int:
        """Forget tracked connections (see `nfcore.system.clear_flows`)."""
        return clear_flows(stale, netns=self.netns, observer=self.observer)

    def forwards(self, version: IPVersion) -> bool:
        """Whether the host forwards packets of one IP version, or has none of it at all."""
        return self._here(lambda _: forwards(self.sysctls, version))

    def look(self) -> HostView:
        """The host's devices, addresses, routes, settings and tracked connections.

        Raises:
            NotFound: there is no such namespace.
            SetupFailed: the kernel does not say.
        """
        try:
            return look(self.sysctls, netns=self.netns)
        except OSError as error:
            raise SetupFailed(f"the host cannot be looked at: {error.strerror or error}") from error

    def plan(
        self,
        *,
        bridges: Sequence[NetworkSpec] = (),
        hairpin: bool = False,
        forwarding: Sequence[IPVersion] = (),
    ) -> tuple[Step, ...]:
        """What has to be done.

        Args:
            bridges: the networks that are to have their bridges.
            hairpin: whether hairpin mode is on.
            forwarding: the IP versions to forward.

        Returns:
            The steps in order; none where all is in place.

        Raises:
            Conflict: a bridge's name is taken.
            SetupFailed: the state cannot be read, or the kernel lacks something.
        """
        if not bridges and not forwarding:
            return ()
        return self._here(lambda links: tuple(self._plan(links, bridges, hairpin, forwarding)))

    def _plan(
        self,
        links: Links,
        bridges: Sequence[NetworkSpec],
        hairpin: bool,
        forwarding: Sequence[IPVersion],
    ) -> Iterator[Step]:
        devices = links.devices(spec.bridge for spec in bridges)
        for spec in bridges:
            settings = plan_bridge_settings(self.sysctls, spec, hairpin=hairpin)
            try:
                yield from plan_bridge(spec, devices.get(spec.bridge), settings)
            except Conflict as conflict:
                refused = BridgeRefused(bridge=spec.bridge, network=spec.name, error=str(conflict))
                emit(refused, self.observer)
                raise
        yield from plan_bridge_filtering(self.sysctls, bridges, hairpin=hairpin)
        for version in forwarding:
            yield from plan_forwarding(self.sysctls, version)

    @contextmanager
    def carried_out(self, steps: Sequence[Step]) -> Iterator[None]:
        """Carry steps out before the block, and take them back when one fails or the block raises.

        Raises:
            SetupFailed: a step failed; those before it were taken back.
        """
        done: list[Step] = []
        try:
            if steps:
                self._here(lambda links: self._do(steps, done, links))
            yield
        except BaseException:
            if done:
                self._here(lambda links: self._undo(done, links))
            raise

    def _do(self, steps: Sequence[Step], done: list[Step], links: Links) -> None:
        for step in steps:
            try:
                step.do(links, self.sysctls)
            except OSError as error:
                raise SetupFailed(
                    f"{step.command}: {error.strerror or error}; nothing was changed"
                ) from error
            done.append(step)
            self._tell(step, taken_back=False)

    def _undo(self, done: list[Step], links: Links) -> None:
        while done:
            step = done.pop()
            try:
                step.undo(links, self.sysctls)
            except OSError as error:
                failed = TakeBackFailed(command=step.command, error=error.strerror or str(error))
                emit(failed, self.observer)
            else:
                self._tell(step, taken_back=True)

    def _tell(self, step: Step, *, taken_back: bool) -> None:
        for event in events_of(step, taken_back=taken_back):
            emit(event, self.observer)

    def own_bridges(self, names: Sequence[str]) -> tuple[str, ...]:
        """Which of these devices are bridges that nfcore made.

        Raises:
            SetupFailed: the kernel does not say.
        """
        if not names:
            return ()
        devices = self._here(lambda links: links.devices(names))
        return tuple(name for name in names if name in devices and is_own(devices[name]))

    def remove_bridges(self, names: Sequence[str]) -> None:
        """Remove bridges, whatever is attached to them.

        Raises:
            SetupFailed: the kernel refused one; those before it are gone.
        """
        if names:
            self._here(lambda links: self._remove(names, links))

    def _remove(self, names: Sequence[str], links: Links) -> None:
        for name in names:
            try:
                links.delete(name)
                emit(BridgeRemoved(bridge=name, reason="network removed"), self.observer)
            except OSError as error:
                raise SetupFailed(
                    f"the network's rules are gone, but its bridge is still there: "
                    f"ip link del {name}: {error.strerror or error}"
                ) from error

    def _here(self, function: Callable[[Links], T]) -> T:
        def call() -> T:
            with Links() as links:
                return function(links)

        try:
            return call_in_netns(self.netns, call)
        except OSError as error:
            raise SetupFailed(f"the host cannot be looked at: {error.strerror or error}") from error
