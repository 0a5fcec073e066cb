"""``-j NETMAP``: map a whole network onto another, host by host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from types import MappingProxyType
from typing import Any, ClassVar, Final

from translate.addresses import parse_address, parse_masked
from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import GivenOptions, Option, ParseContext, TargetExtension
from translate.nft.cursor import Cursor
from translate.nft.statements import prefix, value_range
from translate.rule import Rule, Target
from translate.targets._nat import address_ends
from translate.types import IPVersion, MaskedAddress, Statement, address_text

__all__ = ["Netmap", "NetmapExtension"]

_STATEMENTS: Final = MappingProxyType(
    {"PREROUTING": "dnat", "OUTPUT": "dnat", "INPUT": "snat", "POSTROUTING": "snat"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Netmap(Target):
    """``--to ADDRESS/MASK``: what the mask covers comes from the address."""

    name: ClassVar[str] = "NETMAP"
    to: MaskedAddress


class NetmapExtension(TargetExtension[Netmap]):
    """Translates ``-j NETMAP``; iptables-translate does not.

    It rewrites the destination in PREROUTING and OUTPUT and the source elsewhere (the kernel's
    xt_NETMAP.c), which is nft's ``dnat prefix`` and ``snat prefix``.
    """

    name = "NETMAP"
    value = Netmap
    tables = frozenset({"nat"})
    chains = frozenset(_STATEMENTS)
    options = (Option(name="to"),)

    def parse(self, given: GivenOptions, context: ParseContext) -> Netmap:
        to = given.require("to", "--to must be given")
        try:
            parse_address(to.value.partition("/")[0], context.version)
            return Netmap(to=parse_masked(to.value, context.version))
        except InvalidRule as error:
            raise to.error(str(error)) from error

    def format(self, value: Netmap, context: ParseContext) -> Sequence[str]:
        del context
        return ["--to", str(value.to)]

    def to_nft(self, value: Netmap, rule: Rule) -> list[Statement]:
        statement = _STATEMENTS.get(rule.chain)
        if statement is None:
            raise Untranslatable(
                "-j NETMAP in a user-defined chain",
                "whether it rewrites source or destination depends on the chain that calls it",
            )
        return [
            {
                statement: {
                    "addr": _network_json(value.to, rule.version),
                    "flags": "netmap",
                    "type_flags": "prefix",
                }
            }
        ]

    def from_nft(self, cursor: Cursor) -> Netmap | None:
        statement = cursor.peek() or {}
        body = statement.get(_STATEMENTS.get(cursor.chain, ""))
        if not isinstance(body, dict) or set(body) != {"addr", "flags", "type_flags"}:
            return None
        if body["flags"] not in ("netmap", ["netmap"]) or body["type_flags"] != "prefix":
            return None
        try:
            value = Netmap(to=_network_from_json(body["addr"], cursor.version))
        except InvalidRule:
            return None
        cursor.take()
        return value


def _network_json(to: MaskedAddress, version: IPVersion) -> Any:
    length = to.prefix_length
    if length is not None:
        return prefix(address_text(to.address), length)
    last = int(to.address) | (int(to.mask) ^ ((1 << version.bits) - 1))
    return value_range(address_text(to.address), address_text(_address(last, version)))


def _network_from_json(value: Any, version: IPVersion) -> MaskedAddress:
    first, last = address_ends(value, version)
    mask = int(first) ^ int(last) ^ ((1 << version.bits) - 1)
    return MaskedAddress(first, _address(mask, version))


def _address(number: int, version: IPVersion) -> IPv4Address | IPv6Address:
    return IPv4Address(number) if version is IPVersion.V4 else IPv6Address(number)
