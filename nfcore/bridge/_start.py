"""A driver's start on a host that may lack IPv6."""

from __future__ import annotations

from dataclasses import replace

from nfcore.bridge._driver import Driver
from nfcore.engine import Engine
from nfcore.events import DriverStepFailed, emit
from nfcore.exceptions import CommitRefused
from nfcore.operations import Operation, table_of
from translate import IPVersion

__all__ = ["start_driver"]


def start_driver(engine: Engine, driver: Driver) -> Driver:
    """Start a driver in a transaction of its own.

    Where the kernel refuses the IPv6 part, as one without IPv6 does, a warning is logged and IPv4
    goes on alone.

    Args:
        engine: where.
        driver: the driver.

    Returns:
        The driver to use from now on: the same, or the same without IPv6.

    Raises:
        CommitRefused: the kernel refused the IPv4 part; nothing was changed.
        DriverError: the IPv4 chains could not be set up.
    """
    try:
        with engine.transaction() as transaction:
            driver.start(transaction)
    except CommitRefused as refusal:
        config = driver.config
        if not config.enable_iptables or _version(refusal.operation) is not IPVersion.V6:
            raise
        emit(DriverStepFailed(step="set up ip6tables chains", error=str(refusal)))
        alone = replace(driver, config=replace(config, enable_ip6tables=False))
        return start_driver(engine, alone)
    return driver


def _version(operation: Operation | None) -> IPVersion | None:
    return None if operation is None else table_of(operation).version
