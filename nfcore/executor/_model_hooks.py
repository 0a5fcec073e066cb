"""In which hooks the kernel lets a statement stand, as nf_tables' expressions validate it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from nfcore.operations import BaseChain

__all__ = ["Requirement", "requirements_of"]


class Requirement(NamedTuple):
    """The hooks that a statement may be reached from, and whether only from chains of type nat."""

    hooks: frozenset[str]
    only_nat: bool = False

    def allows(self, base: BaseChain) -> bool:
        """Whether rules reached from this base chain may hold the statement."""
        return base.hook in self.hooks and (not self.only_nat or base.type == "nat")


def _require(*hooks: str, only_nat: bool = False) -> Requirement:
    return Requirement(frozenset(hooks), only_nat)


_INPUT_SIDE: Final = _require("prerouting", "input", "forward")
_OUTPUT_SIDE: Final = _require("forward", "output", "postrouting")

_BY_NAME: Final[Mapping[str, Requirement]] = MappingProxyType(
    {
        "masquerade": _require("postrouting", only_nat=True),
        "snat": _require("input", "postrouting", only_nat=True),
        "dnat": _require("prerouting", "output", only_nat=True),
        "redirect": _require("prerouting", "output", only_nat=True),
        "reject": _require("prerouting", "input", "forward", "output"),
        "tproxy": _require("prerouting"),
        "synproxy": _require("input", "forward"),
        "socket": _require("prerouting", "input", "output"),
        "osf": _INPUT_SIDE,
    }
)


def requirements_of(expr: object) -> Iterator[Requirement]:
    """What a rule's statements ask of the base chains that reach it."""
    if isinstance(expr, Mapping):
        for name, body in expr.items():
            found = _requirement(name, body)
            if found is not None:
                yield found
            yield from requirements_of(body)
    elif isinstance(expr, list | tuple):
        for part in expr:
            yield from requirements_of(part)


def _requirement(name: str, body: Any) -> Requirement | None:
    match name, body:
        case "fib", {"flags": [*flags]} if "iif" in flags:
            return _INPUT_SIDE
        case "fib", {"flags": [*flags]} if "oif" in flags:
            return _OUTPUT_SIDE
        case "rt", {"key": "mtu" | "nexthop"}:
            return _OUTPUT_SIDE
        case "ipsec", {"dir": direction}:
            return _INPUT_SIDE if direction == "in" else _OUTPUT_SIDE
        case "mangle", {"key": {"meta": {"key": "pkttype"}}}:
            return _require("prerouting")
    return _BY_NAME.get(name)
