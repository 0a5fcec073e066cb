"""``nfcore port``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from nfcore.bridge import NetworkSpec, PublishedPort
from nfcore.cli._changes import report
from nfcore.cli._host import open_host
from nfcore.cli._options import (
    DEFAULT_WAIT,
    Backend,
    BackendOption,
    DryRunOption,
    JsonOption,
    MetricsFileOption,
    NetnsOption,
    TablePrefixOption,
    WaitOption,
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
def publish(
    network: NetworkArgument,
    container: ContainerArgument,
    ports: PortsArgument,
    *,
    backend: BackendOption = Backend.AUTO,
    netns: NetnsOption = None,
    table_prefix: TablePrefixOption = "",
    wait: WaitOption = DEFAULT_WAIT,
    metrics_file: MetricsFileOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Publish ports of a container, in one transaction."""
    with open_host(
        backend,
        netns,
        table_prefix=table_prefix,
        wait=wait,
        dry_run=dry_run,
        metrics_file=metrics_file,
    ) as host:
        done = host.publish(network, _ports_of(container, ports))
    report(done, f"published on network {network}", dry_run=dry_run, as_json=as_json)


@app.command()
def release(
    network: NetworkArgument,
    container: ContainerArgument,
    ports: PortsArgument,
    *,
    backend: BackendOption = Backend.AUTO,
    netns: NetnsOption = None,
    table_prefix: TablePrefixOption = "",
    wait: WaitOption = DEFAULT_WAIT,
    metrics_file: MetricsFileOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Take published ports back, in one transaction; the arguments are those of publish."""
    with open_host(
        backend,
        netns,
        table_prefix=table_prefix,
        wait=wait,
        dry_run=dry_run,
        metrics_file=metrics_file,
    ) as host:
        done = host.release(network, _ports_of(container, ports))
    report(done, f"released on network {network}", dry_run=dry_run, as_json=as_json)


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
def list_ports(
    *,
    backend: BackendOption = Backend.AUTO,
    netns: NetnsOption = None,
    table_prefix: TablePrefixOption = "",
    as_json: JsonOption = False,
) -> None:
    """List the published ports that the kernel's rules tell of.

    Counted are the packets that began a connection (in routed mode, all that came to the port).
    """
    with open_host(backend, netns, table_prefix=table_prefix) as host:
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
