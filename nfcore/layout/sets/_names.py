"""The named sets and maps, and the references to them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from nfcore.operations import ChainRef, KeyType, SetRef, SetType, TableRef
from translate import IPVersion

__all__ = ["LENGTH_SETS", "TAG", "Names", "names_of"]

LENGTH_SETS: Final = re.compile(r"(internal|inner|masquerade|snat|own|older)_\d+")
"""The names of the sets of prefix lengths."""
TAG: Final = "sets:"
"""What the tags of this layout's own rules begin with."""

_ADDRESS: Final[dict[IPVersion, KeyType]] = {
    IPVersion.V4: "ipv4_addr",
    IPVersion.V6: "ipv6_addr",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """One IP version's sets, each with its type.

    Attributes:
        same: (N, N) for every network; the comment tells of the network.
        isolated: the networks that no other may reach: all but internal ones.
        forwarded: those of them that have this IP version; an element counts what it forwards.
        unguarded: those of `isolated` that have not this IP version, and so no default drop.
        icc_on: (N, N) where containers may talk to each other.
        icc_off: (N, N) where they may not.
        pingable: networks in routed mode.
        published: (N, container, protocol, port) that are open to the outside.
        links: (N, parent, child, protocol, port).
        replies: (N, child, parent, protocol, port).
        skip_dnat: networks whose packets are never sent to published ports.
        own_any: (N, protocol, host port) that are no published port for N itself.
        own_one: (N, host address, protocol, host port), likewise.
        any_address: (protocol, host port) to a container's address.
        any_port: (protocol, host port) to its port.
        one_address: (host address, protocol, host port) to a container's address.
        one_port: (host address, protocol, host port) to its port.
        local_masquerade: networks that the host's own packets enter masqueraded.
        local_snat: networks that they enter from another address, to that address.
        hairpin: (container, container, protocol, port) that reaches its own published port.
    """

    version: IPVersion
    types: dict[SetRef, SetType]
    same: SetRef
    isolated: SetRef
    forwarded: SetRef
    unguarded: SetRef
    icc_on: SetRef
    icc_off: SetRef
    pingable: SetRef
    published: SetRef
    links: SetRef
    replies: SetRef
    skip_dnat: SetRef
    own_any: SetRef
    own_one: SetRef
    any_address: SetRef
    any_port: SetRef
    one_address: SetRef
    one_port: SetRef
    local_masquerade: SetRef
    local_snat: SetRef
    hairpin: SetRef

    @property
    def numbered(self) -> tuple[SetRef, ...]:
        """Those whose elements' comments begin with a number."""
        return self.same, self.published, self.any_address, self.one_address, self.links

    def chain(self, table: str, name: str) -> ChainRef:
        """A chain of this IP version."""
        return ChainRef(table=TableRef(version=self.version, name=table), name=name)

    def internal(self, length: int) -> SetRef:
        """The internal networks with subnets of one prefix length."""
        return _of_length(self.same.table, "internal", length)

    def inner(self, length: int) -> SetRef:
        """(subnet, N) of internal networks."""
        return _of_length(self.same.table, "inner", length)

    def masquerade(self, length: int) -> SetRef:
        """The subnets of one prefix length that are masqueraded."""
        return _of_length(self.any_port.table, "masquerade", length)

    def snat(self, length: int) -> SetRef:
        """The subnets that leave from another address, to that address."""
        return _of_length(self.any_port.table, "snat", length)

    def own(self, length: int) -> SetRef:
        """(subnet, N): what stays on its own bridge is not translated."""
        return _of_length(self.any_port.table, "own", length)

    def older(self, length: int) -> SetRef:
        """(subnet, N) where N is the newer network, and translates otherwise."""
        return _of_length(self.any_port.table, "older", length)

    def length_type(self, ref: SetRef) -> SetType:
        """The type of a set that belongs to one prefix length."""
        address = _ADDRESS[self.version]
        kind = ref.name.partition("_")[0]
        if kind == "internal":
            return SetType(key=("ifname",))
        if kind == "masquerade":
            return SetType(key=(address,))
        if kind == "snat":
            return SetType(key=(address,), data=address)
        return SetType(key=(address, "ifname"))


@cache
def _of_length(table: TableRef, kind: str, length: int) -> SetRef:
    return SetRef(table=table, name=f"{kind}_{length}")


@cache
def names_of(version: IPVersion) -> Names:
    """The sets of one IP version."""
    address = _ADDRESS[version]
    tables = {name: TableRef(version=version, name=name) for name in ("filter", "nat")}
    types: dict[SetRef, SetType] = {}

    def made(
        table: str, name: str, *key: KeyType, data: KeyType | None = None, counted: bool = False
    ) -> SetRef:
        ref = SetRef(table=tables[table], name=name)
        types[ref] = SetType(key=key, data=data, counted=counted)
        return ref

    return Names(
        version=version,
        types=types,
        same=made("filter", "same", "ifname", "ifname"),
        isolated=made("filter", "isolated", "ifname"),
        forwarded=made("filter", "forwarded", "ifname", counted=True),
        unguarded=made("filter", "unguarded", "ifname"),
        icc_on=made("filter", "icc_on", "ifname", "ifname", counted=True),
        icc_off=made("filter", "icc_off", "ifname", "ifname", counted=True),
        pingable=made("filter", "pingable", "ifname"),
        published=made(
            "filter", "published", "ifname", address, "inet_proto", "inet_service", counted=True
        ),
        links=made("filter", "links", "ifname", address, address, "inet_proto", "inet_service"),
        replies=made("filter", "replies", "ifname", address, address, "inet_proto", "inet_service"),
        skip_dnat=made("nat", "skip_dnat", "ifname"),
        own_any=made("nat", "own_any", "ifname", "inet_proto", "inet_service"),
        own_one=made("nat", "own_one", "ifname", address, "inet_proto", "inet_service"),
        any_address=made(
            "nat", "any_address", "inet_proto", "inet_service", data=address, counted=True
        ),
        any_port=made("nat", "any_port", "inet_proto", "inet_service", data="inet_service"),
        one_address=made(
            "nat", "one_address", address, "inet_proto", "inet_service", data=address, counted=True
        ),
        one_port=made(
            "nat", "one_port", address, "inet_proto", "inet_service", data="inet_service"
        ),
        local_masquerade=made("nat", "local_masquerade", "ifname"),
        local_snat=made("nat", "local_snat", "ifname", data=address),
        hairpin=made("nat", "hairpin", address, address, "inet_proto", "inet_service"),
    )
