"""Executors that shell out to iptables-legacy, for hosts without nf_tables or that must stay."""

from nfcore.executor.legacy._executor import LegacyExecExecutor, LegacyExecutor
from nfcore.executor.legacy._programs import Place
from nfcore.executor.legacy._tables_in_use import tables_in_use

__all__ = ["LegacyExecExecutor", "LegacyExecutor", "Place", "tables_in_use"]
