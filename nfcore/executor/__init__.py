"""The one place that talks to the kernel: typed operations in, typed snapshots out.

>>> from nfcore.executor import open_executor
>>> with open_executor() as executor:  # doctest: +SKIP
...     executor.commit([AddTable(table=TableRef(version=IPVersion.V4, name="filter"))])
"""

from nfcore.executor._base import Executor
from nfcore.executor._cffi import CffiExecutor
from nfcore.executor._fake import FakeExecutor
from nfcore.executor._module import NftablesModuleExecutor
from nfcore.executor._monitor import CommitEvents, EventKind, RulesetEvent, RulesetMonitor
from nfcore.executor._open import ExecutorKind, open_executor
from nfcore.executor._unshare import CLONE_NEWNET, CLONE_NEWUSER, unshare

__all__ = [
    "CLONE_NEWNET",
    "CLONE_NEWUSER",
    "CffiExecutor",
    "CommitEvents",
    "EventKind",
    "Executor",
    "ExecutorKind",
    "FakeExecutor",
    "NftablesModuleExecutor",
    "RulesetEvent",
    "RulesetMonitor",
    "open_executor",
    "unshare",
]
