"""From a whole iptables command to libnftables' JSON commands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from translate.command import Action, Command
from translate.exceptions import Untranslatable
from translate.nft.comment import RuleComment, join_comment, split_comment
from translate.nft.encode import to_nft
from translate.registry import DEFAULT_REGISTRY, Registry
from translate.rule import Rule
from translate.tables import base_chain_json
from translate.types import Statement

__all__ = ["rule_object", "to_nft_commands", "without_repeated_declarations"]

_BY_HANDLE: Final = (
    "nft names a rule by its handle, which only the kernel knows: see 'nft -a list chain'"
)
_NO_FORM: Final = {
    Action.DELETE: _BY_HANDLE,
    Action.REPLACE: _BY_HANDLE,
    Action.CHECK: "nft cannot ask for a rule: list the chain and look",
    Action.LIST_RULES: "nft lists in its own form only: use -L",
    Action.ZERO: "nft 1.0.6 cannot set a rule's counter back",
}


def to_nft_commands(command: Command, *, registry: Registry = DEFAULT_REGISTRY) -> list[Statement]:
    """The JSON commands that do what an iptables command asks for.

    As with iptables-translate, table and chain must be there already. ``-I CHAIN N`` becomes an
    insertion before the rule at nft's index N - 1; where iptables would append, one past the
    chain's end, nft refuses it.

    Args:
        command: the command.
        registry: the extensions to know.

    Returns:
        Commands for the ``nftables`` array of libnftables-json(5).

    Raises:
        Untranslatable: nft has no such command, or no form for the rule.
    """
    if command.action in _NO_FORM:
        raise Untranslatable(command.action.option, _NO_FORM[command.action])
    if command.zero:
        raise Untranslatable(f"{command.action.option} -Z", _NO_FORM[Action.ZERO])
    if command.rule is not None:
        return _rule(command, command.rule, registry)
    return [_other(command)]


def without_repeated_declarations(commands: Iterable[Statement]) -> list[Statement]:
    """The commands with each object declared once; the rules of one address list declare the same.

    libnftables would take a set's second declaration for another set of the same name.
    """
    kept: list[Statement] = []
    for command in commands:
        declares = "rule" not in next(iter(command.values()))
        if not (declares and command in kept):
            kept.append(command)
    return kept


def rule_object(
    rule: Rule, *, shared: bool = False, registry: Registry = DEFAULT_REGISTRY
) -> tuple[Statement, ...]:
    """The objects that a rule needs beside it, and last the rule itself, without its place.

    The rule's comment is iptables' own, as iptables-translate has it: what `to_nft` notes there for
    `from_nft` (that ``-m state`` was written, and not ``-m conntrack``) changes nothing of what the
    rule does.

    Args:
        rule: the rule.
        shared: whether it is to stand in a table with others, as for `to_nft`.
        registry: the extensions to know.

    Raises:
        Untranslatable: nft has no form for the rule.
    """
    made = to_nft(rule, shared=shared, registry=registry)
    body: Statement = {"family": rule.version.family, "table": rule.table, "chain": rule.chain}
    body["expr"] = list(made.expr)
    comment = join_comment(RuleComment(text=split_comment(made.comment).text))
    if comment is not None:
        body["comment"] = comment
    return (*made.declarations, {"rule": body})


def _rule(command: Command, rule: Rule, registry: Registry) -> list[Statement]:
    *declarations, last = rule_object(rule, registry=registry)
    verb = "add" if command.action is Action.APPEND else "insert"
    if command.number is not None and command.number > 1:
        last["rule"]["index"] = command.number - 1
    return [*({"add": declaration} for declaration in declarations), {verb: last}]


def _other(command: Command) -> Statement:
    family = command.version.family
    if command.chain is None:
        if command.action is Action.DELETE_CHAIN:
            raise Untranslatable(
                "-X without a chain", "nft deletes chains by name; which ones there are is unknown"
            )
        verb = "flush" if command.action is Action.FLUSH else "list"
        return {verb: {"table": {"family": family, "name": command.table}}}
    chain: Statement = {"family": family, "table": command.table, "name": command.chain}
    match command.action:
        case Action.FLUSH:
            return {"flush": {"chain": chain}}
        case Action.NEW_CHAIN:
            return {"add": {"chain": chain}}
        case Action.DELETE_CHAIN:
            return {"delete": {"chain": chain}}
        case Action.RENAME_CHAIN:
            return {"rename": {"chain": {**chain, "newname": command.new_name}}}
        case Action.POLICY:
            if command.counters is not None:
                raise Untranslatable("-P -c", "an nft chain's policy has no counters")
            made = base_chain_json(
                command.version, command.table, command.chain, policy=command.policy
            )
            return {"add": {"chain": made}}
        case _:
            if command.number is not None:
                raise Untranslatable("-L CHAIN NUMBER", "nft lists whole chains")
            return {"list": {"chain": chain}}
