"""The ways of programming the networks, one file each.

A new one is a class like `Peer` with an ``open_…`` function, and a line in `PEERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bench.peers._commands import CommandFirewall, open_legacy_commands, open_nft_commands
from bench.peers._docker_native import open_docker_library, open_docker_nft
from bench.peers._engine import open_legacy, open_rules, open_sets
from bench.peers._nft import (
    LibnftablesFailed,
    in_library,
    json_text,
    open_library_json,
    open_nft_json_file,
    open_nft_text_file,
)
from bench.peers._nft_text import nft_text
from bench.peers._peer import Peer, Work
from bench.peers._restore import open_legacy_restore, open_nft_restore, restore_text
from bench.workload import Stack

__all__ = [
    "PEERS",
    "CommandFirewall",
    "LibnftablesFailed",
    "Peer",
    "PeerKind",
    "Work",
    "in_library",
    "json_text",
    "nft_text",
    "restore_text",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerKind:
    """One way of programming the networks.

    Args:
        open: opens it over an empty ruleset, in the calling process's network namespace.
        about: what it does, in a line.
        most_networks: the largest number of present networks that is worth waiting for.
    """

    open: Callable[[Stack], Peer]
    about: str
    most_networks: int


PEERS: Final[Mapping[str, PeerKind]] = MappingProxyType(
    {
        "nfcore rules": PeerKind(
            open=open_rules,
            about="nfcore: one nft rule for each iptables rule, the whole call",
            most_networks=10_000,
        ),
        "nfcore sets": PeerKind(
            open=open_sets,
            about="nfcore: elements of sets that constant rules look up, the whole call",
            most_networks=10_000,
        ),
        "libnftables JSON": PeerKind(
            open=open_library_json,
            about="the JSON that nfcore rules sends, written beforehand, by the nftables module",
            most_networks=10_000,
        ),
        "nft -j -f": PeerKind(
            open=open_nft_json_file,
            about="the same JSON, by running nft",
            most_networks=10_000,
        ),
        "nft -f": PeerKind(
            open=open_nft_text_file,
            about="the same rules in nft's language, by running nft",
            most_networks=10_000,
        ),
        "docker29 libnftables": PeerKind(
            open=open_docker_library,
            about="Docker 29's layout (four chains a network, verdict maps), by the module",
            most_networks=10_000,
        ),
        "docker29 nft": PeerKind(
            open=open_docker_nft,
            about="the same, by running nft",
            most_networks=10_000,
        ),
        "nfcore legacy": PeerKind(
            open=open_legacy,
            about="nfcore's fallback, the whole call: reads the tables, then restores",
            most_networks=1_000,
        ),
        "iptables-legacy-restore": PeerKind(
            open=open_legacy_restore,
            about="--noflush, the text written beforehand, nothing checked",
            most_networks=1_000,
        ),
        "iptables-nft-restore": PeerKind(
            open=open_nft_restore,
            about="--noflush, the text written beforehand, nothing checked",
            most_networks=1_000,
        ),
        "docker iptables-legacy": PeerKind(
            open=open_legacy_commands,
            about="Docker's way: iptables --wait -C, then -I, -A or -D, for every rule",
            most_networks=1_000,
        ),
        "docker iptables-nft": PeerKind(
            open=open_nft_commands,
            about="the same with iptables-nft",
            most_networks=1_000,
        ),
    }
)
"""By name, nfcore's own first."""
