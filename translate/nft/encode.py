"""From a typed rule to nft's statements, in the form and order that iptables-translate uses."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from translate.exceptions import Untranslatable
from translate.matches.comment import Comment
from translate.nft.comment import COUNTED, REPEATED, TRACELESS, RuleComment, join_comment
from translate.nft.statements import (
    are_folded,
    bitwise_and,
    is_protocol_test,
    match,
    meta,
    payload,
    prefix,
)
from translate.nft.strings import JSON_WORDS
from translate.opaque import Opaque
from translate.protocols import nft_protocol, protocol_name
from translate.registry import DEFAULT_REGISTRY, Registry
from translate.rule import Goto, Jump, Match, Rule, Target, Verdict
from translate.types import (
    Interface,
    IPVersion,
    MaskedAddress,
    Negatable,
    Statement,
    address_text,
)

__all__ = ["NO_INTERFACE", "NftRule", "address_to_nft", "interface_to_nft", "to_nft"]

NO_INTERFACE: Final = "INVAL/D"
"""What iptables-translate writes for ``! -i +``: a name that no interface can have."""

_VERDICTS: Final = {"ACCEPT": "accept", "DROP": "drop", "RETURN": "return", "QUEUE": "queue"}
_JUMPS: Final = (Jump, Goto)
_BUILT_IN: Final = (Verdict, Jump, Goto)
_FRAGMENT_OFFSET: Final = 0x1FFF
_MAX_JSON_NUMBER: Final = (1 << 63) - 1
_MAX_PROTOCOL: Final = 0xFF


@dataclass(frozen=True, slots=True, kw_only=True)
class NftRule:
    """A rule in nft's form.

    Attributes:
        expr: its statements, as libnftables-json(5) writes them.
        comment: its comment, or None.
        declarations: the objects (sets, say) that must be there before the rule.
    """

    expr: tuple[Statement, ...]
    comment: str | None = None
    declarations: tuple[Statement, ...] = ()


def to_nft(
    rule: Rule,
    *,
    tag: str | None = None,
    shared: bool = False,
    registry: Registry = DEFAULT_REGISTRY,
) -> NftRule:
    """Turn a rule into nft's form.

    Args:
        rule: the rule.
        tag: text to keep with it that iptables' form does not show, or None.
        shared: whether the rule is to stand in a table with others. iptables-translate's form is
            that of a rule by itself: two of ``-m connlimit`` or ``-m hashlimit`` would share a set
            that is not for both, or be refused. These have another form then.
        registry: the extensions to know.

    Returns:
        Statements that mean the same, with a counter before the target as iptables-translate has
        it, and the comment.

    Raises:
        Untranslatable: a match or target has no native form, or the comment is too long.
    """
    expr = _header(rule)
    declarations: list[Statement] = []
    repeated = _repeated_names(rule)
    endings: dict[int, str] = {}
    hinted = bool(repeated)
    for index, value in enumerate(rule.matches):
        if isinstance(value, Comment):
            hinted = hinted or index != len(rule.matches) - 1
            continue
        if value.name in repeated and _says_it_again(rule, index):
            endings[index] = REPEATED
            continue
        extension = registry.of_match(value)
        if shared or value.name in repeated:
            statements = extension.to_nft_shared(value, rule)
            declarations += extension.declarations_shared(value, rule)
        else:
            statements = extension.to_nft(value, rule)
            declarations += extension.declarations(value, rule)
        if value.name in repeated:
            if value.name in [before.name for before in rule.matches[:index]]:
                statements = [s for s in statements if not _is_protocol_of(rule, s)]
            endings[index] = f"{COUNTED}{sum(not is_protocol_test(s) for s in statements)}"
        expr += statements
        hinted = hinted or extension.needs_hint(value)
    if rule.matches:
        _check_comparisons(expr)
    expr.insert(_place_of_counter(rule, expr), _counter(rule))
    expr += _target(rule.target, rule, registry)
    if rule.target is not None and not isinstance(rule.target, _BUILT_IN):
        declarations += registry.of_target(rule.target).declarations(rule.target, rule)
    return NftRule(
        expr=tuple(expr),
        comment=_comment(rule, registry, endings if hinted else None, tag),
        declarations=tuple(_each_once(declarations) if repeated else declarations),
    )


def _each_once(declarations: Iterable[Statement]) -> list[Statement]:
    """Objects declared once each: libnftables would take a second set of a name for another."""
    kept: list[Statement] = []
    for declaration in declarations:
        if declaration not in kept:
            kept.append(declaration)
    return kept


def _header(rule: Rule) -> list[Statement]:
    """What iptables' own options test."""
    expr: list[Statement] = []
    if rule.in_interface is not None:
        expr.append(interface_to_nft("iifname", rule.in_interface))
    if rule.out_interface is not None:
        expr.append(interface_to_nft("oifname", rule.out_interface))
    if rule.fragment is not None:
        expr.append(_fragment(rule.fragment))
    if rule.protocol is not None:
        expr += _protocol(rule, rule.protocol)
    if rule.source is not None:
        expr.append(address_to_nft("saddr", rule.version, rule.source))
    if rule.destination is not None:
        expr.append(address_to_nft("daddr", rule.version, rule.destination))
    return expr


