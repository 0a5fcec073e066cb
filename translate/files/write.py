"""Tables as iptables-save prints them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from translate.files.tables import ChainDump, TableDump
from translate.registry import DEFAULT_REGISTRY, Registry
from translate.save import is_opaque, save_line
from translate.tables import TABLE_CHAINS
from translate.types import Counters

__all__ = ["write_save"]

_NO_PACKETS = Counters()


def write_save(
    tables: Iterable[TableDump],
    *,
    counters: bool | None = None,
    remarks: Iterable[str] = (),
    registry: Registry = DEFAULT_REGISTRY,
) -> str:
    """A file that iptables-restore reads.

    Args:
        tables: the tables, in the order in which they are to stand.
        counters: print the rules' counters, as ``iptables-save -c``; None prints them if any rule
            has some. Chains have theirs always.
        remarks: comment lines for the end, with their ``#``.
        registry: the extensions to know.

    Returns:
        The text, in iptables-save's normal form: every built-in chain first (``ACCEPT`` where the
        policy isn't known), then the others by name, then the rules chain by chain. Rules with
        statements that iptables has no words for are comments.
    """
    tables = [*tables]
    if counters is None:
        counters = any(
            saved.rule.counters is not None
            for table in tables
            for chain in table
            for saved in chain.rules
        )
    lines: list[str] = []
    for table in tables:
        lines += _table(table, registry, counters=counters)
    lines += remarks
    return "".join(f"{line}\n" for line in lines)


def _table(table: TableDump, registry: Registry, *, counters: bool) -> Iterator[str]:
    yield from table.remarks
    yield f"*{table.name}"
    for chain in table:
        yield f":{chain.name} {_policy(table, chain)} {_bracketed(chain.counters)}"
    for chain in table:
        for saved in chain.rules:
            line = save_line(saved.rule, registry=registry)
            if counters:
                line = f"{_bracketed(saved.rule.counters or _NO_PACKETS)} {line}"
            yield f"# {line}" if is_opaque(saved.rule) else line
    yield "COMMIT"


def _policy(table: TableDump, chain: ChainDump) -> str:
    if chain.name in TABLE_CHAINS[table.name]:
        return chain.policy or "ACCEPT"
    return "-"


def _bracketed(counters: Counters) -> str:
    return f"[{counters.packets}:{counters.bytes}]"
