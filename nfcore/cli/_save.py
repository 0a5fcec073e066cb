"""``nfcore save``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from nfcore.cli._host import open_host
from nfcore.cli._options import Backend, BackendOption, NetnsOption, TablePrefixOption
from translate import IPVersion

__all__ = ["save"]


def save(
    *,
    ipv6: Annotated[
        bool, typer.Option("--ipv6", "-6", help="Print the IPv6 rules (ip6tables-save).")
    ] = False,
    counters: Annotated[
        bool, typer.Option("--counters", "-c", help="Print packet and byte counters.")
    ] = False,
    backend: BackendOption = Backend.AUTO,
    netns: NetnsOption = None,
    table_prefix: TablePrefixOption = "",
) -> None:
    """Print what is programmed, in the format of iptables-save."""
    with open_host(backend, netns, table_prefix=table_prefix) as host:
        version = IPVersion.V6 if ipv6 else IPVersion.V4
        sys.stdout.write(host.save(version, counters=counters))
