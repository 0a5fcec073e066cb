"""From nft's statements back to a typed rule, after the kernel and libnftables rewrote them."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from types import MappingProxyType
from typing import Any, Final

from translate.addresses import mask_of_length
from translate.exceptions import InvalidRule
from translate.matches.comment import Comment
from translate.nft.comment import COUNTED, REPEATED, TRACELESS, split_comment
from translate.nft.cursor import Cursor
from translate.nft.encode import NO_INTERFACE
from translate.nft.statements import MatchView, number_from_json, payload
from translate.opaque import Opaque
from translate.protocols import nft_protocol
from translate.registry import DEFAULT_REGISTRY, Registry
from translate.rule import Goto, Jump, Match, Rule, Target, Verdict
from translate.types import (
    Counters,
    Interface,
    IPVersion,
    MaskedAddress,
    Negatable,
    Statement,
)

__all__ = ["from_nft"]

_MAX_COUNTER: Final = (1 << 64) - 1
_VERDICTS: Final = MappingProxyType({"accept": "ACCEPT", "drop": "DROP", "return": "RETURN"})
_PLAIN: Final = frozenset({*_VERDICTS, "jump", "goto"})


def from_nft(
    expr: Sequence[Statement],
    *,
    version: IPVersion,
    table: str,
    chain: str,
    comment: str | None = None,
    registry: Registry = DEFAULT_REGISTRY,
) -> tuple[Rule, str | None]:
    """Read a rule as libnftables lists it.

    Args:
        expr: the rule's ``expr``.
        version: the IP version of its table.
        table: iptables' name for its table.
        chain: its chain.
        comment: the rule's ``comment``, or None.
        registry: the extensions to know.

    Returns:
        The rule and the tag that `to_nft` was given. Statements that iptables has no words for are
        `Opaque` matches of the rule, in their places.
    """
    decoder = _Decoder(Cursor(expr, version=version, table=table, chain=chain), comment, registry)
    return decoder.run()


class _Decoder:
    def __init__(self, cursor: Cursor, comment: str | None, registry: Registry) -> None:
        self._cursor = cursor
        self._registry = registry
        self._note = split_comment(comment)
        self._fields: dict[str, Any] = {}
        self._matches: list[Match] = []
        self._target: Target | None = None
        self._target_position = 0
        self._counters: Counters | None = None
        self._hints = [*(self._note.matches or ())]
        self._family = cursor.version.family

    def run(self) -> tuple[Rule, str | None]:
        cursor = self._cursor
        while True:
            if self._hinted():
                continue
            if cursor.done:
                break
            if self._counter():
                continue
            self._give_up_target()
            if not (self._builtin() or self._others()):
                self._matches.append(Opaque.of(cursor.peek() or {}))
                cursor.take()
        if self._note.matches is None and self._note.text is not None:
            self._matches.append(Comment(text=self._note.text))
        rule = Rule(
            version=cursor.version,
            table=cursor.table,
            chain=cursor.chain,
            protocol=cursor.protocol,
            matches=tuple(self._matches),
            target=self._target,
            counters=self._counters,
            **self._fields,
        )
        return rule, self._note.tag

    def _give_up_target(self) -> None:
        """Keep as they are the statements of what would be the target, were it the rule's end.

        In iptables a rule does one thing, and last.
        """
        if self._target is not None:
            statements = self._cursor.since(self._target_position)
            self._matches += [Opaque.of(s) for s in statements if "counter" not in s]
            self._target = None

    # -- matches --------------------------------------------------------------------------------

    def _hinted(self) -> bool:
        """Read what the rule's own note says comes next."""
        if not self._hints or self._target is not None:
            return False
        name = self._hints[0]
        if self._hinted_protocol(name) or self._builtin():
            return True
        if name == Comment.name:
            self._hints.pop(0)
            self._matches.append(Comment(text=self._note.text or ""))
            return True
        value = self._repeated(name) if name.endswith(REPEATED) else self._hinted_match(name)
        if value is None:
            if name == Opaque.name:
                self._hints.pop(0)
            else:
                self._hints.clear()
            return False
        self._hints.pop(0)
        self._matches.append(value)
        return True

    def _repeated(self, name: str) -> Match | None:
        """The match that says the same again as the last of its name."""
        name = name.removesuffix(REPEATED)
        return next((match for match in reversed(self._matches) if match.name == name), None)

    def _hinted_match(self, hint: str) -> Match | None:
        name, colon, detail = hint.partition(":")
        name, _, count = name.partition(COUNTED)
        extension = self._registry.match(name.removesuffix(TRACELESS), self._cursor.version)
        if extension is None:
            return None
        if count.isdecimal():
            self._cursor.narrow(int(count))
        value: Match | None
        if colon:
            value = extension.from_detail(self._cursor, detail)
        elif name.endswith(TRACELESS):
            value = extension.from_no_trace(self._cursor)
        else:
            value = extension.from_hint(self._cursor)
        self._cursor.narrow(None)
        return value

    def _hinted_protocol(self, name: str) -> bool:
        """Read a test of the protocol that belongs to the match, and isn't the rule's own."""
        extension = self._registry.match(name, self._cursor.version)
        if extension is None or not extension.may_be_a_protocol:
            return False
        value = extension.from_hint(self._cursor)
        if value is None:
            return False
        self._hints.pop(0)
        self._matches.append(value)
        return True

    def _others(self) -> bool:
        """Matches and targets; no match is asked about a plain verdict."""
        statement = self._cursor.peek() or {}
        if not statement.keys().isdisjoint(_PLAIN):
            return self._final()
        return self._extension() or self._final()

    def _extension(self) -> bool:
        for extension in self._registry.matches_of(self._cursor.version):
            value = extension.from_nft(self._cursor)
            if value is not None:
                self._matches.append(value)
                return True
        return False

    # -- iptables' own fields -------------------------------------------------------------------

    def _builtin(self) -> bool:
        view = self._cursor.match()
        if view is None or self._cursor.settled:
            return False
        reader = (
            self._interface(view, "iifname", "in_interface")
            or self._interface(view, "oifname", "out_interface")
            or self._address(view, "saddr", "source")
            or self._address(view, "daddr", "destination")
            or self._protocol(view)
            or self._fragment(view)
        )
        if reader:
            self._cursor.take()
        return reader

    def _interface(self, view: MatchView, key: str, field: str) -> bool:
        if view.left != {"meta": {"key": key}} or not view.is_equality or field in self._fields:
            return False
        if not isinstance(view.right, str) or view.right.startswith("@"):  # which names a set
            return False
        name, negated = view.right, view.negated
        if name == NO_INTERFACE:
            name, negated = "+", not negated
        elif name.endswith("\\*"):
            name = name[:-2] + "*"
        elif name.endswith("*"):
            name = name[:-1] + "+"
        try:
            self._fields[field] = Negatable(Interface(name), negated)
        except InvalidRule:
            return False
        return True

    def _address(self, view: MatchView, name: str, field: str) -> bool:
        if field in self._fields or not view.is_equality:
            return False
        left, mask = view.left, None
        if isinstance(left, dict) and isinstance(left.get("&"), list) and len(left["&"]) == 2:
            left, mask = left["&"]
        if left != payload(self._family, name):
            return False
        address = _masked(view.right, mask, self._cursor.version)
        if address is None:
            return False
        self._fields[field] = Negatable(address, view.negated)
        return True

    def _protocol(self, view: MatchView) -> bool:
        lefts = ({"meta": {"key": "l4proto"}}, payload("ip", "protocol"))
        if view.left not in lefts or not view.is_equality or self._cursor.protocol is not None:
            return False
        number = nft_protocol(view.right)
        if not number:
            return False
        self._cursor.protocol = Negatable(number, view.negated)
        return True

    def _fragment(self, view: MatchView) -> bool:
        if view.left != {"&": [payload("ip", "frag-off"), 0x1FFF]} or view.right != 0:
            return False
        if "fragment" in self._fields or not view.is_equality:
            return False
        self._fields["fragment"] = Negatable(value=True, negated=not view.negated)
        return True

    # -- the end of a rule ----------------------------------------------------------------------

    def _counter(self) -> bool:
        statement = self._cursor.peek() or {}
        if "counter" not in statement or self._counters is not None:
            return False
        body = statement["counter"] or {}
        if not isinstance(body, dict):
            return False
        packets = number_from_json(body.get("packets", 0), maximum=_MAX_COUNTER)
        size = number_from_json(body.get("bytes", 0), maximum=_MAX_COUNTER)
        if packets is None or size is None:
            return False
        self._counters = Counters(packets=packets, bytes=size)
        settled = self._cursor.settled
        self._cursor.take()
        self._cursor.settled = settled
        return True

    def _final(self) -> bool:
        self._target_position = self._cursor.position
        self._target = self._hinted_target()
        if self._target is not None:
            return True
        statement = self._cursor.peek() or {}
        self._target = _verdict(statement)
        if self._target is not None:
            self._cursor.take()
            return True
        for extension in self._registry.targets_of(self._cursor.version):
            self._target = extension.from_nft(self._cursor)
            if self._target is not None:
                return True
        return False

    def _hinted_target(self) -> Target | None:
        """The target that the rule's own note names, if its statements come next."""
        if self._note.target is None:
            return None
        name, _, hint = self._note.target.partition(":")
        if name == "QUEUE":
            if self._cursor.peek() not in ({"queue": None}, {"queue": {"num": 0}}):
                return None
            self._cursor.take()
            return Verdict(verdict="QUEUE")
        extension = self._registry.target(name, self._cursor.version)
        target: Target | None = None
        if extension is not None:
            target = extension.from_hint(self._cursor, hint)
        return target


def _verdict(statement: Statement) -> Target | None:
    for key, verdict in _VERDICTS.items():
        if key in statement:
            return Verdict(verdict=verdict)
    if statement == {"queue": None}:
        return Verdict(verdict="QUEUE")
    for key, kind in (("jump", Jump), ("goto", Goto)):
        if key in statement:
            body = statement[key]
            chain = body.get("target") if isinstance(body, dict) else None
            try:
                return kind(chain=chain) if isinstance(chain, str) else None
            except InvalidRule:
                return None
    return None


def _masked(right: Any, mask: Any, version: IPVersion) -> MaskedAddress | None:
    kind = IPv4Address if version is IPVersion.V4 else IPv6Address
    length: int | None = version.bits
    if isinstance(right, dict) and set(right) == {"prefix"} and isinstance(right["prefix"], dict):
        if mask is not None:
            return None
        right, length = (
            right["prefix"].get("addr"),
            number_from_json(right["prefix"].get("len"), maximum=version.bits),
        )
    if not isinstance(right, str) or length is None or not isinstance(mask, str | None):
        return None
    try:
        ones = mask_of_length(length, version) if mask is None else kind(mask)
        return MaskedAddress(kind(right), ones)
    except (AddressValueError, InvalidRule):
        return None
