"""What every executor does. A test class inherits it and provides the ``executor`` fixture.

Where an executor cannot do what nf_tables can, its class says so with `Limits`.
"""

from __future__ import annotations

from tests.executor.contract.closing import Closing
from tests.executor.contract.committing import CommitAndSnapshot
from tests.executor.contract.nothing_sent import NothingSent
from tests.executor.contract.part import LEGACY_LIMITS, Limits
from tests.executor.contract.places import Places
from tests.executor.contract.policies import Policies
from tests.executor.contract.refusals import Refusals

__all__ = ["LEGACY_LIMITS", "ExecutorContract", "Limits"]


class ExecutorContract(CommitAndSnapshot, Places, Policies, Refusals, NothingSent, Closing):
    """All of it."""
