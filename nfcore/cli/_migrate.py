"""``nfcore migrate``."""

from __future__ import annotations

import enum
from contextlib import ExitStack
from typing import Annotated

import typer

from nfcore.cli._measuring import written_metrics
from nfcore.cli._options import (
    DEFAULT_WAIT,
    DryRunOption,
    JsonOption,
    MetricsFileOption,
    NetnsOption,
    TablePrefixOption,
    WaitOption,
)
from nfcore.cli._output import console, counted, print_json
from nfcore.engine import Engine, EngineLock, ListingSource
from nfcore.events import Observer
from nfcore.executor import open_executor
from nfcore.host import Migration, Side
from nfcore.host import migrate as migrate_rules

__all__ = ["migrate"]


class Kind(enum.Enum):
    """``--to``."""

    NFTABLES = "nftables"
    LEGACY = "legacy"


_NAMES = {Kind.NFTABLES: "nf_tables", Kind.LEGACY: "iptables-legacy"}


def migrate(
    *,
    to: Annotated[Kind, typer.Option("--to", help="The kind of tables that the rules go to.")],
    netns: NetnsOption = None,
    table_prefix: TablePrefixOption = "",
    wait: WaitOption = DEFAULT_WAIT,
    metrics_file: MetricsFileOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Move Docker's networks, ports and chains between nf_tables and iptables-legacy.

    What is new is in place before what is old is removed, so packets go on. Interrupted, it goes on
    where it was when it is called again. The names that nfcore notes with networks on nf_tables are
    lost on iptables-legacy, which has no place for them. With --table-prefix, it is nf_tables'
    tables that have it.
    """
    with ExitStack() as stack:
        observer = stack.enter_context(written_metrics(metrics_file))
        if not dry_run:
            lock = EngineLock(wait=wait, observer=observer)
            lock.acquire()
            stack.callback(lock.release)
        prefixes = {Kind.NFTABLES: table_prefix, Kind.LEGACY: ""}
        sides = {
            kind: _open(stack, kind, netns, prefix, observer) for kind, prefix in prefixes.items()
        }
        new = sides.pop(to)
        (old,) = sides.values()
        done = migrate_rules(old, new, dry_run=dry_run)
    if as_json:
        print_json(
            {
                "rules": done.rules,
                "chains": done.chains,
                "resumed": done.resumed,
                "left": list(done.left),
                "dry_run": dry_run,
            }
        )
    else:
        _report(done, old.name, new.name, dry_run=dry_run)


def _open(
    stack: ExitStack, kind: Kind, netns: str | None, prefix: str, observer: Observer | None
) -> Side:
    executor = stack.enter_context(open_executor(kind.value, netns=netns, table_prefix=prefix))
    source = ListingSource(executor, observer=observer)
    return Side(name=_NAMES[kind], engine=Engine(executor, source=source, observer=observer))


def _report(done: Migration, old: str, new: str, *, dry_run: bool) -> None:
    out = console()
    what = f"{counted(done.rules, 'rule')} and {counted(done.chains, 'chain')}"
    if not done.rules and not done.chains:
        text = f"nothing to move: {old} holds none of Docker's rules"
    elif dry_run:
        text = f"would move {what} from {old} to {new}"
    else:
        text = f"moved {what} from {old} to {new}"
        text += ", which had them already" if done.resumed else ""
    out.print(text, markup=False, soft_wrap=True)
    for line in done.left:
        out.print(f"left in {old}: {line}", markup=False, soft_wrap=True)
