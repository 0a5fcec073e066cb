"""Choosing an executor."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from nfcore.exceptions import BackendUnavailable, InvalidInput
from nfcore.executor._base import Executor
from nfcore.executor._cffi import CffiExecutor
from nfcore.executor._module import NftablesModuleExecutor
from nfcore.executor._native import NativeExecutor

__all__ = ["ExecutorKind", "open_executor"]

ExecutorKind = Literal["nftables", "cffi", "module"]

_CANDIDATES: Final[Mapping[str, tuple[type[NativeExecutor], ...]]] = MappingProxyType(
    {
        "nftables": (CffiExecutor, NftablesModuleExecutor),
        "cffi": (CffiExecutor,),
        "module": (NftablesModuleExecutor,),
    }
)


def open_executor(
    kind: ExecutorKind = "nftables", *, netns: str | None = None, table_prefix: str = ""
) -> Executor:
    """Open the best executor that works here.

    Args:
        kind: ``nftables`` is libnftables by the compiled extension, or else by the ``nftables``
            module; ``cffi`` and ``module`` are just the one or the other.
        netns: the name of the network namespace to work in; None is the caller's.
        table_prefix: what the kernel's tables have before iptables' names for them.

    Raises:
        BackendUnavailable: none works; the message says what was tried and what each answered.
        InvalidInput: an unknown kind, or a namespace name or prefix that cannot be one.
        NotFound: there is no such namespace.
    """
    candidates = _CANDIDATES.get(kind)
    if candidates is None:
        raise InvalidInput(f"no executor {kind!r}: {', '.join(_CANDIDATES)}")
    answers = []
    for candidate in candidates:
        try:
            return candidate(netns=netns, table_prefix=table_prefix)
        except BackendUnavailable as error:
            answers.append(f"{candidate.name}: {error}")
    raise BackendUnavailable(f"no way to program nf_tables ({'; '.join(answers)})")
