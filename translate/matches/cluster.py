"""``-m cluster``: whether a connection is this node's share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import GivenOptions, MatchExtension, Option, ParseContext
from translate.nft.cursor import Cursor
from translate.nft.statements import match, meta, number_from_json, set_members, set_of
from translate.rule import Match, Rule
from translate.types import Statement
from translate.values.uints import read_uint

__all__ = ["Cluster", "ClusterExtension"]

_MAX_NODES: Final = 32
_WORD: Final = 0xFFFFFFFF
_TOO_LATE: Final = frozenset({"INPUT", "FORWARD", "OUTPUT", "POSTROUTING"})
_FOR_US: Final[Statement] = {"mangle": {"key": meta("pkttype"), "value": "host"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster(Match):
    """The nodes.

    Args:
        total_nodes: ``--cluster-total-nodes``.
        node_mask: ``--cluster-local-nodemask``, the nodes that this one is for: bit 0 is node 1.
        negated: whether it must be another node's share.
        seed: ``--cluster-hash-seed``.
    """

    name: ClassVar[str] = "cluster"
    total_nodes: int
    node_mask: int
    negated: bool = False
    seed: int

    def __post_init__(self) -> None:
        if not 1 <= self.total_nodes <= _MAX_NODES:
            raise InvalidRule(f"cluster: total nodes must be 1 to {_MAX_NODES}")
        if not 1 <= self.node_mask < 1 << self.total_nodes:
            raise InvalidRule(
                f"cluster: the local node must be one of {self.total_nodes}, as "
                "--cluster-local-node or --cluster-local-nodemask"
            )
        if not 0 <= self.seed <= _WORD:
            raise InvalidRule(f"cluster: the seed must be 0 to {_WORD}")

    @property
    def shares(self) -> list[int]:
        """What the hash may be for this node."""
        return [bit for bit in range(self.total_nodes) if self.node_mask >> bit & 1]

    def has_side_effects(self) -> bool:
        return True


class ClusterExtension(MatchExtension[Cluster]):
    """Translates ``-m cluster``.

    iptables-translate takes node N for the hash N, which is N-1, overlooks ``!``, and hashes ``ct
    original saddr``, which libnftables 1.0.6 cannot list without a crash.
    """

    name = "cluster"
    value = Cluster
    options = (
        Option(name="cluster-total-nodes"),
        Option(
            name="cluster-local-node",
            negatable=True,
            excludes=frozenset({"cluster-local-nodemask"}),
        ),
        Option(
            name="cluster-local-nodemask",
            negatable=True,
            excludes=frozenset({"cluster-local-node"}),
        ),
        Option(name="cluster-hash-seed"),
    )
    caveats = (
        "a related connection is hashed by its own address, not by its master's",
        "every packet that matches is marked as for this host, not multicast ones only",
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Cluster:
        del context
        total = given.require("cluster-total-nodes", "--cluster-total-nodes must be given")
        seed = given.require("cluster-hash-seed", "--cluster-hash-seed must be given")
        node, mask = given.get("cluster-local-node"), given.get("cluster-local-nodemask")
        local = node or mask
        if local is None:
            raise given.error("--cluster-local-node or --cluster-local-nodemask must be given")
        number = read_uint(local, minimum=1, maximum=_WORD if node is None else _MAX_NODES)
        return Cluster(
            total_nodes=read_uint(total, minimum=1, maximum=_MAX_NODES),
            node_mask=number if node is None else 1 << (number - 1),
            negated=local.negated,
            seed=read_uint(seed),
        )

    def format(self, value: Cluster, context: ParseContext) -> Sequence[str]:
        del context
        words = ["!"] if value.negated else []
        words += ["--cluster-local-nodemask", f"{value.node_mask:#010x}"]
        words += ["--cluster-total-nodes", str(value.total_nodes)]
        return [*words, "--cluster-hash-seed", f"{value.seed:#010x}"]

    def to_nft(self, value: Cluster, rule: Rule) -> list[Statement]:
        if rule.chain in _TOO_LATE:
            raise Untranslatable(
                f"-m cluster in {rule.chain}", "nft sets a packet's type in PREROUTING only"
            )
        source = {"ct": {"key": f"{rule.version.family} saddr", "dir": "original"}}
        hashed = {"jhash": {"mod": value.total_nodes, "seed": value.seed, "expr": source}}
        shares = value.shares
        right: Any = shares[0] if len(shares) == 1 else set_of(shares)
        return [match(hashed, right, negated=value.negated), dict(_FOR_US)]

    def from_nft(self, cursor: Cursor) -> Cluster | None:
        view = cursor.match()
        if view is None or not view.is_equality or cursor.peek(1) != _FOR_US:
            return None
        hashed = view.left.get("jhash") if isinstance(view.left, dict) else None
        source = {"ct": {"key": f"{cursor.version.family} saddr", "dir": "original"}}
        if not isinstance(hashed, dict) or hashed.get("expr") != source:
            return None
        if not set(hashed) <= {"mod", "seed", "expr"}:
            return None
        total, seed = number_from_json(hashed.get("mod")), number_from_json(hashed.get("seed", 0))
        shares = _read_shares(view.right)
        if total is None or seed is None or shares is None:
            return None
        try:
            value = Cluster(
                total_nodes=total,
                node_mask=sum(1 << share for share in shares),
                negated=view.negated,
                seed=seed,
            )
        except InvalidRule:
            return None
        cursor.take(2)
        return value


def _read_shares(right: Any) -> set[int] | None:
    members = set_members(right)
    shares: set[int] = set()
    for member in [right] if members is None else members:
        ends = member.get("range") if isinstance(member, dict) else [member, member]
        if not isinstance(ends, list) or len(ends) != 2:
            return None
        first, last = (number_from_json(end, maximum=_MAX_NODES - 1) for end in ends)
        if first is None or last is None:
            return None
        shares |= {*range(first, last + 1)}
    return shares
