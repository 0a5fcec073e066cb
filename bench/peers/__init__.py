"""The ways of programming the networks, one file each.

A new one is a class like `Peer` with an ``open_…`` function, and a line in `PEERS`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bench.peers._commands import (
    CommandFailed,
    CommandFirewall,
    open_legacy_commands,
    open_nft_commands,
    run_iptables,
)
from bench.peers._docker_native import open_docker_library, open_docker_nft
from bench.peers._engine import open_legacy, open_rules, open_sets
from bench.peers._firewalld import open_firewalld
from bench.peers._firewalld_daemons import (
    FIREWALLD_PROGRAMS,
    DaemonSilent,
    FirewalldDaemons,
    wait_until,
)
from bench.peers._floor import open_floor
from bench.peers._nft import (
    LibnftablesFailed,
    in_library,
    json_text,
    open_library_json,
    open_library_json_sets,
    open_nft_json_file,
    open_nft_text_file,
)
from bench.peers._nft_text import nft_text
from bench.peers._peer import Peer, Work
from bench.peers._restore import open_legacy_restore, open_nft_restore, restore_text
from bench.workload import Stack

__all__ = [
    "PEERS",
    "CommandFailed",
    "CommandFirewall",
    "DaemonSilent",
    "FirewalldDaemons",
    "LibnftablesFailed",
    "Peer",
    "PeerKind",
    "Work",
    "in_library",
    "json_text",
    "nft_text",
    "restore_text",
    "run_iptables",
    "wait_until",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerKind:
    """One way of programming the networks.

    Args:
        open: opens it over an empty ruleset, in the calling process's network namespace.
        about: what it does, in a line.
        part: whether it does a part of what nfcore sets does, and is no way of its own.
        needs: the programs that must be installed.
        fill: how many networks it is given at once to have them present.
    """

    open: Callable[[Stack], Peer]
    about: str
    part: bool = False
    needs: tuple[str, ...] = ()
    fill: int = 1_000

    def missing(self) -> tuple[str, ...]:
        """The programs that it needs and that are not there."""
        return tuple(program for program in self.needs if shutil.which(program) is None)


PEERS: Final[Mapping[str, PeerKind]] = MappingProxyType(
    {
        "nfcore sets": PeerKind(
            open=open_sets,
            about="nfcore: elements of sets that constant rules look up, the whole call",
        ),
        "nfcore rules": PeerKind(
            open=open_rules,
            about="nfcore: one nft rule for each iptables rule, the whole call",
        ),
        "nfcore legacy": PeerKind(
            open=open_legacy,
            about="nfcore's fallback, the whole call: reads the tables, then restores",
        ),
        "floor": PeerKind(
            open=open_floor,
            about="the elements of nfcore sets as one raw netlink batch, its bytes made beforehand",
            part=True,
        ),
        "libnftables JSON, sets": PeerKind(
            open=open_library_json_sets,
            about="the elements of nfcore sets as JSON written beforehand, by the nftables module",
            part=True,
        ),
        "libnftables JSON": PeerKind(
            open=open_library_json,
            about="the JSON that nfcore rules sends, written beforehand, by the nftables module",
        ),
        "nft -j -f": PeerKind(
            open=open_nft_json_file,
            about="the same JSON, by running nft",
        ),
        "nft -f": PeerKind(
            open=open_nft_text_file,
            about="the same rules in nft's language, by running nft",
        ),
        "docker29 libnftables": PeerKind(
            open=open_docker_library,
            about="Docker 29's layout (four chains a network, verdict maps), by the module",
        ),
        "docker29 nft": PeerKind(
            open=open_docker_nft,
            about="the same, by running nft",
        ),
        "iptables-legacy-restore": PeerKind(
            open=open_legacy_restore,
            about="--noflush, the text written beforehand, nothing checked",
        ),
        "iptables-nft-restore": PeerKind(
            open=open_nft_restore,
            about="--noflush, the text written beforehand, nothing checked",
        ),
        "docker iptables-legacy": PeerKind(
            open=open_legacy_commands,
            about="Docker's way: iptables --wait -C, then -I, -A or -D, for every rule",
        ),
        "docker iptables-nft": PeerKind(
            open=open_nft_commands,
            about="the same with iptables-nft",
        ),
        "docker firewalld": PeerKind(
            open=open_firewalld,
            about="the same commands over D-Bus to a firewalld, whose direct interface runs them",
            needs=FIREWALLD_PROGRAMS,
        ),
    }
)
"""By name, nfcore's own first."""
