"""How fast ``nfcore watch`` repairs."""

from __future__ import annotations

import time

from bench.namespace import call_in_new_namespace
from bench.peers import in_library
from bench.results import Measurement, Point
from bench.workload import make_network
from nfcore.executor import CffiExecutor
from nfcore.host import Watcher

__all__ = ["measure_watch_gap"]


def measure_watch_gap(networks: int, rounds: int) -> Measurement:
    """How long a flushed ruleset stays incomplete while a watcher runs.

    The time runs from the end of ``flush ruleset`` until every rule is back.

    Args:
        networks: how many networks it keeps, IPv4 and IPv6.
        rounds: how often the ruleset is flushed.
    """
    gaps = call_in_new_namespace(_gaps, networks, rounds)
    point = Point(
        question="watch gap", stack="dual", networks=networks, batch=networks, peer="nfcore watch"
    )
    return Measurement(
        point=point,
        values=tuple(seconds for seconds, _ in gaps),
        cpu=tuple(cpu for _, cpu in gaps),
    )


def _gaps(networks: int, rounds: int) -> list[tuple[float, float]]:
    send = in_library(json=False)
    watcher = Watcher(CffiExecutor(), [make_network(number, "dual") for number in range(networks)])
    watcher.repair()
    gaps = []
    for _ in range(rounds):
        send("flush ruleset")
        began, used = time.perf_counter(), time.process_time()
        watcher.wait(timeout=10)
        repair = watcher.repair()
        gaps.append((time.perf_counter() - began, time.process_time() - used))
        if repair is None or repair.networks != networks:
            raise RuntimeError(f"the watcher put back {repair}, not {networks} networks")
    watcher.close()
    return gaps
