"""``-j CLUSTERIP``: share an address among hosts (IPv4; newer kernels have it no more)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, Option, ParseContext, TargetExtension
from translate.rule import Target
from translate.types import IPVersion
from translate.values.uints import read_uint

__all__ = ["Clusterip", "ClusteripExtension"]

_MODES: Final = ("sourceip", "sourceip-sourceport", "sourceip-sourceport-destport")
_MAC: Final = re.compile(r"[0-9a-fA-F]{1,2}(?::[0-9a-fA-F]{1,2}){5}")
_MAX_NODES: Final = 16
_NEEDED: Final = ("hashmode", "clustermac", "total-nodes", "local-node")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCluster:
    """What ``--new`` sets up.

    Args:
        hash_mode: ``--hashmode``.
        mac: ``--clustermac`` as iptables prints it.
        total_nodes: ``--total-nodes``.
        local_node: ``--local-node``, from 1.
        hash_init: ``--hash-init``.
    """

    hash_mode: str
    mac: str
    total_nodes: int
    local_node: int
    hash_init: int = 0

    def __post_init__(self) -> None:
        if self.hash_mode not in _MODES:
            raise InvalidRule(f"unknown hash mode {self.hash_mode!r}: {', '.join(_MODES)}")
        if not _MAC.fullmatch(self.mac) or not int(self.mac.partition(":")[0], 16) & 1:
            raise InvalidRule(f"{self.mac!r} is not a multicast MAC address")
        if not 0 <= self.total_nodes <= _MAX_NODES:
            raise InvalidRule(f"total nodes must be 0 to {_MAX_NODES}, not {self.total_nodes}")
        if not 1 <= self.local_node <= _MAX_NODES:
            raise InvalidRule(f"local node must be 1 to {_MAX_NODES}, not {self.local_node}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusterip(Target):
    """A cluster that is set up here, or (None) one that another rule set up."""

    name: ClassVar[str] = "CLUSTERIP"
    new: NewCluster | None = None


class ClusteripExtension(TargetExtension[Clusterip]):
    """Translates ``-j CLUSTERIP``."""

    name = "CLUSTERIP"
    value = Clusterip
    versions = frozenset({IPVersion.V4})
    tables = frozenset({"filter"})
    chains = frozenset({"INPUT"})
    options = (
        Option(name="new", words=0),
        *(Option(name=name) for name in (*_NEEDED, "hash-init")),
    )
    no_native_form = "nftables answers no ARP requests for a cluster"

    def parse(self, given: GivenOptions, context: ParseContext) -> Clusterip:
        del context
        if not given:
            return Clusterip()
        if any(key not in given for key in ("new", *_NEEDED)):
            every = ", ".join(f"--{name}" for name in ("new", *_NEEDED))
            raise given.error(f"{every} must be given together, or none of them")
        mode, mac, total, local = (given.require(key, "") for key in _NEEDED)
        seed = given.get("hash-init")
        return Clusterip(
            new=NewCluster(
                hash_mode=mode.value,
                mac=_parse_mac(mac),
                total_nodes=read_uint(total, maximum=_MAX_NODES),
                local_node=read_uint(local, maximum=_MAX_NODES),
                hash_init=0 if seed is None else read_uint(seed),
            )
        )

    def format(self, value: Clusterip, context: ParseContext) -> Sequence[str]:
        del context
        new = value.new
        if new is None:
            return []
        words = ["--new", "--hashmode", new.hash_mode, "--clustermac", new.mac]
        words += ["--total-nodes", str(new.total_nodes), "--local-node", str(new.local_node)]
        return [*words, "--hash-init", str(new.hash_init)]


def _parse_mac(given: Given) -> str:
    if not _MAC.fullmatch(given.value):
        raise given.error(f"invalid MAC address {given.value!r}: six bytes in hexadecimal")
    return ":".join(f"{int(byte, 16):02X}" for byte in given.value.split(":"))
