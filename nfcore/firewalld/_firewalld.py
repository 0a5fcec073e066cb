"""What Docker's driver does where firewalld runs (libnetwork's ``firewalld.go``)."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from nfcore.events import (
    Event,
    FirewalldAbsent,
    FirewalldRefusal,
    FirewalldReloaded,
    FirewalldSetUp,
    FirewalldTakenBack,
    InterfaceElsewhere,
    Observer,
    emit,
)
from nfcore.firewalld._refused import FirewalldRefused

if TYPE_CHECKING:
    from nfcore.firewalld._bus import FirewalldBus

__all__ = ["POLICY", "ZONE", "Firewalld"]

T = TypeVar("T")

ZONE: Final = "docker"
POLICY: Final = "docker-forwarding"
_ZONE_SETTINGS: Final = {
    "version": ("s", "1.0"),
    "short": ("s", ZONE),
    "description": ("s", "zone for docker bridge network interfaces"),
    "target": ("s", "ACCEPT"),
}
_POLICY_SETTINGS: Final = {
    "version": ("s", "1.0"),
    "short": ("s", POLICY),
    "description": ("s", "allow forwarding to the docker zone"),
    "ingress_zones": ("as", ["ANY"]),
    "egress_zones": ("as", [ZONE]),
    "target": ("s", "ACCEPT"),
}


class Firewalld:
    """firewalld, where one runs in the network namespace that rules are programmed in.

    Where there is none, where there is no bus, and where one does not answer, nothing is done: that
    is told once and is no error.

    Args:
        netns: the network namespace's name; None is the caller's.
        observer: told of what is done and of what is refused, besides the log.
    """

    def __init__(self, *, netns: str | None = None, observer: Observer | None = None) -> None:
        self._netns = netns
        self._observer = observer
        self._bus: FirewalldBus | None = None
        self._told: set[Event] = set()
        self._subscribed = False
        self._met_anew = False
        """Whether the bus was away, so that nobody knows what happened meanwhile."""

    @contextmanager
    def set_up(self) -> Iterator[None]:
        """Make sure that Docker's zone and policy are there before the block.

        Where one was added, firewalld reloads; and it is removed again if the block raises.
        """
        added = self._where_it_runs(_set_up) or FirewalldSetUp()
        if added != FirewalldSetUp():
            emit(added, self._observer)
        try:
            yield
        except BaseException:
            if added != FirewalldSetUp() and self._where_it_runs(lambda bus: _undo(bus, added)):
                taken_back = FirewalldTakenBack(zone=added.zone, policy=added.policy)
                emit(taken_back, self._observer)
            raise

    def add_interfaces(self, names: Iterable[str]) -> None:
        """Put interfaces into Docker's zone; one that is in another zone stays there."""
        self._where_it_runs(lambda bus: self._change_zone(bus, "addInterface", names))

    def remove_interfaces(self, names: Iterable[str]) -> None:
        """Take interfaces out of Docker's zone; those that are not in it stay as they are."""
        self._where_it_runs(
            lambda bus: (
                self._change_zone(bus, "removeInterface", names)
                if ZONE in bus.call("zone", "getZones")
                else None
            )
        )

    def _change_zone(self, bus: FirewalldBus, method: str, names: Iterable[str]) -> None:
        members = set(bus.call("zone", "getInterfaces", "s", ZONE))
        for name in names:
            if (name in members) is (method == "addInterface"):
                continue
            try:
                bus.call("zone", method, "ss", ZONE, name)
            except FirewalldRefused as refusal:
                if refusal.code != "ZONE_CONFLICT":
                    raise
                self._tell_once(InterfaceElsewhere(interface=name, error=str(refusal)))

    # Its signals.

    def subscribe(self) -> None:
        """Hear from now on when firewalld reloads or appears, on a bus that starts again too."""
        self._subscribed = True
        self._quietly(lambda bus: bus.subscribe())
        self._met_anew = False

    def fileno(self) -> int | None:
        """What becomes readable when firewalld may have reloaded; None where there is no bus."""
        return None if self._bus is None else self._bus.fileno()

    def find_bus(self) -> bool:
        """Look once more for a bus where there was none, and say whether there is one now."""
        return self._quietly(lambda _: True) is True

    @property
    def has_news(self) -> bool:
        """Whether something was heard that `reloaded` has not told of yet."""
        return self._bus is not None and self._bus.has_news

    def reloaded(self) -> bool:
        """Whether it has reloaded, or appeared, since the last call."""
        if self._bus is None:
            return False
        fresh = self._quietly(lambda bus: bus.heard())
        if self._met_anew:
            self._met_anew = False
            fresh = self._where_it_runs(lambda _: True)
        if fresh:
            emit(FirewalldReloaded(), self._observer)
        return fresh is True

    # The bus.

    def _where_it_runs(self, call: Callable[[FirewalldBus], T]) -> T | None:
        return self._quietly(lambda bus: call(bus) if self._is_here(bus) else None)

    def _is_here(self, bus: FirewalldBus) -> bool:
        if not bus.is_running():
            self._tell_once(FirewalldAbsent(reason="firewalld does not run"))
            return False
        if not bus.governs(self._netns):
            self._tell_once(FirewalldAbsent(reason="firewalld is in another network namespace"))
            return False
        return True

    def _quietly(self, call: Callable[[FirewalldBus], T]) -> T | None:
        try:
            return call(self._bus or self._connect())
        except FirewalldRefused as refusal:
            self._tell_once(FirewalldRefusal(error=str(refusal)))
        except OSError as error:
            if self._bus is None:
                self._tell_once(FirewalldAbsent(reason=f"there is no D-Bus: {error}"))
            else:
                self._tell_once(FirewalldRefusal(error=str(error) or type(error).__name__))
            self.close()
        return None

    def _connect(self) -> FirewalldBus:
        # Here, not above: importing jeepney takes 0.03 s, and reading commands need no bus.
        from nfcore.firewalld._bus import FirewalldBus  # noqa: PLC0415

        bus = FirewalldBus()
        if self._subscribed:
            try:
                bus.subscribe()
            except BaseException:
                bus.close()
                raise
        self._bus = bus
        self._met_anew = True
        return bus

    def _tell_once(self, event: Event) -> None:
        if event not in self._told:
            self._told.add(event)
            emit(event, self._observer)

    def close(self) -> None:
        """Close the connection; another call opens a new one."""
        if self._bus is not None:
            self._bus.close()
            self._bus = None


