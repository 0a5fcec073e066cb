"""iptables-restore --noflush: one text for each IP version."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence

from bench.peers._known import PlannedPeer, numbered_handles
from bench.peers._peer import Work
from bench.workload import Stack
from nfcore.operations import AddChain, AddRule, DeleteRule, Operation, table_of
from translate import IPVersion, Rule
from translate import format as format_rule

__all__ = ["RestorePeer", "open_legacy_restore", "open_nft_restore", "restore_text", "run_restore"]


class RestorePeer(PlannedPeer):
    """Runs iptables-restore and ip6tables-restore, each where it has something to do.

    Args:
        variant: ``legacy`` or ``nft``.
        stack: the IP versions.
    """

    def __init__(self, variant: str, stack: Stack) -> None:
        self._variant = variant
        super().__init__(stack, numbered_handles())

    def write(self, operations: Sequence[Operation]) -> Work:
        """The texts."""
        texts = {version: restore_text(operations, version) for version in IPVersion}

        def work() -> None:
            for version, text in texts.items():
                if text:
                    run_restore(self._variant, version, text)

        return work


def run_restore(variant: str, version: IPVersion, text: str) -> None:
    """Load a text into the tables of one IP version without flushing them."""
    program = f"{version.program}-{variant}-restore"
    subprocess.run([program, "--noflush", "--wait"], input=text, text=True, check=True)


def restore_text(operations: Sequence[Operation], version: IPVersion) -> str:
    """One IP version's operations as iptables-restore reads them; '' where there are none."""
    tables: dict[str, list[str]] = {}
    for operation in operations:
        table = table_of(operation)
        if table.version is version:
            tables.setdefault(table.name, []).extend(_lines(operation))
    blocks = (
        "\n".join([f"*{name}", *sorted(lines, key=_is_no_chain), "COMMIT", ""])
        for name, lines in tables.items()
    )
    return "".join(blocks)


def _is_no_chain(line: str) -> bool:
    return not line.startswith(":")


def _lines(operation: Operation) -> Iterator[str]:
    match operation:
        case AddChain(base=None):
            yield f":{operation.chain.name} - [0:0]"
        case AddRule(body=Rule() as rule):
            flag = "-I" if operation.place == "head" else "-A"
            yield f"{flag} {operation.chain.name} {' '.join(format_rule(rule))}"
        case DeleteRule():
            yield f"-D {operation.chain.name} {' '.join(format_rule(operation.body))}"


def open_legacy_restore(stack: Stack) -> RestorePeer:
    """iptables-legacy-restore --noflush."""
    return RestorePeer("legacy", stack)


def open_nft_restore(stack: Stack) -> RestorePeer:
    """iptables-nft-restore --noflush."""
    return RestorePeer("nft", stack)
