"""How the benchmark's processes begin."""

from __future__ import annotations

import multiprocessing
from multiprocessing.context import ForkServerContext
from typing import Final

__all__ = ["process_context"]

_PRELOADED: Final = ["bench.lab", "bench.worker"]


def process_context() -> ForkServerContext:
    """Processes are forked off one that has imported what they need, and nothing else.

    So they begin at once, and what draws pictures here takes no memory there.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context
