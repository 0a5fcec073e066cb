"""Tables as libnftables' JSON commands."""

from __future__ import annotations

from translate.exceptions import Untranslatable
from translate.files.tables import SavedRule, TableDump
from translate.nft.commands import rule_object
from translate.registry import DEFAULT_REGISTRY, Registry
from translate.tables import TABLE_CHAINS, base_chain_json
from translate.types import Statement

__all__ = ["dump_to_nft_commands"]


def dump_to_nft_commands(
    dump: TableDump, *, registry: Registry = DEFAULT_REGISTRY
) -> list[Statement]:
    """The JSON commands that make a table, as iptables-restore-translate prints them.

    Built-in chains are made where the file gives them a policy or a rule. Nothing is flushed: load
    them into a table that isn't there yet.

    Args:
        dump: the table.
        registry: the extensions to know.

    Returns:
        Commands for the ``nftables`` array of libnftables-json(5).

    Raises:
        Untranslatable: nft has no form for a rule; the reason ends with its line.
    """
    family = dump.version.family
    commands: list[Statement] = [{"add": {"table": {"family": family, "name": dump.name}}}]
    declared: list[Statement] = []
    for chain in dump:
        if chain.name not in TABLE_CHAINS[dump.name] or chain.policy or chain.rules:
            made = base_chain_json(dump.version, dump.name, chain.name, policy=chain.policy)
            commands.append({"add": {"chain": made}})
    for chain in dump:
        for saved in chain.rules:
            *needed, rule = _objects(saved, registry)
            for declaration in needed:
                if declaration not in declared:
                    declared.append(declaration)
                    commands.append({"add": declaration})
            commands.append({"add": rule})
    return commands


def _objects(saved: SavedRule, registry: Registry) -> tuple[Statement, ...]:
    try:
        return rule_object(saved.rule, shared=True, registry=registry)
    except Untranslatable as error:
        if saved.line is None:
            raise
        raise Untranslatable(error.what, f"{error.reason} (line {saved.line})") from error
