"""Which kind of tables to program: what is usable, and what is live, decide. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from nfcore.exceptions import BackendUnavailable, Conflict
from nfcore.operations import ChainRef, Snapshot

__all__ = ["Choice", "Contents", "KindReport", "TableKind", "choose_kind", "contents_of"]

TableKind = Literal["nftables", "legacy"]

_NAMES: Final[Mapping[TableKind, str]] = MappingProxyType(
    {"nftables": "nf_tables", "legacy": "iptables-legacy"}
)
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What tables hold that would be split if rules went to the other kind.

    Args:
        docker: the chains of Docker's driver, each with its table.
        others: every other user-defined chain, built-in chains with a rule or policy DROP, and
            tables that iptables has no words for.
    """

    docker: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.docker or self.others)

    def __str__(self) -> str:
        if self.docker:
            return f"DOCKER chains ({_list(self.docker)})"
        return f"a firewall ({_list(self.others)})"


def _list(chains: tuple[str, ...]) -> str:
    shown = ", ".join(chains[:_SHOWN])
    return f"{shown}, …" if len(chains) > _SHOWN else shown


def contents_of(snapshot: Snapshot) -> Contents:
    """What of a snapshot is live."""
    docker, others = [], []
    for table, state in snapshot.tables.items():
        for name, chain in state.chains.items():
            ref = str(ChainRef(table=table, name=name))
            if chain.base is None and (name == "DOCKER" or name.startswith("DOCKER-")):
                docker.append(ref)
            elif chain.base is None or chain.rules or chain.base.policy == "drop":
                others.append(ref)
    return Contents(docker=tuple(docker), others=tuple(others))


@dataclass(frozen=True, slots=True, kw_only=True)
class KindReport:
    """What was found of one kind of tables.

    Args:
        kind: which.
        answer: why it cannot be used; None where it can.
        contents: what its tables hold, as far as that can be seen.
    """

    kind: TableKind
    answer: str | None = None
    contents: Contents = Contents()

    @property
    def usable(self) -> bool:
        """Whether it can be used."""
        return self.answer is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A kind of tables, and why it is this one."""

    kind: TableKind
    reason: str


def choose_kind(nftables: KindReport, legacy: KindReport, *, reading: bool = False) -> Choice:
    """Choose for the user: nf_tables where it is usable, or else iptables-legacy.

    What is live counts: a kind that holds Docker's chains already goes on holding them.

    Args:
        nftables: what was found of nf_tables.
        legacy: what was found of the legacy tables.
        reading: nothing is to be programmed, so nothing can be split: the kind that holds Docker's
            chains is read.

    Raises:
        BackendUnavailable: neither is usable; with what each answered.
        Conflict: the other kind's tables hold something. Every packet passes both kinds, so rules
            that belong together must not be split over them without the user's say.
    """
    if nftables.usable:
        chosen, other, reason = nftables, legacy, "nf_tables is usable"
    elif legacy.usable:
        chosen, other = legacy, nftables
        reason = f"nf_tables is not usable ({nftables.answer}), iptables-legacy is"
    else:
        raise BackendUnavailable(
            f"no way to program rules (nf_tables: {nftables.answer}; iptables-legacy: "
            f"{legacy.answer})"
        )
    if chosen.contents.docker:
        return Choice(kind=chosen.kind, reason=f"{reason} and holds DOCKER chains already")
    if reading:
        read = other if other.usable and other.contents.docker else chosen
        return Choice(
            kind=read.kind, reason=f"{reason}; this is where DOCKER chains are looked for"
        )
    if other.contents:
        mine, theirs = _NAMES[chosen.kind], _NAMES[other.kind]
        raise Conflict(
            f"{reason}, but {theirs} holds {other.contents}, and packets pass both kinds of "
            f"tables: give --backend {chosen.kind} to program {mine} beside it, or "
            f"--backend {other.kind} to stay there"
            + ("; nfcore migrate moves Docker's rules" if other.contents.docker else "")
        )
    return Choice(kind=chosen.kind, reason=reason)
