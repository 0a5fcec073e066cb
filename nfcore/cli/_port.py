"""``nfcore port``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from nfcore.bridge import NetworkSpec, PublishedPort
from nfcore.cli._option_groups import ChangeOptions, HostOptions, with_groups
from nfcore.cli._options import (
    JsonOption,
)
from nfcore.cli._output import print_json, print_table
from nfcore.inputs import parse_address, parse_publish, published_ports
from translate import Counters

__all__ = ["app"]

app = typer.Typer(help="Publish, release and list ports by hand.", no_args_is_help=True)

NetworkArgument = Annotated[str, typer.Argument(metavar="NETWORK", help="The network's name.")]
ContainerArgument = Annotated[
    str, typer.Argument(metavar="CONTAINER-IP", help="The container's address on it.")
]
PortsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="[HOSTIP:]HOSTPORT:PORT[/PROTO]",
        help="As docker run -p has it, ranges included; any number of them.",
    ),
]


@app.command()
@with_groups
def publish(
    network: NetworkArgument,
    container: ContainerArgument,
    ports: PortsArgument,
    *,
    change: ChangeOptions,
) -> None:
    """Publish ports of a container, in one transaction."""
    with change.open() as host:
        done = host.publish(network, _ports_of(container, ports))
    change.report(done, f"published on network {network}")


@app.command()
@with_groups
def release(
    network: NetworkArgument,
    container: ContainerArgument,
    ports: PortsArgument,
    *,
    change: ChangeOptions,
) -> None:
    """Take published ports back, in one transaction; the arguments are those of publish."""
    with change.open() as host:
        done = host.release(network, _ports_of(container, ports))
    change.report(done, f"released on network {network}")


def _ports_of(
    container: str, notations: Sequence[str]
) -> Callable[[NetworkSpec], Sequence[PublishedPort]]:
    address = parse_address(container)
    wanted = [parse_publish(notation) for notation in notations]
    return lambda spec: [
        port
        for publish in wanted
        for port in published_ports(publish, network=spec, addresses=(address,))
    ]


@app.command("ls")
@with_groups
def list_ports(
    *,
    on: HostOptions,
    as_json: JsonOption = False,
) -> None:
    """List the published ports that the kernel's rules tell of.

    Counted are the packets that began a connection (in routed mode, all that came to the port).
    """
    with on.open() as host:
        states = host.networks()
    rows = [
        (state.spec.name, port, state.port_counters.get(port, Counters()))
        for state in states
        for port in state.ports
    ]
    if as_json:
        print_json(
            [
                {
                    "network": name,
                    "host_address": None if port.host_address is None else str(port.host_address),
                    "host_port": port.host_port,
                    "address": str(port.address),
                    "port": port.port,
                    "protocol": port.protocol,
                    "packets": counters.packets,
                    "bytes": counters.bytes,
                }
                for name, port, counters in rows
            ]
        )
    else:
        print_table(
            ("NETWORK", "PORT", "PACKETS", "BYTES"),
            [
                (name, str(port), str(counters.packets), str(counters.bytes))
                for name, port, counters in rows
            ],
        )
