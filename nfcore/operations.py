"""The typed operations of a transaction, and the typed picture of a ruleset.

Nothing here is JSON: the libnftables executors alone turn operations into JSON, so that another
executor (iptables-legacy, raw netlink, the in-memory fake) can carry out the same ones.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

import translate
from translate import Counters, IPVersion, Rule

__all__ = [
    "BARE",
    "BASE_CHAINS",
    "TABLES",
    "AddChain",
    "AddElements",
    "AddRule",
    "AddSet",
    "AddTable",
    "BaseChain",
    "ChainRef",
    "ChainState",
    "ChainType",
    "DeleteChain",
    "DeleteElements",
    "DeleteRule",
    "DeleteSet",
    "DeleteTable",
    "ElementKey",
    "ElementValue",
    "FlushChain",
    "Hook",
    "KernelRule",
    "KeyType",
    "NativeRule",
    "Operation",
    "Policy",
    "SetElement",
    "SetPolicy",
    "SetRef",
    "SetState",
    "SetType",
    "Snapshot",
    "TableRef",
    "TableState",
    "base_chain_of",
    "count_of",
    "each_element",
    "table_of",
]

Policy = Literal["accept", "drop"]
ChainType = Literal["filter", "nat", "route"]
Hook = Literal["prerouting", "input", "forward", "output", "postrouting"]


class TableRef(NamedTuple):
    """A table by IP version and iptables' name for it (one of `TABLES`)."""

    version: IPVersion
    name: str

    def __str__(self) -> str:
        return f"{self.version.program} -t {self.name}"


class ChainRef(NamedTuple):
    """A chain by its table and name."""

    table: TableRef
    name: str

    def __str__(self) -> str:
        return f"{self.table} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseChain:
    """What makes a chain a base chain: nft's type, hook and priority, and the policy."""

    type: ChainType
    hook: Hook
    priority: int
    policy: Policy = "accept"


_BUILT_IN: Final[tuple[tuple[str, str, Hook, int], ...]] = (
    ("filter", "INPUT", "input", 0),
    ("filter", "FORWARD", "forward", 0),
    ("filter", "OUTPUT", "output", 0),
    ("nat", "PREROUTING", "prerouting", -100),
    ("nat", "INPUT", "input", 100),
    ("nat", "OUTPUT", "output", -100),
    ("nat", "POSTROUTING", "postrouting", 100),
    ("mangle", "PREROUTING", "prerouting", -150),
    ("mangle", "INPUT", "input", -150),
    ("mangle", "FORWARD", "forward", -150),
    ("mangle", "OUTPUT", "output", -150),
    ("mangle", "POSTROUTING", "postrouting", -150),
    ("raw", "PREROUTING", "prerouting", -300),
    ("raw", "OUTPUT", "output", -300),
    ("security", "INPUT", "input", 50),
    ("security", "FORWARD", "forward", 50),
    ("security", "OUTPUT", "output", 50),
)


def _chain_type(table: str, hook: Hook) -> ChainType:
    if table == "nat":
        return "nat"
    return "route" if (table, hook) == ("mangle", "output") else "filter"


BASE_CHAINS: Final[Mapping[tuple[str, str], BaseChain]] = MappingProxyType(
    {
        (table, chain): BaseChain(type=_chain_type(table, hook), hook=hook, priority=priority)
        for table, chain, hook, priority in _BUILT_IN
    }
)
"""The base chains exactly as iptables-nft 1.8.9 creates them, by (table, chain)."""


TABLES: Final = tuple(dict.fromkeys(table for table, _ in BASE_CHAINS))
"""iptables' tables: ``filter``, ``nat``, ``mangle``, ``raw``, ``security``."""


