"""Options that several commands share."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "DEFAULT_WAIT",
    "Backend",
    "BackendOption",
    "DryRunOption",
    "IpForwardOption",
    "JsonOption",
    "Layout",
    "LayoutOption",
    "MetricsFileOption",
    "NetnsOption",
    "TablePrefixOption",
    "UserlandProxyOption",
    "WaitOption",
]


class Backend(enum.Enum):
    """``--backend``."""

    AUTO = "auto"
    NFTABLES = "nftables"
    CFFI = "cffi"
    MODULE = "module"
    LEGACY = "legacy"
    LEGACY_EXEC = "legacy-exec"


class Layout(enum.Enum):
    """``--layout``."""

    RULES = "rules"
    SETS = "sets"


LayoutOption = Annotated[
    Layout | None,
    typer.Option(
        "--layout",
        envvar="NFCORE_LAYOUT",
        help="How networks are laid out in the kernel: as Docker's rules, for those who read them "
        "by eye, or as elements of sets, which cost the same however many there are. A host in "
        "the other layout is converted.",
        show_default="as the host has it; else sets, or rules on iptables-legacy",
    ),
]
BackendOption = Annotated[
    Backend,
    typer.Option(
        "--backend",
        envvar="NFCORE_BACKEND",
        help="What talks to the kernel: auto (nf_tables where it is usable, else iptables-legacy; "
        "see nfcore doctor), nftables (libnftables by the compiled extension or else by the "
        "nftables module), cffi or module (just the one or the other), legacy "
        "(iptables-legacy-restore), legacy-exec (iptables-legacy, one for each rule).",
    ),
]
NetnsOption = Annotated[
    str | None,
    typer.Option("--netns", metavar="NAME", help="Work in this network namespace (ip netns list)."),
]
TablePrefixOption = Annotated[
    str,
    typer.Option(
        "--table-prefix",
        metavar="PREFIX",
        envvar="NFCORE_TABLE_PREFIX",
        help="Keep the chains in tables of their own: docker- means docker-filter and docker-nat.",
    ),
]
IpForwardOption = Annotated[
    bool,
    typer.Option(
        "--ip-forward",
        help="Turn IP forwarding on, as dockerd does at its start; where it was off, FORWARD's "
        "policy becomes DROP.",
    ),
]
MetricsFileOption = Annotated[
    Path | None,
    typer.Option(
        "--metrics-file",
        metavar="PATH",
        envvar="NFCORE_METRICS_FILE",
        help="Write the command's metrics to PATH when it ends, for node_exporter's textfile "
        "collector (needs the extra nfcore[metrics]).",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs to read.")]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Print the plan as iptables lines; send nothing.")
]
UserlandProxyOption = Annotated[
    bool | None,
    typer.Option(
        "--userland-proxy/--no-userland-proxy",
        help="Whether docker-proxy runs; without it, hairpin mode is on.",
        show_default="as the host's networks have it",
    ),
]
WaitOption = Annotated[
    float,
    typer.Option(
        "--wait",
        min=0,
        metavar="SECONDS",
        help="How long to wait for another nfcore that is at work.",
    ),
]
DEFAULT_WAIT = 5.0
"""Seconds."""
