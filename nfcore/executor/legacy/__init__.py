"""Executors that shell out to iptables-legacy, for hosts without nf_tables or that must stay."""

from nfcore.executor.legacy._executor import LegacyExecExecutor, LegacyExecutor

__all__ = ["LegacyExecExecutor", "LegacyExecutor"]
