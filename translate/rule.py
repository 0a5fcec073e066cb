"""The typed rule: the hub that text and nft JSON are turned into and made from.

Neither form is ever turned into the other directly, so that whatever a rule says has a name and a
type here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.protocols import MPTCP
from translate.types import Counters, Interface, IPVersion, MaskedAddress, Negatable

__all__ = ["VERDICTS", "Goto", "Jump", "Match", "Rule", "Target", "Verdict", "check_chain_name"]

VERDICTS: Final = frozenset({"ACCEPT", "DROP", "RETURN", "QUEUE"})
_CHAIN_NAME_BYTES: Final = 28
_CHAINS: Final = 1024
"""So many names are known to be right: a ruleset's few come again with each of its rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What one ``-m NAME`` of a rule tests. Each extension has a subclass of its own."""

    name: ClassVar[str]

    def has_side_effects(self) -> bool:
        """Whether asking changes something, so that it matters which packets come this far."""
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What one ``-j NAME`` does. Each extension has a subclass of its own."""

    name: ClassVar[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict(Target):
    """The built-in targets ``ACCEPT``, ``DROP``, ``RETURN`` and ``QUEUE``."""

    name: ClassVar[str] = "standard"
    verdict: str

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise InvalidRule(
                f"verdict must be ACCEPT, DROP, RETURN or QUEUE, not {self.verdict!r}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump(Target):
    """``-j CHAIN``: walk a user-defined chain and come back."""

    name: ClassVar[str] = "jump"
    chain: str

    def __post_init__(self) -> None:
        check_chain_name(self.chain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goto(Target):
    """``-g CHAIN``: walk a user-defined chain; its end returns to where this chain was called."""

    name: ClassVar[str] = "goto"
    chain: str

    def __post_init__(self) -> None:
        check_chain_name(self.chain)


@lru_cache(maxsize=_CHAINS)
def check_chain_name(name: str) -> str:
    """Return a chain name that the kernel can hold.

    Raises:
        InvalidRule: it is empty, over 28 bytes, begins with '-' or '!', or holds white space.
    """
    if not name:
        raise InvalidRule("a chain name cannot be empty")
    if " " in name or not name.isprintable():
        raise InvalidRule(f"chain name {name!r} holds white space or a control character")
    if len(name.encode()) > _CHAIN_NAME_BYTES:
        raise InvalidRule(f"chain name {name!r} is longer than {_CHAIN_NAME_BYTES} bytes")
    if name[0] in "-!":
        raise InvalidRule(f"chain name {name!r} begins with {name[0]!r}")
    return name


class _HashedOnce:
    """Room for an object's hash, which is computed when it is first asked for.

    No field of a dataclass: another process, to which a rule may be sent, hashes strings otherwise.
    """

    __slots__ = ("_hash",)
    _hash: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(_HashedOnce):
    """One iptables rule.

    Args:
        version: the IP version it is for.
        table: iptables' table (``filter``, ``nat``, ``mangle``, ``raw``, ``security``).
        chain: the chain it stands in.
        in_interface: ``-i``.
        out_interface: ``-o``.
        source: ``-s``; None is any.
        destination: ``-d``; None is any.
        protocol: ``-p`` by its number, 0 never (that is any: None).
        fragment: ``-f``, second and later fragments (IPv4 only); None is not asked.
        matches: the ``-m`` extensions in the order in which they were given.
        target: ``-j`` or ``-g``; None only counts.
        counters: ``-c``; no part of what makes two rules equal.
    """

    version: IPVersion
    table: str = "filter"
    chain: str
    in_interface: Negatable[Interface] | None = None
    out_interface: Negatable[Interface] | None = None
    source: Negatable[MaskedAddress] | None = None
    destination: Negatable[MaskedAddress] | None = None
    protocol: Negatable[int] | None = None
    fragment: Negatable[bool] | None = None
    matches: tuple[Match, ...] = ()
    target: Target | None = None
    counters: Counters | None = field(default=None, compare=False)

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            whole = hash(
                (
                    self.version,
                    self.table,
                    self.chain,
                    self.in_interface,
                    self.out_interface,
                    self.source,
                    self.destination,
                    self.protocol,
                    self.fragment,
                    self.matches,
                    self.target,
                )
            )
            object.__setattr__(self, "_hash", whole)
            return whole

    def __post_init__(self) -> None:
        check_chain_name(self.chain)
        if self.source is not None:
            self._check_version("source", self.source)
        if self.destination is not None:
            self._check_version("destination", self.destination)
        if self.protocol is not None and not (
            1 <= self.protocol.value <= 255 or self.protocol.value == MPTCP
        ):
            raise InvalidRule(f"protocol must be 1 to 255, not {self.protocol.value}")
        if self.fragment is not None and self.version is IPVersion.V6:
            raise InvalidRule("fragment (-f) belongs to IPv4; IPv6 has -m frag")

    def has_side_effects_before(self, name: str) -> bool:
        """Whether a match with side effects stands before the first one called ``name``.

        That one cannot stand for ``-p`` then, which decides before all matches.
        """
        for value in self.matches:
            if value.name == name:
                return False
            if value.has_side_effects():
                return True
        return False

    def _check_version(self, name: str, given: Negatable[MaskedAddress]) -> None:
        version = given.value.address.version
        if version != self.version:
            raise InvalidRule(
                f"{name} {given.value} is IPv{version} in an IPv{self.version.value} rule"
            )
