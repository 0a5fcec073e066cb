"""What the figures of a run say, in sentences: every number and every claim is worked out. Pure."""

from bench.findings._all import Findings, find

__all__ = ["Findings", "find"]