def _check_comparisons(expr: Sequence[Statement]) -> None:
    for first, second in itertools.pairwise(expr):
        if are_folded(first, second):
            raise Untranslatable(
                "a test for less beside a test for more",
                "nft 1.0.6 lists the two as one, which loses what the first looks at",
            )


def _place_of_counter(rule: Rule, expr: Sequence[Statement]) -> int:
    """The end, but before what another tool's rule does last, behind which nft takes nothing."""
    place = len(expr)
    last = rule.matches[-1] if rule.matches else None
    if rule.target is None and isinstance(last, Opaque) and last.has_side_effects():
        place -= 1
    return place


def _counter(rule: Rule) -> Statement:
    counters = rule.counters
    if counters is None:
        return {"counter": None}
    if max(counters.packets, counters.bytes) > _MAX_JSON_NUMBER:
        raise Untranslatable(
            f"-c {counters.packets} {counters.bytes}",
            "libnftables' JSON holds numbers up to 2**63-1, and with a larger one does nothing",
        )
    return {"counter": {"packets": counters.packets, "bytes": counters.bytes}}


def _repeated_names(rule: Rule) -> frozenset[str]:
    """The names of matches that the rule has twice. Their statements need to be told apart."""
    if len(rule.matches) < 2:
        return frozenset()
    names = [value.name for value in rule.matches if not isinstance(value, Comment | Opaque)]
    return frozenset(name for name in names if names.count(name) > 1)


def _is_protocol_of(rule: Rule, statement: Statement) -> bool:
    """Whether it asks for the rule's own protocol, which the first of two matches said already."""
    protocol = rule.protocol
    if protocol is None or protocol.negated or not is_protocol_test(statement):
        return False
    return nft_protocol(statement["match"]["right"]) == protocol.value


def _says_it_again(rule: Rule, index: int) -> bool:
    """Whether a match is equal to the last one of its name before it, and so is superfluous."""
    value = rule.matches[index]
    before = [other for other in rule.matches[:index] if other.name == value.name]
    return bool(before) and before[-1] == value and not value.has_side_effects()


def _comment(
    rule: Rule, registry: Registry, endings: Mapping[int, str] | None, tag: str | None
) -> str | None:
    """The rule's comment; with ``endings``, it lists the matches, whose names have such endings."""
    target = _target_hint(rule.target, registry)
    texts = [value.text for value in rule.matches if isinstance(value, Comment)]
    if not (texts or endings is not None or target or tag):
        return None
    if len(texts) > 1:
        raise Untranslatable("a second -m comment", "an nft rule has one comment")
    return join_comment(
        RuleComment(
            text=texts[0] if texts else None,
            matches=None
            if endings is None
            else tuple(
                _hint(value, registry, endings.get(index, ""))
                for index, value in enumerate(rule.matches)
            ),
            target=target,
            tag=tag,
        )
    )