def _set_up(bus: FirewalldBus) -> FirewalldSetUp:
    """Add what is missing, and say what that was."""
    zone = policy = _Addition.NONE
    try:
        if ZONE not in bus.call("zone", "getZones"):
            zone = _add(bus, "addZone2", ZONE, _ZONE_SETTINGS)
        if _lacks_policy(bus):
            policy = _add(bus, "addPolicy", POLICY, _POLICY_SETTINGS)
    except FirewalldRefused:
        if zone is _Addition.OURS:
            _undo(bus, FirewalldSetUp(zone=ZONE))
        raise
    if {zone, policy} != {_Addition.NONE}:
        bus.call("", "reload")
    return FirewalldSetUp(
        zone=ZONE if zone is _Addition.OURS else None,
        policy=POLICY if policy is _Addition.OURS else None,
    )


class _Addition(enum.Enum):
    """What came of adding to the permanent configuration."""

    NONE = enum.auto()
    THERE = enum.auto()
    """It was there already, and needs a reload to be seen."""
    OURS = enum.auto()


def _lacks_policy(bus: FirewalldBus) -> bool:
    try:
        return POLICY not in bus.call("policy", "getPolicies")
    except FirewalldRefused as refusal:
        if refusal.is_unknown_method:
            return False
        raise


def _add(bus: FirewalldBus, method: str, name: str, settings: object) -> _Addition:
    """Add to the permanent configuration; a firewalld that is too old for it goes without."""
    try:
        bus.call("config", method, "sa{sv}", name, settings, path="config")
    except FirewalldRefused as refusal:
        if refusal.is_unknown_method:
            return _Addition.NONE
        if refusal.code != "NAME_CONFLICT":
            raise
        return _Addition.THERE
    return _Addition.OURS


def _undo(bus: FirewalldBus, added: FirewalldSetUp) -> bool:
    """Take what was added out of the permanent configuration again; the policy names the zone."""
    for kind, name in (("policy", added.policy), ("zone", added.zone)):
        if name is not None:
            path = bus.call("config", f"get{kind.capitalize()}ByName", "s", name, path="config")
            bus.call(f"config.{kind}", "remove", path=path)
    bus.call("", "reload")
    return True
