"""A router between hosts, all of them network namespaces, to hold the evaluator against."""

from tests.translate.evaluate.lab.agreement import check
from tests.translate.evaluate.lab.lab import Lab, Probe, Seen

__all__ = ["Lab", "Probe", "Seen", "check"]