def _hint(value: Match, registry: Registry, ending: str) -> str:
    extension = registry.of_match(value)
    if ending != REPEATED:
        detail = extension.detail(value)
        if detail is not None:
            return f"{value.name}{ending}:{detail}"
        if extension.leaves_no_trace(value):
            return value.name + TRACELESS
    return value.name + ending


def _target_hint(target: Target | None, registry: Registry) -> str | None:
    if target is None or isinstance(target, _JUMPS):
        return None
    if isinstance(target, Verdict):
        # nft lists it as queue number 0, like NFQUEUE's.
        return target.verdict if target.verdict == "QUEUE" else None
    hint = registry.of_target(target).hint(target)
    return None if hint is None else f"{target.name}:{hint}" if hint else target.name


def interface_to_nft(key: Literal["iifname", "oifname"], value: Negatable[Interface]) -> Statement:
    """A test of an interface, on which no other of a rule's statements depends.

    Raises:
        Untranslatable: nft would read another name.
    """
    name = value.value.name
    if name == "+":
        return match(meta(key), NO_INTERFACE, negated=not value.negated)
    if name.endswith(("\\*", "\\+")):
        raise Untranslatable(
            f"interface {name!r}", "nft lists it in the same way as one without the backslash"
        )
    if name in JSON_WORDS or name.startswith("@"):
        raise Untranslatable(
            f"interface {name!r}", "libnftables takes it for a protocol or a set in JSON"
        )
    stem, wildcard = (name[:-1], "*") if name.endswith("+") else (name, "")
    if not wildcard and stem.endswith("*"):
        stem = stem[:-1] + "\\*"
    return match(meta(key), stem + wildcard, negated=value.negated)


def _fragment(value: Negatable[bool]) -> Statement:
    offset = bitwise_and(payload("ip", "frag-off"), _FRAGMENT_OFFSET)
    return match(offset, 0, negated=not value.negated)


def _protocol(rule: Rule, protocol: Negatable[int]) -> list[Statement]:
    name = protocol_name(protocol.value)
    if protocol.value > _MAX_PROTOCOL:
        raise Untranslatable(f"-p {name}", "a packet's protocol field holds 8 bits")
    if not protocol.negated and _stands_for_protocol(rule, name):
        return []
    left = payload("ip", "protocol") if rule.version is IPVersion.V4 else meta("l4proto")
    known = nft_protocol(name) == protocol.value and name in _NFT_NAMES
    return [match(left, name if known else protocol.value, negated=protocol.negated)]


def _stands_for_protocol(rule: Rule, name: str) -> bool:
    """Whether the rule's match of that name tells of the protocol early enough."""
    named = any(value.name == name for value in rule.matches)
    return named and not rule.has_side_effects_before(name)


_NFT_NAMES: Final = frozenset(
    {"tcp", "udp", "udplite", "esp", "ah", "icmp", "ipv6-icmp", "dccp", "sctp"}
)


def address_to_nft(
    field: Literal["saddr", "daddr"], version: IPVersion, value: Negatable[MaskedAddress]
) -> Statement:
    """A test of an address, on which no other of a rule's statements depends."""
    left = payload(version.family, field)
    length = value.value.prefix_length
    address = address_text(value.value.address)
    if length is None:
        left = bitwise_and(left, address_text(value.value.mask))
        return match(left, address, negated=value.negated)
    right: Any = address if length == version.bits else prefix(address, length)
    return match(left, right, negated=value.negated)


def _target(target: Target | None, rule: Rule, registry: Registry) -> list[Statement]:
    if target is None:
        return []
    if isinstance(target, Verdict):
        return [{_VERDICTS[target.verdict]: None}]
    if isinstance(target, Jump):
        return [{"jump": {"target": target.chain}}]
    if isinstance(target, Goto):
        return [{"goto": {"target": target.chain}}]
    return registry.of_target(target).to_nft(target, rule)
