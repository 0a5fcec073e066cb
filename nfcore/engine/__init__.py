"""Transactions over a ruleset: existence, idempotence, rollback, and one commit for it all."""

from nfcore.engine._callsite import CallSite
from nfcore.engine._chain import Chain, HeldRule, PlacedRule
from nfcore.engine._changes import Change
from nfcore.engine._engine import Engine
from nfcore.engine._firewall import Firewall
from nfcore.engine._iptrule import IptRule
from nfcore.engine._lock import DEFAULT_LOCK, EngineLock
from nfcore.engine._mirror import ForeignCommit, Mirror, MirroredExecutor
from nfcore.engine._named_set import NamedSet, SetView
from nfcore.engine._ruleset import Ruleset
from nfcore.engine._source import ListingSource, RulesetSource
from nfcore.engine._sources import open_source
from nfcore.engine._transaction import Transaction

__all__ = [
    "DEFAULT_LOCK",
    "CallSite",
    "Chain",
    "Change",
    "Engine",
    "EngineLock",
    "Firewall",
    "ForeignCommit",
    "HeldRule",
    "IptRule",
    "ListingSource",
    "Mirror",
    "MirroredExecutor",
    "NamedSet",
    "PlacedRule",
    "Ruleset",
    "RulesetSource",
    "SetView",
    "Transaction",
    "open_source",
]
