"""``nfcore network``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer

from nfcore.bridge import MadeBy, NetworkState
from nfcore.cli._option_groups import ChangeOptions, HostOptions, with_groups
from nfcore.cli._options import (
    IpForwardOption,
    JsonOption,
    LayoutOption,
    UserlandProxyOption,
)
from nfcore.cli._output import print_json, print_table
from nfcore.inputs import network_from_flags
from translate import IPVersion

__all__ = ["app", "network_rows"]

app = typer.Typer(help="Create, remove and list networks by hand.", no_args_is_help=True)


@app.command()
@with_groups
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The network's name.")],
    *,
    subnet: Annotated[
        list[str],
        typer.Option("--subnet", metavar="CIDR", help="Its subnet; once for each IP version."),
    ],
    gateway: Annotated[
        list[str] | None,
        typer.Option("--gateway", metavar="IP", help="The bridge's address in a subnet."),
    ] = None,
    ipv6: Annotated[bool, typer.Option("--ipv6", help="Program IPv6 for the IPv6 subnet.")] = False,
    internal: Annotated[
        bool, typer.Option("--internal", help="No way out of the network.")
    ] = False,
    option: Annotated[
        list[str] | None,
        typer.Option(
            "--opt",
            "-o",
            metavar="KEY=VALUE",
            help="A driver option, such as com.docker.network.bridge.name=br0.",
        ),
    ] = None,
    with_bridge: Annotated[
        bool,
        typer.Option("--with-bridge", help="Make its bridge too, with its addresses and sysctls."),
    ] = False,
    ip_forward: IpForwardOption = False,
    layout: LayoutOption = None,
    userland_proxy: UserlandProxyOption = None,
    change: ChangeOptions,
) -> None:
    """Create a network on the host as it stands, with the flags of docker network create."""
    spec = network_from_flags(
        name,
        subnets=subnet,
        gateways=gateway or (),
        ipv6=ipv6,
        internal=internal,
        options=option or (),
    )
    with change.open(userland_proxy=userland_proxy) as host:
        done = host.create_network(
            spec,
            layout=None if layout is None else layout.value,
            with_bridge=with_bridge,
            ip_forward=ip_forward,
        )
    change.report(done, f"network {name} on bridge {spec.bridge}")


@app.command("rm")
@with_groups
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The network's name.")],
    *,
    change: ChangeOptions,
) -> None:
    """Remove a network with its published ports, in one transaction.

    Its bridge goes too, if nfcore made it.
    """
    with change.open() as host:
        done = host.remove_network(name)
    change.report(done, f"network {name} removed")


@app.command("ls")
@with_groups
def list_networks(
    *,
    on: HostOptions,
    as_json: JsonOption = False,
) -> None:
    """List the networks that the kernel's rules tell of.

    Counted are the packets forwarded to and from each, of an internal network those within it.
    """
    with on.open() as host:
        states = host.networks()
    if as_json:
        print_json([_as_json(state) for state in states])
    else:
        columns, rows = network_rows(states)
        counted = [
            (*row, str(state.counters.packets), str(state.counters.bytes))
            for row, state in zip(rows, states, strict=True)
        ]
        print_table((*columns, "PACKETS", "BYTES"), counted)


def network_rows(states: Iterable[NetworkState]) -> tuple[Sequence[str], list[Sequence[str]]]:
    """The table of networks: its columns and rows."""
    columns = ("NETWORK", "BRIDGE", "IPV4", "IPV6", "MODE", "PORTS", "MADE BY")
    return columns, [
        (
            state.spec.name,
            state.spec.bridge,
            _subnet(state, IPVersion.V4),
            _subnet(state, IPVersion.V6),
            _mode(state),
            str(len(state.ports)),
            _maker(state),
        )
        for state in states
    ]


def _subnet(state: NetworkState, version: IPVersion) -> str:
    if state.spec.subnet(version) is None:
        return "-"
    return str(state.subnet(version) or "?")


def _mode(state: NetworkState) -> str:
    spec = state.spec
    words = ["internal"] if spec.internal else []
    modes = {spec.gateway_mode(v).value for v in IPVersion if spec.subnet(v) is not None}
    if not spec.internal:
        words.append("/".join(sorted(modes)))
        if not spec.masquerade:
            words.append("no masquerade")
    if not spec.icc:
        words.append("icc off")
    return ", ".join(words)


def _maker(state: NetworkState) -> str:
    return {MadeBy.APPLY: "apply", MadeBy.HAND: "hand", MadeBy.OTHERS: "others"}[state.made_by]


def _as_json(state: NetworkState) -> dict[str, Any]:
    spec = state.spec
    return {
        "name": spec.name,
        "bridge": spec.bridge,
        "subnet_v4": _text(state.subnet(IPVersion.V4)),
        "subnet_v6": _text(state.subnet(IPVersion.V6)),
        "gateway_v4": _text(spec.gateway_v4),
        "gateway_v6": _text(spec.gateway_v6),
        "internal": spec.internal,
        "icc": spec.icc,
        "masquerade": spec.masquerade,
        "gateway_mode_v4": spec.gateway_mode_v4.value,
        "gateway_mode_v6": spec.gateway_mode_v6.value,
        "host_ipv4": _text(spec.host_ipv4),
        "host_ipv6": _text(spec.host_ipv6),
        "ports": [str(port) for port in state.ports],
        "made_by": _maker(state),
        "packets": state.counters.packets,
        "bytes": state.counters.bytes,
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
