"""Choosing and opening an executor."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Final, Literal, get_args

from nfcore.exceptions import BackendUnavailable, InvalidInput, NotPermitted
from nfcore.executor._base import Executor
from nfcore.executor._cffi import CffiExecutor
from nfcore.executor._choose import Choice, choose_kind
from nfcore.executor._hybrid import HybridExecutor
from nfcore.executor._module import NftablesModuleExecutor
from nfcore.executor._native import NativeExecutor
from nfcore.executor._netns import enter_netns
from nfcore.executor._report import report_legacy, report_nftables
from nfcore.executor.legacy import LegacyExecExecutor, LegacyExecutor, Place

__all__ = ["ExecutorKind", "explain_choice", "open_executor"]

ExecutorKind = Literal["auto", "nftables", "cffi", "module", "legacy", "legacy-exec"]

_NATIVE: Final[Mapping[str, tuple[type[NativeExecutor], ...]]] = MappingProxyType(
    {
        "nftables": (CffiExecutor, NftablesModuleExecutor),
        "cffi": (CffiExecutor,),
        "module": (NftablesModuleExecutor,),
    }
)
_LEGACY: Final[Mapping[str, type[LegacyExecutor | LegacyExecExecutor]]] = MappingProxyType(
    {"legacy": LegacyExecutor, "legacy-exec": LegacyExecExecutor}
)


def open_executor(
    kind: ExecutorKind = "auto",
    *,
    netns: str | None = None,
    table_prefix: str = "",
    reading: bool = False,
) -> Executor:
    """Open the best executor that works here.

    Args:
        kind: ``auto`` is nf_tables where it is usable, or else iptables-legacy (see `choose_kind`).
            ``nftables`` is libnftables by the compiled extension, or else by the ``nftables``
            module; ``cffi`` and ``module`` are just the one or the other. These put rules without
            a native form into the legacy tables, unless there is a prefix. ``legacy`` is
            iptables-legacy-restore, and ``legacy-exec`` iptables-legacy, one for each rule.
        netns: the name of the network namespace to work in; None is the caller's.
        table_prefix: what the kernel's tables have before iptables' names for them; only
            nf_tables' can have one.
        reading: nothing is to be programmed (see `choose_kind`).

    Raises:
        BackendUnavailable: none works; the message says what was tried and what each answered.
        Conflict: ``auto``, and the other kind of tables holds chains of Docker's or a firewall.
        InvalidInput: an unknown kind, or a namespace name or prefix that cannot be one.
        ListingFailed: ``auto``, and the legacy tables could not be read.
        NotFound: there is no such namespace.
        NotPermitted: this process may not program nf_tables.
    """
    if kind not in get_args(ExecutorKind):
        raise InvalidInput(f"no executor {kind!r}: {', '.join(get_args(ExecutorKind))}")
    if kind == "auto":
        return _open_best(netns, table_prefix, reading=reading)
    if kind in _NATIVE:
        return _hybrid(_open_native(kind, netns, table_prefix), netns, table_prefix)
    if table_prefix:
        raise InvalidInput(f"{kind}: the legacy tables have no other names, so no prefix")
    return _LEGACY[kind](netns=netns)


def explain_choice(netns: str | None = None) -> Choice:
    """What ``auto`` chooses here, and why; nothing is changed.

    Args:
        netns: the network namespace; None is the caller's.

    Raises:
        NfcoreError: what `open_executor` raises.
    """
    try:
        _open_native("nftables", netns, "").close()
    except NotPermitted:
        raise
    except BackendUnavailable as error:
        nftables = report_nftables(netns, answer=str(error))
        return choose_kind(nftables, report_legacy(netns, to_use=True))
    return choose_kind(report_nftables(netns), report_legacy(netns))


def _open_best(netns: str | None, table_prefix: str, *, reading: bool) -> Executor:
    try:
        native = _open_native("nftables", netns, table_prefix)
    except NotPermitted:
        raise  # nor could it program the legacy tables
    except BackendUnavailable as error:
        nftables = report_nftables(netns, answer=str(error))
        choose_kind(nftables, report_legacy(netns, to_use=True, make_table=True))
        return open_executor("legacy", netns=netns, table_prefix=table_prefix)
    try:
        choice = choose_kind(report_nftables(netns), report_legacy(netns), reading=reading)
    except BaseException:
        native.close()
        raise
    if choice.kind == "legacy" and not table_prefix:  # only nf_tables' tables can have one
        native.close()
        return open_executor("legacy", netns=netns)
    return _hybrid(native, netns, table_prefix)


def _open_native(kind: str, netns: str | None, table_prefix: str) -> NativeExecutor:
    answers = []
    for candidate in _NATIVE[kind]:
        try:
            return candidate(netns=netns, table_prefix=table_prefix)
        except NotPermitted:
            raise  # the next one would be told the same
        except BackendUnavailable as error:
            answers.append(f"{candidate.name}: {error}")
    raise BackendUnavailable(f"no way to program nf_tables ({'; '.join(answers)})")


def _hybrid(native: NativeExecutor, netns: str | None, table_prefix: str) -> Executor:
    if table_prefix:
        return native
    try:
        place = Place(None if netns is None else partial(enter_netns, netns))
    except BaseException:
        native.close()
        raise
    return HybridExecutor(native, open_legacy=partial(LegacyExecutor, netns=netns), place=place)
