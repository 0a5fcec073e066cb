"""``-j TCPMSS``: lower the maximum segment size that a SYN announces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, Option, ParseContext, TargetExtension
from translate.matches.tcp import Tcp
from translate.nft.cursor import Cursor
from translate.nft.statements import number_from_json
from translate.protocols import TCP
from translate.rule import Match, Rule, Target
from translate.types import IPVersion, Statement
from translate.values.hooks import require_chain
from translate.values.uints import read_uint

__all__ = ["Tcpmss", "TcpmssExtension"]

_HEADERS: Final = {IPVersion.V4: 20, IPVersion.V6: 40}
_SYN: Final = 0x02
_PATH_CHAINS: Final = frozenset({"FORWARD", "OUTPUT", "POSTROUTING"})
_KEY: Final = {"tcp option": {"name": "maxseg", "field": "size"}}
_PATH_MTU: Final = {"rt": {"key": "mtu"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tcpmss(Target):
    """``--set-mss BYTES``, or None for ``--clamp-mss-to-pmtu``."""

    name: ClassVar[str] = "TCPMSS"
    mss: int | None

    def __post_init__(self) -> None:
        if self.mss is not None and not 0 <= self.mss <= 0xFFFF - _HEADERS[IPVersion.V4]:
            raise InvalidRule(f"mss must be 0 to 65515 bytes, not {self.mss}")


class TcpmssExtension(TargetExtension[Tcpmss]):
    """Translates ``-j TCPMSS``; neither iptables nor nft raises a size."""

    name = "TCPMSS"
    value = Tcpmss
    options = (
        Option(name="set-mss"),
        Option(name="clamp-mss-to-pmtu", words=0, excludes=frozenset({"set-mss"})),
    )
    caveats = ("a SYN without the option is left alone; iptables adds it",)

    def parse(self, given: GivenOptions, context: ParseContext) -> Tcpmss:
        mss, clamp = given.get("set-mss"), given.get("clamp-mss-to-pmtu")
        if mss is None and clamp is None:
            raise given.error("--set-mss or --clamp-mss-to-pmtu must be given")
        if not context.has_protocol(TCP) or not any(map(_wants_syn, context.match_values)):
            raise given.error("needs -p tcp and a --tcp-flags that wants SYN set, such as --syn")
        if clamp is not None:
            require_chain(clamp, context, _PATH_CHAINS)
        maximum = 0xFFFF - _HEADERS[context.version]
        return Tcpmss(mss=None if mss is None else read_uint(mss, maximum=maximum))

    def format(self, value: Tcpmss, context: ParseContext) -> Sequence[str]:
        del context
        return ["--clamp-mss-to-pmtu"] if value.mss is None else ["--set-mss", str(value.mss)]

    def to_nft(self, value: Tcpmss, rule: Rule) -> list[Statement]:
        del rule
        new: Any = dict(_PATH_MTU) if value.mss is None else value.mss
        return [{"mangle": {"key": dict(_KEY), "value": new}}]

    def from_nft(self, cursor: Cursor) -> Tcpmss | None:
        statement = cursor.peek() or {}
        body = statement.get("mangle")
        if not isinstance(body, dict) or body.get("key") != _KEY:
            return None
        new = body.get("value")
        mss = None if new == _PATH_MTU else number_from_json(new)
        if mss is None and new != _PATH_MTU:
            return None
        try:
            value = Tcpmss(mss=mss)
        except InvalidRule:
            return None
        cursor.take()
        return value


def _wants_syn(value: Match) -> bool:
    return (
        isinstance(value, Tcp)
        and value.flags is not None
        and not value.flags.negated
        and bool(value.flags.value.compare & _SYN)
    )
