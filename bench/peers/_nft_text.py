"""Operations in nft's own language; iptables-restore-translate words the rules."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence

from bench.peers._restore import restore_text
from nfcore.operations import AddChain, AddRule, AddTable, DeleteRule, Operation, table_of
from translate import IPVersion

__all__ = ["nft_text"]


def nft_text(operations: Sequence[Operation]) -> str:
    """The commands of an ``nft -f`` file, in order."""
    worded = {version: _worded_rules(operations, version) for version in IPVersion}
    return "\n".join([*(_line(operation, worded) for operation in operations), ""])


def _worded_rules(operations: Sequence[Operation], version: IPVersion) -> Iterator[str]:
    """Each rule to be added, in order, as ``add rule …`` or ``insert rule …``."""
    added = [
        restore_text([operation], version)
        for operation in operations
        if isinstance(operation, AddRule)
    ]
    if not any(added):
        return iter(())
    done = subprocess.run(
        [f"{version.program}-restore-translate", "--file", "/dev/stdin"],
        input="".join(added),
        text=True,
        check=True,
        capture_output=True,
    )
    return (line for line in done.stdout.splitlines() if line.startswith(("add rule", "insert")))


def _line(operation: Operation, worded: Mapping[IPVersion, Iterator[str]]) -> str:
    version = table_of(operation).version
    match operation:
        case AddTable(table=table):
            return f"add table {version.family} {table.name}"
        case AddChain(chain=chain, base=base):
            where = f"{version.family} {chain.table.name} {chain.name}"
            if base is None:
                return f"add chain {where}"
            hook = f"type {base.type} hook {base.hook} priority {base.priority}"
            return f"add chain {where} {{ {hook}; policy {base.policy}; }}"
        case AddRule():
            return next(worded[version])
        case DeleteRule(chain=chain, handle=handle):
            return f"delete rule {version.family} {chain.table.name} {chain.name} handle {handle}"
    raise TypeError(f"no network needs this operation: {operation}")
