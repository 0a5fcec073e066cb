"""What Docker's driver does where firewalld runs (libnetwork's ``firewalld.go``)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from nfcore.firewalld._refused import FirewalldRefused

if TYPE_CHECKING:
    from nfcore.firewalld._bus import FirewalldBus

__all__ = ["POLICY", "ZONE", "Firewalld"]

_LOG: Final = logging.getLogger(__name__)

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
    is logged once and is no error.

    Args:
        netns: the network namespace's name; None is the caller's.
    """

    def __init__(self, *, netns: str | None = None) -> None:
        self._netns = netns
        self._bus: FirewalldBus | None = None
        self._told: set[str] = set()

    def set_up(self) -> None:
        """Make sure that Docker's zone and policy are there; reload firewalld if one was added."""
        self._where_it_runs(_set_up)

    def add_interfaces(self, names: Iterable[str]) -> None:
        """Put interfaces into Docker's zone; one that is in another zone stays there."""
        self._where_it_runs(lambda bus: self._change_zone(bus, "addInterface", names))

    def remove_interfaces(self, names: Iterable[str]) -> None:
        """Take interfaces out of Docker's zone; those that are not in it stay as they are."""
        self._where_it_runs(lambda bus: self._change_zone(bus, "removeInterface", names))

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
                self._tell(f"firewalld has interface {name} in another zone: {refusal}")

    # Its signals.

    def subscribe(self) -> None:
        """Hear from now on when firewalld reloads or appears."""
        self._quietly(lambda bus: bus.subscribe())

    def fileno(self) -> int | None:
        """What becomes readable when firewalld may have reloaded; None where there is no bus."""
        return None if self._bus is None else self._bus.fileno()

    @property
    def has_news(self) -> bool:
        """Whether something was heard that `reloaded` has not told of yet."""
        return self._bus is not None and self._bus.has_news

    def reloaded(self) -> bool:
        """Whether it has reloaded, or appeared, since the last call."""
        return self._bus is not None and self._quietly(lambda bus: bus.heard()) is True

    # The bus.

    def _where_it_runs(self, call: Callable[[FirewalldBus], None]) -> None:
        self._quietly(lambda bus: call(bus) if self._is_here(bus) else None)

    def _is_here(self, bus: FirewalldBus) -> bool:
        if not bus.is_running():
            self._tell("firewalld does not run", level=logging.DEBUG)
            return False
        if not bus.governs(self._netns):
            self._tell("firewalld is in another network namespace", level=logging.DEBUG)
            return False
        return True

    def _quietly(self, call: Callable[[FirewalldBus], bool | None]) -> bool | None:
        if self._bus is None:
            # Here, not above: importing jeepney takes 0.03 s, and reading commands need no bus.
            from nfcore.firewalld._bus import FirewalldBus  # noqa: PLC0415

            try:
                self._bus = FirewalldBus()
            except OSError as error:
                text = f"there is no D-Bus to look for firewalld on: {error}"
                self._tell(text, level=logging.DEBUG)
                return None
        try:
            return call(self._bus)
        except FirewalldRefused as refusal:
            self._tell(f"firewalld is left as it is: {refusal}")
        except OSError as error:
            self._tell(f"firewalld is left as it is: {error or type(error).__name__}")
            self.close()
        return None

    def _tell(self, text: str, *, level: int = logging.WARNING) -> None:
        if text not in self._told:
            self._told.add(text)
            _LOG.log(level, "%s", text)

    def close(self) -> None:
        """Close the connection; another call opens a new one."""
        if self._bus is not None:
            self._bus.close()
            self._bus = None


def _set_up(bus: FirewalldBus) -> None:
    added = False
    if ZONE not in bus.call("zone", "getZones"):
        added = _add(bus, "addZone2", ZONE, _ZONE_SETTINGS)
    if _lacks_policy(bus):
        added = _add(bus, "addPolicy", POLICY, _POLICY_SETTINGS) or added
    if added:
        bus.call("", "reload")


def _lacks_policy(bus: FirewalldBus) -> bool:
    try:
        return POLICY not in bus.call("policy", "getPolicies")
    except FirewalldRefused as refusal:
        if refusal.is_unknown_method:
            return False
        raise


def _add(bus: FirewalldBus, method: str, name: str, settings: object) -> bool:
    """Add to the permanent configuration; one that is there already needs a reload to be seen."""
    try:
        bus.call("config", method, "sa{sv}", name, settings, path="config")
    except FirewalldRefused as refusal:
        if refusal.code != "NAME_CONFLICT" and not refusal.is_unknown_method:
            raise
        return refusal.code == "NAME_CONFLICT"
    return True
