"""From an argv to a typed rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from translate.argv import COMMANDS, scan
from translate.build import build_rules
from translate.exceptions import ParseError
from translate.forms import form_of
from translate.registry import DEFAULT_REGISTRY, Registry
from translate.rule import Rule
from translate.types import IPVersion

__all__ = ["parse"]

_NOT_IN_RULE: Final = COMMANDS | {"table"}


def parse(
    args: Sequence[str],
    *,
    version: IPVersion = IPVersion.V4,
    table: str = "filter",
    chain: str,
    registry: Registry = DEFAULT_REGISTRY,
) -> Rule:
    """Read one rule from the arguments that follow the chain's name, as iptables(8) would.

    Args:
        args: the words, e.g. ``["-i", "br0", "-j", "ACCEPT"]``.
        version: the IP version.
        table: the table the rule is for.
        chain: the chain the rule is for.
        registry: the extensions to know.

    Returns:
        The rule.

    Raises:
        ParseError: iptables would refuse this; option and position say where.
    """
    form = form_of(args, version=version, table=table, chain=chain, registry=registry)
    rule = None if form is None else form.fill(args)
    if rule is not None:
        return rule
    scanned = scan(args, version=version, registry=registry)
    for key, given in scanned.builtins.items():
        if key in _NOT_IN_RULE:
            raise given.error("a command or table cannot stand among a rule's own arguments")
    rules = build_rules(scanned, table=table, chain=chain, registry=registry)
    if len(rules) != 1:
        raise ParseError(f"the address lists make {len(rules)} rules where one is wanted")
    return rules[0]
