"""What is told of a step: done, and taken back."""

from __future__ import annotations

from collections.abc import Iterator

from nfcore.events import (
    BridgeMade,
    BridgeRemoved,
    DeviceChanged,
    Event,
    SysctlPutBack,
    SysctlSet,
)
from nfcore.system._steps import (
    AddAddress,
    AddBridge,
    Alias,
    BringUp,
    DeleteAddress,
    SetSysctl,
    Step,
)

__all__ = ["events_of"]


def events_of(step: Step, *, taken_back: bool) -> Iterator[Event]:
    """The events of a step that was carried out, or taken back."""
    match step:
        case AddBridge(name=name) if taken_back:
            yield BridgeRemoved(bridge=name, reason="taken back")
        case AddBridge(name=name, alias=alias):
            yield BridgeMade(bridge=name, alias=alias)
        case SetSysctl(before=((key, value), *others)) if taken_back:
            yield SysctlPutBack(key=key, value=value, others=len(others))
        case SetSysctl() if taken_back:
            pass  # it went with its device
        case SetSysctl(key=key, value=value):
            yield SysctlSet(key=key, value=value)
        case AddAddress() | DeleteAddress() | Alias() | BringUp():
            yield DeviceChanged(device=step.name, command=step.command, taken_back=taken_back)
