"""The built-in chains that the kernel lets a match stand in."""

from __future__ import annotations

from collections.abc import Set

from translate.extension import Given, GivenOptions, ParseContext

__all__ = ["require_chain"]

_BUILT_IN = frozenset({"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"})


def require_chain(given: Given | GivenOptions, context: ParseContext, chains: Set[str]) -> None:
    """See that a rule stands in one of these built-in chains, or in a user-defined one.

    Raises:
        ParseError: it stands in another; the kernel would refuse it.
    """
    if context.never_loaded:
        return
    if context.chain in _BUILT_IN and context.chain not in chains:
        raise given.error(f"only in chain {' or '.join(sorted(chains))}, not in {context.chain}")
