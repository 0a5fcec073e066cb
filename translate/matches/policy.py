"""``-m policy``: the IPsec policy that a packet was or will be handled by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import match, meta
from translate.protocols import AH, ESP, IPCOMP, protocol_in_option
from translate.rule import Match, Rule
from translate.types import IPVersion, Negatable, Statement
from translate.values.hooks import require_chain
from translate.values.hosts import Host, read_host
from translate.values.uints import read_uint

__all__ = ["Policy", "PolicyElement", "PolicyExtension"]

_MAX_ELEMENTS: Final = 4
_PROTOCOLS: Final = {"ah": AH, "esp": ESP, "ipcomp": IPCOMP}
_MODES: Final = ("transport", "tunnel")
_IN_CHAINS: Final = frozenset({"PREROUTING", "INPUT", "FORWARD"})
_OUT_CHAINS: Final = frozenset({"FORWARD", "OUTPUT", "POSTROUTING"})
_TESTS: Final = (
    ("reqid", "reqid"),
    ("spi", "spi"),
    ("proto", "protocol"),
    ("mode", "mode"),
    ("tunnel-dst", "tunnel_destination"),
    ("tunnel-src", "tunnel_source"),
)
"""An element's options and fields, in the order in which iptables-save prints them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyElement:
    """What one transformation of a policy must be like.

    Args:
        reqid: ``--reqid``.
        spi: ``--spi``, the security association's number.
        protocol: ``--proto``: ah, esp or ipcomp.
        mode: ``--mode``: transport or tunnel.
        tunnel_destination: ``--tunnel-dst``.
        tunnel_source: ``--tunnel-src``.
    """

    reqid: Negatable[int] | None = None
    spi: Negatable[int] | None = None
    protocol: Negatable[str] | None = None
    mode: Negatable[str] | None = None
    tunnel_destination: Negatable[Host] | None = None
    tunnel_source: Negatable[Host] | None = None

    def __post_init__(self) -> None:
        tunnel = self.mode in (Negatable("tunnel"), Negatable("transport", negated=True))
        if (self.tunnel_destination or self.tunnel_source) and not tunnel:
            raise InvalidRule("--tunnel-src and --tunnel-dst need --mode tunnel")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(Match):
    """The options of ``-m policy``.

    Args:
        direction: ``--dir``: in (how it was decapsulated) or out (how it will be encapsulated).
        ipsec: ``--pol``: whether there must be a policy, or none.
        strict: whether the elements must be the whole policy in order; else the one element must
            fit any part of it.
        elements: the elements; none in a policy without tests.
    """

    name: ClassVar[str] = "policy"
    direction: str
    ipsec: bool = True
    strict: bool = False
    elements: tuple[PolicyElement, ...] = ()

    def __post_init__(self) -> None:
        if self.direction not in {"in", "out"}:
            raise InvalidRule(f"--dir must be in or out, not {self.direction!r}")
        if not self.ipsec and (self.strict or self.elements):
            raise InvalidRule("--pol none cannot be used with --strict or tests of a policy")
        if len(self.elements) > (_MAX_ELEMENTS if self.strict else 1):
            raise InvalidRule(f"at most {_MAX_ELEMENTS} policy elements, and one without --strict")
        if PolicyElement() in self.elements or (self.strict and not self.elements):
            raise InvalidRule("a policy element is empty: each needs at least one test")


class PolicyExtension(MatchExtension[Policy]):
    """Translates ``-m policy``."""

    name = "policy"
    value = Policy
    options = (
        Option(name="dir"),
        Option(name="pol"),
        Option(name="strict", words=0),
        *(
            Option(name=name, negatable=True, repeatable=True)
            for name in ("reqid", "spi", "tunnel-src", "tunnel-dst", "proto", "mode")
        ),
        Option(name="next", words=0, repeatable=True, requires=frozenset({"strict"})),
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Policy:
        direction = given.require("dir", "--dir in or --dir out must be given")
        require_chain(given, context, _OUT_CHAINS if direction.value == "out" else _IN_CHAINS)
        kind = given.get("pol")
        if kind is not None and kind.value not in {"ipsec", "none"}:
            raise kind.error(f"unknown policy {kind.value!r}: ipsec or none")
        ipsec = kind is None or kind.value == "ipsec"
        strict = "strict" in given
        elements = tuple(
            _read_element(part, context.version) for part in _split(given, strict=strict)
        )
        if not ipsec and not strict:
            elements = ()  # iptables drops them: there is nothing that they could test
        return Policy(direction=direction.value, ipsec=ipsec, strict=strict, elements=elements)

    def format(self, value: Policy, context: ParseContext) -> Sequence[str]:
        del context
        words = ["--dir", value.direction, "--pol", "ipsec" if value.ipsec else "none"]
        if value.strict:
            words.append("--strict")
        for index, element in enumerate(value.elements):
            if index:
                words.append("--next")
            for option, field in _TESTS:
                test = getattr(element, field)
                if test is not None:
                    text = f"{test.value:#x}" if option == "spi" else str(test.value)
                    words += [*test.bang, f"--{option}", text]
        return words

    def to_nft(self, value: Policy, rule: Rule) -> list[Statement]:
        del rule
        if value.elements:
            raise Untranslatable(
                "-m policy with tests of the policy",
                "nft reads one transformation by its place; it cannot look for one that fits, nor "
                "see how many there are",
            )
        return [match(_LEFTS[value.direction], value.ipsec)]

    def from_nft(self, cursor: Cursor) -> Policy | None:
        for direction, left in _LEFTS.items():
            view = cursor.match_on(left)
            if view is not None and view.is_equality and isinstance(view.right, bool):
                cursor.take()
                return Policy(direction=direction, ipsec=view.right != view.negated)
        return None


_LEFTS: Final[dict[str, dict[str, Any]]] = {"in": meta("ipsec"), "out": {"rt": {"key": "ipsec"}}}


def _split(given: GivenOptions, *, strict: bool) -> list[list[Given]]:
    """The options of each element; --next stands between two."""
    parts: list[list[Given]] = [[]]
    for option in given:
        if option.option.name == "next":
            parts.append([])
        elif option.option.repeatable:
            if any(other.option is option.option for other in parts[-1]):
                raise option.error("this option may be given only once for an element")
            parts[-1].append(option)
    if len(parts) > _MAX_ELEMENTS:
        raise given.error(f"at most {_MAX_ELEMENTS} policy elements")
    return parts if strict else [part for part in parts if part]


def _read_element(options: Iterable[Given], version: IPVersion) -> PolicyElement:
    fields = dict(_TESTS)
    readers: dict[str, Callable[[Given], Any]] = {
        "reqid": read_uint,
        "spi": read_uint,
        "proto": _read_protocol,
        "mode": _read_mode,
        "tunnel-dst": lambda given: read_host(given, version),
        "tunnel-src": lambda given: read_host(given, version),
    }
    return PolicyElement(
        **{
            fields[option.option.name]: Negatable(
                readers[option.option.name](option), option.negated
            )
            for option in options
        }
    )


def _read_protocol(given: Given) -> str:
    number = protocol_in_option(given.value)
    name = next((name for name, value in _PROTOCOLS.items() if value == number), None)
    if name is None:
        raise given.error(f"{given.value!r} must be ah, esp or ipcomp")
    return name


def _read_mode(given: Given) -> str:
    if given.value not in _MODES:
        raise given.error(f"unknown mode {given.value!r}: transport or tunnel")
    return given.value
