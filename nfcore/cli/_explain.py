"""``nfcore explain``."""

from __future__ import annotations

from typing import Annotated

import typer

from nfcore.cli._options import (
    Backend,
    BackendOption,
    JsonOption,
    NetnsOption,
    TablePrefixOption,
)
from nfcore.cli._output import console, print_json
from nfcore.explain import (
    End,
    Question,
    as_json,
    as_text,
    complete_end,
    parse_end,
    parse_mark,
    parse_protocol,
    parse_state,
)
from nfcore.host import survey
from translate import IPVersion

__all__ = ["explain"]

_PORTS = {"min": 1, "max": 65535}


def explain(
    *,
    sender: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="END",
            help="Where it comes from: a network (its name or bridge), [NETWORK:]ADDRESS[:PORT], "
            "host or outside.",
        ),
    ] = None,
    receiver: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="END",
            help="Where it goes: [NETWORK:]ADDRESS[:PORT][/PROTO], a network, host[:PORT] or "
            "outside[:PORT].",
        ),
    ] = None,
    in_interface: Annotated[
        str | None, typer.Option("--in", "-i", metavar="NAME", help="Where it comes in.")
    ] = None,
    out_interface: Annotated[
        str | None, typer.Option("--out", "-o", metavar="NAME", help="Where it leaves.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--src", "-s", metavar="ADDRESS", help="Its source address.")
    ] = None,
    destination: Annotated[
        str | None, typer.Option("--dst", "-d", metavar="ADDRESS", help="Its destination address.")
    ] = None,
    protocol: Annotated[
        str | None, typer.Option("--protocol", "-p", metavar="PROTO", help="Its protocol.")
    ] = None,
    sport: Annotated[int | None, typer.Option("--sport", help="Its source port.", **_PORTS)] = None,
    dport: Annotated[
        int | None, typer.Option("--dport", help="Its destination port.", **_PORTS)
    ] = None,
    icmp_type: Annotated[
        str | None,
        typer.Option("--icmp-type", metavar="TYPE[/CODE]", help="As iptables takes it."),
    ] = None,
    state: Annotated[
        str, typer.Option("--state", help="What connection tracking makes of it.")
    ] = "NEW",
    mark: Annotated[str, typer.Option("--mark", help="Its firewall mark.")] = "0",
    ipv6: Annotated[
        bool, typer.Option("--ipv6", "-6", help="It is an IPv6 packet, where no address says so.")
    ] = False,
    backend: BackendOption = Backend.AUTO,
    netns: NetnsOption = None,
    table_prefix: TablePrefixOption = "",
    as_json_: JsonOption = False,
) -> None:
    """Tell a packet's way through the rules as the kernel holds them, and why it ends there.

    Nothing is sent. What is left out follows from the networks and the host's routes:

    nfcore explain --from outside --to host:8080
    """
    question = Question(
        sender=complete_end(
            End() if sender is None else parse_end(sender, option="--from"),
            address=source,
            port=sport,
            option="--src",
        ),
        receiver=complete_end(
            End() if receiver is None else parse_end(receiver, option="--to"),
            address=destination,
            port=dport,
            option="--dst",
        ),
        in_interface=in_interface,
        out_interface=out_interface,
        version=IPVersion.V6 if ipv6 else None,
        protocol=None if protocol is None else parse_protocol(protocol),
        icmp_type=icmp_type,
        state=parse_state(state),
        mark=parse_mark(mark),
    )
    host = survey(backend=backend.value, netns=netns, table_prefix=table_prefix)
    explanation = host.explain(question)
    if as_json_:
        print_json(as_json(explanation))
        return
    out = console()
    for line in as_text(explanation):
        out.print(line, markup=False, soft_wrap=True)
