"""The one place that talks to the kernel: typed operations in, typed snapshots out.

>>> from nfcore.executor import open_executor
>>> with open_executor() as executor:  # doctest: +SKIP
...     executor.commit([AddTable(table=TableRef(version=IPVersion.V4, name="filter"))])
"""

from nfcore.executor._base import Executor
from nfcore.executor._cffi import CffiExecutor
from nfcore.executor._choose import Choice, Contents, KindReport, choose_kind
from nfcore.executor._encode import check_table_prefix
from nfcore.executor._fake import FakeExecutor
from nfcore.executor._foreign import ForeignChain, ForeignTable
from nfcore.executor._hybrid import HybridExecutor, has_native_form, is_legacy_handle
from nfcore.executor._module import NftablesModuleExecutor
from nfcore.executor._monitor import CommitEvents, EventKind, RulesetEvent, RulesetMonitor
from nfcore.executor._native import NativeExecutor
from nfcore.executor._netns import call_in_netns
from nfcore.executor._nfnetlink import family_of
from nfcore.executor._open import ExecutorKind, explain_choice, open_executor
from nfcore.executor._report import report_legacy, report_nftables
from nfcore.executor._unshare import CLONE_NEWNET, CLONE_NEWUSER, unshare
from nfcore.executor.legacy import LegacyExecExecutor, LegacyExecutor

__all__ = [
    "CLONE_NEWNET",
    "CLONE_NEWUSER",
    "CffiExecutor",
    "Choice",
    "CommitEvents",
    "Contents",
    "EventKind",
    "Executor",
    "ExecutorKind",
    "FakeExecutor",
    "ForeignChain",
    "ForeignTable",
    "HybridExecutor",
    "KindReport",
    "LegacyExecExecutor",
    "LegacyExecutor",
    "NativeExecutor",
    "NftablesModuleExecutor",
    "RulesetEvent",
    "RulesetMonitor",
    "call_in_netns",
    "check_table_prefix",
    "choose_kind",
    "explain_choice",
    "family_of",
    "has_native_form",
    "is_legacy_handle",
    "open_executor",
    "report_legacy",
    "report_nftables",
    "unshare",
]
