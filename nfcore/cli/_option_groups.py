"""Options that go together: one parameter of a command stands for all of them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, get_type_hints

from nfcore.cli._changes import report
from nfcore.cli._host import open_host
from nfcore.cli._options import (
    DEFAULT_WAIT,
    Backend,
    BackendOption,
    DryRunOption,
    JsonOption,
    MetricsFileOption,
    NetnsOption,
    TablePrefixOption,
    WaitOption,
)
from nfcore.host import Host, Outcome

__all__ = ["ChangeOptions", "HostOptions", "with_groups"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostOptions:
    """Which host a command looks at."""

    backend: BackendOption = Backend.AUTO
    netns: NetnsOption = None
    table_prefix: TablePrefixOption = ""

    def open(self) -> AbstractContextManager[Host]:
        """The host, to read from; closed when the block ends."""
        return open_host(self.backend, self.netns, table_prefix=self.table_prefix)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOptions(HostOptions):
    """Which host a command changes, and how it does and tells so."""

    wait: WaitOption = DEFAULT_WAIT
    metrics_file: MetricsFileOption = None
    dry_run: DryRunOption = False
    as_json: JsonOption = False

    def open(
        self, *, locked: bool = True, userland_proxy: bool | None = None
    ) -> AbstractContextManager[Host]:
        """The host, to change; closed when the block ends.

        Args:
            locked: whether to wait for another nfcore that is at work.
            userland_proxy: see `Host`.
        """
        return open_host(
            self.backend,
            self.netns,
            table_prefix=self.table_prefix,
            userland_proxy=userland_proxy,
            wait=self.wait if locked else None,
            dry_run=self.dry_run,
            metrics_file=self.metrics_file,
        )

    def report(self, outcome: Outcome, done: str) -> None:
        """Say what was done, or print the plan (see `report`)."""
        report(outcome, done, dry_run=self.dry_run, as_json=self.as_json)


def with_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Make options of a command's groups: what Typer sees and passes is each option by itself.

    Args:
        command: a function whose parameters of these classes are keyword-only.
    """
    shown: list[inspect.Parameter] = []
    groups: dict[str, type[Any]] = {}
    for name, parameter in inspect.signature(command, eval_str=True).parameters.items():
        kind = parameter.annotation
        if isinstance(kind, type) and is_dataclass(kind):
            groups[name] = kind
            shown += _options_of(kind)
        else:
            shown.append(parameter)

    @functools.wraps(command)
    def with_options(**given: Any) -> None:
        for name, group in groups.items():
            options = {option.name: given.pop(option.name) for option in _options_of(group)}
            given[name] = group(**options)
        command(**given)

    with_options.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]  # PEP 362
    with_options.__annotations__ = {option.name: option.annotation for option in shown}
    return with_options


def _options_of(group: type[Any]) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=field.default,
            annotation=hints[field.name],
        )
        for field in fields(group)
    ]
