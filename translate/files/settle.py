"""Carries out a file's commands on paper, as iptables-restore does on its copy of a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from translate.command import Action, Command
from translate.exceptions import ParseError
from translate.files.lines import ChainLine, SaveFile, TableLines
from translate.files.tables import ChainDump, SavedRule, TableDump
from translate.rule import Goto, Jump, Rule
from translate.tables import TABLE_CHAINS
from translate.types import Counters

__all__ = ["settle_save", "settle_table"]

_NO_PACKETS: Final = Counters()


def settle_save(
    file: SaveFile, present: Iterable[TableDump] = (), *, flush: bool = True
) -> tuple[TableDump, ...]:
    """What a file's tables hold once it is loaded.

    Args:
        file: the file.
        present: what the tables hold before.
        flush: empty each table first, as iptables-restore does without ``--noflush``.

    Returns:
        Each table that the file names, once.

    Raises:
        ParseError: as `settle_table`.
    """
    before = {dump.name: dump for dump in present if dump.version is file.version}
    after: dict[str, TableDump] = {}
    for lines in file.tables:
        earlier = after.get(lines.name)
        dump = settle_table(lines, earlier or before.get(lines.name), flush=flush)
        if earlier is not None:
            dump = replace(dump, remarks=earlier.remarks + dump.remarks)
        after[lines.name] = dump
    return tuple(after.values())


def settle_table(
    lines: TableLines, present: TableDump | None = None, *, flush: bool = True
) -> TableDump:
    """What a table holds once its lines are carried out.

    Args:
        lines: the lines.
        present: what the table holds before; None is an empty one.
        flush: delete its rules and user-defined chains first; built-in chains keep their policies.

    Raises:
        ParseError: a line cannot be carried out: a chain that it needs is missing, or there
            already, or in use; a rule that it names is not there. The line is named.
    """
    table = _Table(lines, present, flush=flush)
    for entry in lines.entries:
        try:
            if isinstance(entry, ChainLine):
                table.declare(entry)
            else:
                table.run(entry.command, entry.line)
        except ParseError as error:
            raise ParseError(error.message, option=error.option, line=entry.line) from error
    return table.dump()


class _Table:
    def __init__(self, lines: TableLines, present: TableDump | None, *, flush: bool) -> None:
        self._lines = lines
        self._built_in = TABLE_CHAINS[lines.name]
        self._declared: set[str] = set()
        self._chains = {name: ChainDump(name=name) for name in self._built_in}
        self._rules: dict[str, list[SavedRule]] = {name: [] for name in self._built_in}
        for chain in present or ():
            if not flush:
                self._chains[chain.name] = chain
                self._rules[chain.name] = [*chain.rules]
            elif chain.name in self._built_in:
                self._chains[chain.name] = ChainDump(name=chain.name, policy=chain.policy)

    def dump(self) -> TableDump:
        return TableDump(
            version=self._lines.version,
            name=self._lines.name,
            chains=tuple(
                replace(chain, rules=tuple(self._rules[name]))
                for name, chain in self._chains.items()
            ),
            remarks=self._lines.remarks,
        )

    def declare(self, line: ChainLine) -> None:
        """``:CHAIN``: make it, or with --noflush empty it; set a built-in one's policy."""
        if line.name in self._built_in:
            if line.policy is not None:
                self._set_policy(line.name, line.policy, line.counters)
            return
        if line.name in self._declared:
            raise ParseError(f"chain {line.name} is declared a second time")
        self._declared.add(line.name)
        self._chains[line.name] = ChainDump(name=line.name)
        self._rules[line.name] = []

    def run(self, command: Command, line: int) -> None:
        """Carry out one command; ``line`` is where a rule that it adds comes from."""
        match command.action:
            case Action.APPEND | Action.INSERT | Action.REPLACE | Action.DELETE | Action.CHECK:
                if command.rule is not None:
                    self._check_target(command.rule)
                self._change_rules(command, line)
            case Action.FLUSH:
                for rules in self._each(command.chain):
                    rules.clear()
            case Action.ZERO:
                self._zero(command)
            case Action.LIST | Action.LIST_RULES:
                self._each(command.chain)
            case _:
                self._change_chain(command)

    # -- chains ---------------------------------------------------------------------------------

    def _change_chain(self, command: Command) -> None:
        name, new_name = command.chain or "", command.new_name
        match command.action:
            case Action.POLICY:
                self._set_policy(name, command.policy, command.counters)
            case Action.NEW_CHAIN:
                self._check_free(name)
                self._chains[name] = ChainDump(name=name)
                self._rules[name] = []
            case Action.DELETE_CHAIN:
                for one in [name] if name else [*self._chains.keys() - {*self._built_in}]:
                    self._check_unused(one)
                    del self._chains[one], self._rules[one]
            case Action.RENAME_CHAIN if new_name is not None:
                self._check_free(new_name)
                self._rename(name, new_name)

    def _set_policy(self, name: str, policy: str | None, counters: Counters | None) -> None:
        self._chains[name] = ChainDump(name=name, policy=policy, counters=counters or _NO_PACKETS)

    def _check_free(self, name: str) -> None:
        if name in self._chains:
            raise ParseError(f"chain {name} is there already")

    def _check_unused(self, name: str) -> None:
        if self._rules_of(name):
            raise ParseError(f"chain {name} has rules: flush it first (-F {name})")
        for chain, rules in self._rules.items():
            for number, saved in enumerate(rules, 1):
                if _target_chain(saved.rule) == name:
                    raise ParseError(f"chain {name} is in use: rule {number} of {chain} goes to it")

    def _rename(self, name: str, new_name: str) -> None:
        self._rules_of(name)
        self._chains[new_name] = replace(self._chains.pop(name), name=new_name)
        self._rules[new_name] = self._rules.pop(name)
        for rules in self._rules.values():
            rules[:] = [
                replace(saved, rule=_renamed(saved.rule, name, new_name)) for saved in rules
            ]

    # -- rules ----------------------------------------------------------------------------------

    def _change_rules(self, command: Command, line: int) -> None:
        rules = self._rules_of(command.chain)
        match command.action:
            case Action.APPEND:
                rules.append(self._saved(command.rule, line))
            case Action.INSERT:
                number = command.number or 1
                if number > len(rules) + 1:
                    raise ParseError(_out_of_range(number, command.chain, rules))
                rules.insert(number - 1, self._saved(command.rule, line))
            case Action.REPLACE:
                rules[self._index(command)] = self._saved(command.rule, line)
            case Action.DELETE:
                del rules[self._index(command)]
            case _:
                self._index(command)

    def _rules_of(self, chain: str | None) -> list[SavedRule]:
        if chain is None or chain not in self._rules:
            raise ParseError(f"there is no chain {chain}: declare it first (:{chain} - [0:0])")
        return self._rules[chain]

    def _each(self, chain: str | None) -> list[list[SavedRule]]:
        return [*self._rules.values()] if chain is None else [self._rules_of(chain)]

    def _check_target(self, rule: Rule) -> None:
        target = _target_chain(rule)
        if target is not None and target not in self._chains:
            raise ParseError(f"there is no chain or target {target}", option="-j")

    @staticmethod
    def _saved(rule: Rule | None, line: int) -> SavedRule:
        if rule is None:
            raise ParseError("a rule is missing")
        return SavedRule(rule=rule, line=line)

    def _index(self, command: Command) -> int:
        rules = self._rules_of(command.chain)
        if command.number is not None:
            if command.number > len(rules):
                raise ParseError(_out_of_range(command.number, command.chain, rules))
            return command.number - 1
        for index, saved in enumerate(rules):
            if saved.rule == command.rule:
                return index
        raise ParseError(f"there is no such rule in chain {command.chain}")

    def _zero(self, command: Command) -> None:
        if command.number is not None:
            index, rules = self._index(command), self._rules_of(command.chain)
            rules[index] = _zeroed(rules[index])
            return
        for rules in self._each(command.chain):
            rules[:] = [_zeroed(saved) for saved in rules]
        for name in self._chains if command.chain is None else [command.chain]:
            self._chains[name] = replace(self._chains[name], counters=_NO_PACKETS)


def _out_of_range(number: int, chain: str | None, rules: list[SavedRule]) -> str:
    return f"rule number {number} is too big: chain {chain} has {len(rules)} rules"


def _target_chain(rule: Rule) -> str | None:
    return rule.target.chain if isinstance(rule.target, Jump | Goto) else None


def _renamed(rule: Rule, name: str, new_name: str) -> Rule:
    if rule.chain == name:
        rule = replace(rule, chain=new_name)
    if isinstance(rule.target, Jump | Goto) and rule.target.chain == name:
        rule = replace(rule, target=replace(rule.target, chain=new_name))
    return rule


def _zeroed(saved: SavedRule) -> SavedRule:
    return replace(saved, rule=replace(saved.rule, counters=_NO_PACKETS))
