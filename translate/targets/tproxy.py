"""``-j TPROXY``: hand the packet to a local socket without rewriting it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from translate.addresses import parse_address
from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, Option, ParseContext, TargetExtension
from translate.nft.bitwise import bitwise, read_bitwise
from translate.nft.cursor import Cursor
from translate.nft.statements import meta, number_from_json
from translate.ports import parse_port
from translate.protocols import TCP, UDP
from translate.rule import Rule, Target
from translate.types import IPAddress, IPVersion, Statement, address_text
from translate.values.hosts import read_address
from translate.values.marks import ALL_BITS, format_mark, read_mark

__all__ = ["Tproxy", "TproxyExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tproxy(Target):
    """Which socket, and the mark for the packet.

    Args:
        port: ``--on-port``; 0 is the packet's own.
        address: ``--on-ip``; None is the incoming interface's.
        mark: of ``--tproxy-mark``: the bits to flip after those of ``mask`` were cleared.
        mask: the bits to clear.
    """

    name: ClassVar[str] = "TPROXY"
    port: int
    address: IPAddress | None = None
    mark: int = 0
    mask: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 0xFFFF:
            raise InvalidRule(f"tproxy port must be 0 to 65535, not {self.port}")
        if self.address is not None and int(self.address) == 0:
            raise InvalidRule("tproxy: the unspecified address is None here")
        for name in ("mark", "mask"):
            if not 0 <= getattr(self, name) <= ALL_BITS:
                raise InvalidRule(f"tproxy: {name} must be 0 to {ALL_BITS:#x}")


class TproxyExtension(TargetExtension[Tproxy]):
    """Translates ``-j TPROXY``; iptables-translate 1.8.9 does not.

    The form is that of its later versions: ``tproxy`` itself accepts nothing, so ``accept`` ends
    it.
    """

    name = "TPROXY"
    value = Tproxy
    tables = frozenset({"mangle"})
    chains = frozenset({"PREROUTING"})
    options = (Option(name="on-port"), Option(name="on-ip"), Option(name="tproxy-mark"))
    caveats = ("where no socket is found, the next rule follows; iptables drops the packet",)

    def parse(self, given: GivenOptions, context: ParseContext) -> Tproxy:
        port = given.require("on-port", "--on-port must be given")
        if not context.has_protocol(TCP, UDP):
            raise given.error("needs -p tcp or -p udp")
        address, mark = given.get("on-ip"), given.get("tproxy-mark")
        value, mask = (0, 0) if mark is None else read_mark(mark)
        return Tproxy(
            port=parse_port(port.value, port, None),
            address=None if address is None else _specified(address.value, context.version),
            mark=value,
            mask=mask,
        )

    def format(self, value: Tproxy, context: ParseContext) -> Sequence[str]:
        unspecified = "0.0.0.0" if context.version is IPVersion.V4 else "::"  # noqa: S104 - no bind
        address = unspecified if value.address is None else address_text(value.address)
        mark = format_mark(value.mark, value.mask)
        return ["--on-port", str(value.port), "--on-ip", address, "--tproxy-mark", mark]

    def to_nft(self, value: Tproxy, rule: Rule) -> list[Statement]:
        del rule
        body: dict[str, Any] = {}
        if value.address is not None:
            body["addr"] = address_text(value.address)
        if value.port or not body:
            body["port"] = value.port
        statements: list[Statement] = [{"tproxy": body}]
        if value.mark or value.mask:
            changed = bitwise(meta("mark"), ~value.mask & ALL_BITS, value.mark)
            statements.append({"mangle": {"key": meta("mark"), "value": changed}})
        return [*statements, {"accept": None}]

    def from_nft(self, cursor: Cursor) -> Tproxy | None:
        statement = cursor.peek() or {}
        body = statement.get("tproxy")
        if not isinstance(body, dict) or not set(body) <= {"addr", "port"}:
            return None
        port = number_from_json(body.get("port", 0), maximum=0xFFFF)
        address = body.get("addr")
        mark = _read_mark(cursor.peek(1))
        end = cursor.peek(1 if mark is None else 2)
        if port is None or end is None or "accept" not in end:
            return None
        value, mask = mark or (0, 0)
        try:
            read = Tproxy(
                port=port,
                address=None if address is None else parse_address(address, cursor.version),
                mark=value,
                mask=mask,
            )
        except (InvalidRule, TypeError, AttributeError):
            return None
        cursor.take(2 if mark is None else 3)
        return read


def _specified(text: str, version: IPVersion) -> IPAddress | None:
    address = read_address(text, version)
    return address if int(address) else None


def _read_mark(statement: Statement | None) -> tuple[int, int] | None:
    body = (statement or {}).get("mangle")
    if not isinstance(body, dict) or body.get("key") != meta("mark"):
        return None
    changed = read_bitwise(body.get("value"))
    if changed is None or changed.source not in (None, meta("mark")):
        return None
    return changed.flip, ~changed.keep & ALL_BITS
