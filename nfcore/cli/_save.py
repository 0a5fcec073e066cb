"""``nfcore save``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from nfcore.cli._option_groups import HostOptions, with_groups
from translate import IPVersion

__all__ = ["save"]


@with_groups
def save(
    *,
    ipv6: Annotated[
        bool, typer.Option("--ipv6", "-6", help="Print the IPv6 rules (ip6tables-save).")
    ] = False,
    counters: Annotated[
        bool, typer.Option("--counters", "-c", help="Print packet and byte counters.")
    ] = False,
    on: HostOptions,
) -> None:
    """Print what is programmed, in the format of iptables-save."""
    with on.open() as host:
        version = IPVersion.V6 if ipv6 else IPVersion.V4
        sys.stdout.write(host.save(version, counters=counters))