def base_chain_of(chain: ChainRef) -> BaseChain | None:
    """The built-in chain's hook, or None for a user-defined chain."""
    return BASE_CHAINS.get((chain.table.name, chain.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeRule:
    """A rule that iptables has no words for: nft's own statements, kept as they are.

    ``expr`` holds JSON statements as in libnftables-json(5), made by nfcore's own encoders. (What
    is read back from the kernel is always a `Rule`, in which statements without iptables words
    are `translate.Opaque` matches.)
    """

    expr: tuple[Mapping[str, Any], ...]

    def __hash__(self) -> int:
        return hash(repr(self.expr))


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTable:
    """Create a table unless it exists."""

    table: TableRef

    def __str__(self) -> str:
        return f"create table {self.table}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteTable:
    """Delete a table with all it holds."""

    table: TableRef

    def __str__(self) -> str:
        return f"delete table {self.table}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddChain:
    """Create a chain unless it exists; with ``base`` as a base chain.

    A base chain that exists keeps its policy, unless ``base`` says ``drop``.
    """

    chain: ChainRef
    base: BaseChain | None = None

    def __str__(self) -> str:
        return f"{self.chain.table} -N {self.chain.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteChain:
    """Delete a chain that no other chain jumps to; its rules go with it."""

    chain: ChainRef

    def __str__(self) -> str:
        return f"{self.chain.table} -X {self.chain.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlushChain:
    """Delete every rule of a chain."""

    chain: ChainRef

    def __str__(self) -> str:
        return f"{self.chain.table} -F {self.chain.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPolicy:
    """Set a built-in chain's policy; the chain is made where it is missing, as by iptables -P."""

    chain: ChainRef
    policy: Policy

    def __str__(self) -> str:
        return f"{self.chain.table} -P {self.chain.name} {self.policy.upper()}"


def _rule_text(chain: ChainRef, body: Rule | NativeRule, action: str) -> str:
    if isinstance(body, Rule):
        return " ".join([str(chain.table), action, chain.name, *translate.format(body)])
    verb = {"-A": "add", "-I": "insert", "-D": "delete"}[action]
    place = f"{chain.table.version.family} {chain.table.name} {chain.name}"
    return f"nft {verb} rule {place} {json.dumps(body.expr)}"


class AddRule(NamedTuple):
    """Put a rule into a chain.

    Args:
        chain: where.
        body: the rule.
        place: ``tail`` (iptables -A) or ``head`` (-I); with ``before`` given it is ignored.
        before: the handle of the rule above which this one goes (as -I CHAIN NUMBER), or None.
            There is no "behind": libnftables 1.0.6 reads a handle with an insertion, and
            silently drops it with an addition.
        tag: text kept with the rule in the kernel that iptables' save form does not show
            (nfcore notes a network's name in it), or None.
    """

    chain: ChainRef
    body: Rule | NativeRule
    place: Literal["head", "tail"] = "tail"
    before: int | None = None
    tag: str | None = None

    def __str__(self) -> str:
        inserted = self.place == "head" or self.before is not None
        return _rule_text(self.chain, self.body, "-I" if inserted else "-A")


class DeleteRule(NamedTuple):
    """Delete the rule with this handle; ``body`` says what it is, for messages and for legacy."""

    chain: ChainRef
    handle: int
    body: Rule

    def __str__(self) -> str:
        return _rule_text(self.chain, self.body, "-D")


KeyType = Literal["ifname", "ipv4_addr", "ipv6_addr", "inet_proto", "inet_service"]
"""nft's name for the type of one part of a key, or of a map's data."""

ElementValue = str | int
"""An interface's name, an address in its shortest form, or the number of a protocol or port."""

ElementKey = tuple[ElementValue, ...]
"""One value for each part of a set's key."""


class SetRef(NamedTuple):
    """A named set or map by its table and name."""

    table: TableRef
    name: str

    def __str__(self) -> str:
        return f"{self.table.version.family} {self.table.name} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetType:
    """What a named set or map holds.

    Args:
        key: the parts of a key.
        data: what a map gives for a key; None for a set.
        counted: whether each element counts the packets that were looked up with it.
    """

    key: tuple[KeyType, ...]
    data: KeyType | None = None
    counted: bool = False

    def __str__(self) -> str:
        data = "" if self.data is None else f" : {self.data}"
        return " . ".join(self.key) + data + (" counter" if self.counted else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddSet:
    """Create a named set or map unless it exists."""

    set: SetRef
    type: SetType

    def __str__(self) -> str:
        word = "set" if self.type.data is None else "map"
        return f"nft add {word} {self.set} {{ type {self.type}; }}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteSet:
    """Delete a named set or map that no rule looks up, with its elements."""

    set: SetRef

    def __str__(self) -> str:
        return f"nft delete set {self.set}"


class SetElement(NamedTuple):
    """What is kept with one key of a named set or map.

    Transactions hold elements by the ten thousand; a named tuple is made in a third of the time
    that a frozen dataclass takes.

    Args:
        data: what a map gives for the key; None in a set.
        comment: text kept with the element, 1 to 128 bytes, or None.
        counters: what the element counted, where its set counts.
    """

    data: ElementValue | None = None
    comment: str | None = None
    counters: Counters | None = None


BARE: Final = SetElement()
"""Nothing is kept with a key; most elements have this very one."""


class AddElements(NamedTuple):
    """Put elements into one set or map; those that are there stay as they are.

    Args:
        set: where.
        elements: what is kept with each key; counters play no part.
    """

    set: SetRef
    elements: Mapping[ElementKey, SetElement]

    def __str__(self) -> str:
        listed = ", ".join(
            _key_text(key) + ("" if element.data is None else f" : {element.data}")
            for key, element in self.elements.items()
        )
        return f"nft add element {self.set} {{ {listed} }}"


class DeleteElements(NamedTuple):
    """Take the elements with these keys out of a set or map."""

    set: SetRef
    keys: Collection[ElementKey]

    def __str__(self) -> str:
        return f"nft delete element {self.set} {{ {', '.join(map(_key_text, self.keys))} }}"


def _key_text(key: ElementKey) -> str:
    return " . ".join(map(str, key))


Operation = (
    AddTable
    | DeleteTable
    | AddChain
    | DeleteChain
    | FlushChain
    | SetPolicy
    | AddRule
    | DeleteRule
    | AddSet
    | DeleteSet
    | AddElements
    | DeleteElements
)


def table_of(operation: Operation) -> TableRef:
    """The table that an operation changes."""
    if isinstance(operation, AddTable | DeleteTable):
        return operation.table
    if isinstance(operation, AddSet | DeleteSet | AddElements | DeleteElements):
        return operation.set.table
    return operation.chain.table


def each_element(operations: Sequence[Operation]) -> Iterator[tuple[int, Operation]]:
    """The operations with each element for itself, and the place of what it was taken from.

    It is how a single element is found to be at fault.
    """
    for index, operation in enumerate(operations):
        if count_of(operation) <= 1:
            yield index, operation
        elif isinstance(operation, AddElements):
            for key, element in operation.elements.items():
                yield index, AddElements(operation.set, {key: element})
        elif isinstance(operation, DeleteElements):
            for key in operation.keys:
                yield index, DeleteElements(operation.set, (key,))


def count_of(operation: Operation) -> int:
    """How many rules, chains, sets, elements or the like an operation is about."""
    if isinstance(operation, AddElements):
        return len(operation.elements)
    return len(operation.keys) if isinstance(operation, DeleteElements) else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelRule:
    """One rule as the kernel holds it."""

    handle: int
    body: Rule
    tag: str | None = None
    counters: Counters | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainState:
    """One chain as the kernel holds it, its rules in order."""

    base: BaseChain | None = None
    rules: tuple[KernelRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetState:
    """One named set or map as the kernel holds it; its elements are in no order."""

    type: SetType
    elements: Mapping[ElementKey, SetElement] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableState:
    """One table's chains by name, in the kernel's order, and its named sets and maps.

    Sets of other types than `SetType` has words for (intervals, time-outs) are left out.
    """

    chains: Mapping[str, ChainState] = field(default_factory=dict)
    sets: Mapping[str, SetState] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The ip and ip6 tables at one generation.

    Args:
        tables: iptables' own tables (`TABLES`), by IP version and name.
        generation: the kernel's count of commits at which this was so, or None where the
            executor has none; no part of what makes two snapshots equal.
    """

    tables: Mapping[TableRef, TableState] = field(default_factory=dict)
    generation: int | None = field(default=None, compare=False)
