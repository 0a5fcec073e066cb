"""What nfcore tells of its work: to the log always, and to an observer where one is given.

Every event is a frozen value. Its message is constant and its fields are those of the value, so
that programs can read a log. Nothing here configures `logging`; that is for the program.
"""

from nfcore.events._bridge import DeletionSkipped, DriverStepFailed
from nfcore.events._engine import (
    CheckedWithoutKernel,
    LockWaited,
    PictureLost,
    RulesetListed,
    TransactionCommitted,
    TransactionRefused,
    TransactionUnchanged,
)
from nfcore.events._event import Event, Observer, emit, is_wanted
from nfcore.events._firewalld import (
    FirewalldAbsent,
    FirewalldRefusal,
    FirewalldReloaded,
    FirewalldSetUp,
    FirewalldTakenBack,
    InterfaceElsewhere,
)
from nfcore.events._host import NetworksChanged, NetworksCounted, RulesRepaired, TablesNotRead
from nfcore.events._system import (
    BridgeMade,
    BridgeRefused,
    BridgeRemoved,
    ConntrackUnavailable,
    DeviceChanged,
    FlowsCleared,
    FlowsNotRead,
    SysctlPutBack,
    SysctlSet,
    TakeBackFailed,
)

__all__ = [
    "BridgeMade",
    "BridgeRefused",
    "BridgeRemoved",
    "CheckedWithoutKernel",
    "ConntrackUnavailable",
    "DeletionSkipped",
    "DeviceChanged",
    "DriverStepFailed",
    "Event",
    "FirewalldAbsent",
    "FirewalldRefusal",
    "FirewalldReloaded",
    "FirewalldSetUp",
    "FirewalldTakenBack",
    "FlowsCleared",
    "FlowsNotRead",
    "InterfaceElsewhere",
    "LockWaited",
    "NetworksChanged",
    "NetworksCounted",
    "Observer",
    "PictureLost",
    "RulesRepaired",
    "RulesetListed",
    "SysctlPutBack",
    "SysctlSet",
    "TablesNotRead",
    "TakeBackFailed",
    "TransactionCommitted",
    "TransactionRefused",
    "TransactionUnchanged",
    "emit",
    "is_wanted",
]
