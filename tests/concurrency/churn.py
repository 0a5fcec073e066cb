"""Creates and deletes networks at random until it is told to stop: churn.py NETNS LOCK SEED COUNT.

Names its networks by its seed, so that several can run side by side. Prints what it left.
"""

from __future__ import annotations

import json
import random
import sys
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from nfcore.bridge import Driver, NetworkSpec, PublishedPort, recognize
from nfcore.engine import Engine, EngineLock
from nfcore.executor import open_executor


def spec_of(seed: int, number: int) -> NetworkSpec:
    """One of a process's networks."""
    base = int(IPv4Address("10.0.0.0")) + (seed << 16) + (number << 8)
    return NetworkSpec(
        name=f"n{seed}-{number}", bridge=f"br{seed}-{number}", subnet_v4=IPv4Network((base, 24))
    )


def port_of(spec: NetworkSpec, seed: int, number: int) -> PublishedPort:
    """The port that it publishes."""
    assert spec.subnet_v4 is not None
    return PublishedPort(address=spec.subnet_v4[2], port=80, host_port=1000 * seed + number + 1)


def main() -> None:
    netns, lock, seed, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    choice = random.Random(seed)  # noqa: S311 - a reproducible order, no secret
    driver = Driver()
    present: set[int] = set()
    with Engine(open_executor("nftables", netns=netns), lock=EngineLock(lock, wait=60)) as engine:
        for _ in range(count):
            number = choice.randrange(8)
            spec = spec_of(seed, number)
            with engine.transaction() as transaction:
                if number in present:
                    state = next(s for s in recognize(transaction) if s.spec.name == spec.name)
                    driver.delete_network(
                        transaction, state.spec, ports=state.ports, hairpin=state.hairpin
                    )
                else:
                    driver.ensure_started(transaction)
                    driver.create_network(transaction, spec)
                    driver.publish(transaction, spec, port_of(spec, seed, number))
            present ^= {number}
            print(number, flush=True)  # noqa: T201 - progress, for whoever kills this process
    print(json.dumps(sorted(present)))  # noqa: T201 - its answer


if __name__ == "__main__":
    main()
