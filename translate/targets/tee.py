"""``-j TEE``: send a copy to another host; the packet goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from translate.addresses import parse_address
from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, Option, ParseContext, TargetExtension
from translate.nft.cursor import Cursor
from translate.rule import Rule, Target
from translate.types import Interface, IPAddress, Statement, address_text
from translate.values.hosts import read_address

__all__ = ["Tee", "TeeExtension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tee(Target):
    """``--gateway``, and with ``--oif`` the interface that its route must lead through."""

    name: ClassVar[str] = "TEE"
    gateway: IPAddress
    oif: Interface | None = None

    def __post_init__(self) -> None:
        if int(self.gateway) == 0:
            raise InvalidRule(f"tee: {self.gateway} is no gateway")


class TeeExtension(TargetExtension[Tee]):
    """Translates ``-j TEE``."""

    name = "TEE"
    value = Tee
    options = (Option(name="gateway"), Option(name="oif"))
    caveats = ("the --oif must be there already, and is meant by its index from then on",)

    def parse(self, given: GivenOptions, context: ParseContext) -> Tee:
        gateway = given.require("gateway", "--gateway must be given")
        oif = given.get("oif")
        try:
            return Tee(
                gateway=read_address(gateway.value, context.version),
                oif=None if oif is None or not oif.value else Interface(oif.value),
            )
        except InvalidRule as error:
            raise gateway.error(str(error)) from error

    def format(self, value: Tee, context: ParseContext) -> Sequence[str]:
        del context
        words = ["--gateway", address_text(value.gateway)]
        return words if value.oif is None else [*words, "--oif", value.oif.name]

    def to_nft(self, value: Tee, rule: Rule) -> list[Statement]:
        del rule
        body: dict[str, Any] = {"addr": address_text(value.gateway)}
        if value.oif is not None:
            body["dev"] = value.oif.name
        return [{"dup": body}]

    def from_nft(self, cursor: Cursor) -> Tee | None:
        statement = cursor.peek() or {}
        body = statement.get("dup")
        if not isinstance(body, dict) or not set(body) <= {"addr", "dev"}:
            return None
        address, device = body.get("addr"), body.get("dev")
        if not isinstance(address, str) or not isinstance(device, str | None):
            return None
        try:
            value = Tee(
                gateway=parse_address(address, cursor.version),
                oif=None if device is None else Interface(device),
            )
        except InvalidRule:
            return None
        cursor.take()
        return value
