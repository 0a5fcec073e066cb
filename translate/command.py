"""Whole iptables commands: the program's name, the table, the action, and a rule."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Final

from translate.argv import COMMANDS, ScannedArgv, scan
from translate.build import BUILTIN_CHAINS, build_rules, check_chain, check_table, counters_of
from translate.exceptions import InvalidRule, ParseError
from translate.extension import Given
from translate.numbers import parse_uint
from translate.registry import DEFAULT_REGISTRY, Registry
from translate.rule import VERDICTS, Rule, check_chain_name
from translate.tables import TABLE_CHAINS
from translate.types import Counters, IPVersion

__all__ = [
    "POLICIES",
    "Action",
    "Command",
    "build_commands",
    "check_policy",
    "check_user_chain",
    "parse_command",
]

POLICIES: Final = frozenset({"ACCEPT", "DROP"})
_LAST_NUMBER: Final = (1 << 31) - 1
_LONGEST_WAIT_INTERVAL: Final = 999_999


class Action(enum.Enum):
    """What a command does. The value is the long option that asks for it."""

    APPEND = "append"
    INSERT = "insert"
    REPLACE = "replace"
    DELETE = "delete"
    CHECK = "check"
    LIST = "list"
    LIST_RULES = "list-rules"
    FLUSH = "flush"
    ZERO = "zero"
    NEW_CHAIN = "new-chain"
    DELETE_CHAIN = "delete-chain"
    RENAME_CHAIN = "rename-chain"
    POLICY = "policy"

    __hash__ = object.__hash__  # each is the only one of its kind; Enum's is a Python function

    @property
    def option(self) -> str:
        """The short option: ``-A``."""
        return f"-{_LETTERS[self]}"


_ACTIONS: Final = MappingProxyType({action.value: action for action in Action})
_KEYS: Final = MappingProxyType({action: action.value for action in Action})
_LETTERS: Final = MappingProxyType(dict(zip(Action, "AIRDCLSFZNXEP", strict=True)))
_WITH_RULE: Final = frozenset(
    {Action.APPEND, Action.INSERT, Action.REPLACE, Action.DELETE, Action.CHECK}
)
_WITH_COUNTERS: Final = frozenset({Action.APPEND, Action.INSERT, Action.REPLACE, Action.POLICY})
_LISTINGS: Final = frozenset({Action.LIST, Action.LIST_RULES})
_LISTING_KEYS: Final = frozenset({action.value for action in _LISTINGS})
_RARE: Final = frozenset({"ipv4", "ipv6", "wait", "wait-interval"})
_ALWAYS_ALLOWED: Final = COMMANDS | {
    "table",
    "verbose",
    "wait",
    "wait-interval",
    "modprobe",
    "ipv4",
    "ipv6",
}
_OF_LIST: Final = frozenset({"numeric", "exact", "line-numbers"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing that an iptables command asks for.

    Args:
        action: what to do.
        version: the IP version.
        table: the table.
        chain: the chain; None is every chain of the table (``-F``, ``-X``, ``-Z``, ``-L``, ``-S``).
        rule: the rule that is added, or looked for.
        number: the rule's number in its chain, 1 is the first; for ``-I`` where it will be.
        policy: ``ACCEPT`` or ``DROP``, for ``-P``.
        counters: the policy's counters, for ``-P -c``; a rule has its own.
        new_name: the chain's new name, for ``-E``.
        zero: a listing that sets counters to zero as it goes (``-L -Z``).
    """

    action: Action
    version: IPVersion
    table: str = "filter"
    chain: str | None = None
    rule: Rule | None = None
    number: int | None = None
    policy: str | None = None
    counters: Counters | None = None
    new_name: str | None = None
    zero: bool = False

    def __post_init__(self) -> None:
        if self.table not in TABLE_CHAINS:
            raise InvalidRule(f"table must be {', '.join(TABLE_CHAINS)}, not {self.table!r}")
        if self.number is not None and not 1 <= self.number <= _LAST_NUMBER:
            raise InvalidRule(f"a rule's number must be 1 to {_LAST_NUMBER}, not {self.number}")
        wants_rule = self.action in _WITH_RULE and not self.deletes_by_number
        if wants_rule != (self.rule is not None):
            raise InvalidRule(f"{self.action.option} {'needs' if wants_rule else 'takes no'} rule")
        place = (self.version, self.table, self.chain)
        if self.rule is not None and (self.rule.version, self.rule.table, self.rule.chain) != place:
            raise InvalidRule("the command's rule is for another table or chain")

    @property
    def deletes_by_number(self) -> bool:
        """Whether it is ``-D CHAIN NUMBER``."""
        return self.action is Action.DELETE and self.number is not None


_TRANSLATE: Final = "-translate"
_PROGRAMS: Final = MappingProxyType(
    {
        f"{version.program}{suffix}": version
        for version in IPVersion
        for suffix in ("", "-legacy", "-nft", _TRANSLATE)
    }
)


def parse_command(
    argv: Sequence[str],
    *,
    version: IPVersion | None = None,
    registry: Registry = DEFAULT_REGISTRY,
) -> tuple[Command, ...]:
    """Read a whole iptables command, as iptables(8) would.

    Args:
        argv: its words, with the program's name first (``iptables``, ``/usr/sbin/ip6tables-nft``)
            or without one. ``iptables-translate`` and ``ip6tables-translate`` ask no kernel; after
            their names a target may stand in any table, and a match do without its ``-p``.
        version: the IP version, where no program's name says it; without either it is IPv4, unless
            there is ``-6``.
        registry: the extensions to know.

    Returns:
        The command, or several where lists of addresses make several rules. With ``-I`` they are
        inserted one after the other at the same place, which turns their order round, as iptables
        does it.

    Raises:
        ParseError: iptables would refuse this; option and position say where.
    """
    program, arguments = _split_program(argv)
    if program is not None and version is not None and program is not version:
        raise ParseError(f"{argv[0]} is for IPv{program}, where IPv{version} is asked for")
    try:
        scanned = _scan(arguments, program or version, registry)
        scanned.never_loaded = program is not None and argv[0].endswith(_TRANSLATE)
        table = check_table(scanned.builtins.get("table"))
        return build_commands(scanned, table=table, registry=registry)
    except ParseError as error:
        if program is None or error.position is None:
            raise
        raise ParseError(
            error.message, option=error.option, position=error.position + 1
        ) from error.__cause__


def _split_program(argv: Sequence[str]) -> tuple[IPVersion | None, Sequence[str]]:
    if not argv or argv[0].startswith(("-", "!")):
        return None, argv
    version = _PROGRAMS.get(PurePosixPath(argv[0]).name)
    if version is None:
        raise ParseError(
            f"{argv[0]!r} is no program that is known here: iptables, ip6tables, or either with "
            "-legacy, -nft or -translate",
            position=0,
        )
    return version, argv[1:]


def _scan(arguments: Sequence[str], version: IPVersion | None, registry: Registry) -> ScannedArgv:
    if version is not None:
        return scan(arguments, version=version, registry=registry)
    if {"-6", "--ipv6"} & {*arguments}:
        try:
            scanned = scan(arguments, version=IPVersion.V6, registry=registry)
        except ParseError:
            pass  # the word may be another option's; IPv4 tells what is wrong
        else:
            if "ipv6" in scanned.builtins:
                return scanned
    return scan(arguments, version=IPVersion.V4, registry=registry)


def build_commands(
    scanned: ScannedArgv, *, table: str, registry: Registry = DEFAULT_REGISTRY
) -> tuple[Command, ...]:
    """Make the commands that a scanned argv asks for.

    Args:
        scanned: the argv.
        table: the table.
        registry: the extensions to know.

    Raises:
        ParseError: a value is wrong, or things don't go together.
    """
    action = _action(scanned)
    if not _RARE.isdisjoint(scanned.builtins):
        _check_version(scanned)
        _check_waiting(scanned)
    if action in _WITH_RULE:
        return _with_rule(scanned, action, table, registry)
    _check_allowed(scanned, action)
    return (_without_rule(scanned, action, table, registry),)


def _action(scanned: ScannedArgv) -> Action:
    action = None
    for key in scanned.builtins:
        if key in _LISTING_KEYS:
            return _ACTIONS[key]
        action = action or _ACTIONS.get(key)
    if action is None:
        raise ParseError("no command: one of -A -C -D -E -F -I -L -N -P -R -S -X -Z is needed")
    return action


def _with_rule(
    scanned: ScannedArgv, action: Action, table: str, registry: Registry
) -> tuple[Command, ...]:
    asked = scanned.builtins[_KEYS[action]]
    chain = check_chain(asked)
    if not scanned.never_loaded:
        _check_chain_of_table(asked, table, chain)
    number = _number(asked)
    if action is Action.DELETE and number is not None:
        _check_allowed(scanned, action)
        return (
            Command(
                action=action, version=scanned.version, table=table, chain=chain, number=number
            ),
        )
    counters = scanned.builtins.get("set-counters")
    if counters is not None and action not in _WITH_COUNTERS:
        raise counters.error(f"cannot be used with {asked.written}")
    if action is Action.REPLACE and number is None:
        raise asked.error(f"{asked.written} needs the number of the rule to replace")
    rules = build_rules(scanned, table=table, chain=chain, registry=registry)
    if action is Action.REPLACE and len(rules) != 1:
        raise asked.error(f"one rule is replaced by one rule; the address lists make {len(rules)}")
    return tuple(
        [
            Command(
                action=action,
                version=scanned.version,
                table=table,
                chain=chain,
                rule=rule,
                number=number,
            )
            for rule in rules
        ]
    )


def _without_rule(scanned: ScannedArgv, action: Action, table: str, registry: Registry) -> Command:
    asked = scanned.builtins[action.value]
    chain = check_chain(asked) if asked.words else None
    if chain is not None:
        _check_chain_of_table(asked, table, chain)
    new_name = policy = None
    if action is Action.NEW_CHAIN:
        check_user_chain(asked.error, asked.value, table, registry)
    elif action is Action.DELETE_CHAIN and chain in TABLE_CHAINS[table]:
        raise asked.error(f"{chain} is a built-in chain of table {table} and cannot be deleted")
    elif action is Action.RENAME_CHAIN:
        if chain in TABLE_CHAINS[table]:
            raise asked.error(f"{chain} is a built-in chain of table {table} and cannot be renamed")
        new_name = check_user_chain(asked.error, asked.words[1], table, registry)
    elif action is Action.POLICY:
        policy = check_policy(asked.error, asked.words[1], table, asked.value)
    zero = scanned.builtins.get("zero") if action in _LISTINGS else None
    if zero is not None and zero.words and zero.words != asked.words:
        raise zero.error(f"names another chain than {asked.written}")
    return Command(
        action=action,
        version=scanned.version,
        table=table,
        chain=chain,
        number=_number(asked) if action in _LISTINGS | {Action.ZERO} else None,
        policy=policy,
        counters=counters_of(scanned),
        new_name=new_name,
        zero=zero is not None,
    )


def _number(asked: Given) -> int | None:
    if len(asked.words) < 2:
        return None
    number = parse_uint(asked.words[1], maximum=_LAST_NUMBER, minimum=1)
    if number is None:
        raise asked.error(
            f"invalid rule number {asked.words[1]!r}: a number from 1 to {_LAST_NUMBER}"
        )
    return number


def check_policy(error: Callable[[str], ParseError], policy: str, table: str, chain: str) -> str:
    """The policy that ``-P`` or a ``:CHAIN POLICY`` line gives to a chain.

    Args:
        error: makes the error for a message.
        policy: the policy.
        table: the table.
        chain: the chain.

    Raises:
        ParseError: the chain is not built in, or there is no such policy there.
    """
    if chain not in TABLE_CHAINS[table]:
        raise error(
            f"{chain} is no built-in chain of table {table} "
            f"({', '.join(TABLE_CHAINS[table])}); only those have a policy"
        )
    if policy not in POLICIES:
        raise error(f"policy {policy!r}: a policy is ACCEPT or DROP")
    if (table, policy) == ("nat", "DROP"):
        raise error("table nat is not for filtering: DROP cannot be used there")
    return policy


def check_user_chain(
    error: Callable[[str], ParseError], name: str, table: str, registry: Registry
) -> str:
    """The name of a chain to be made.

    Args:
        error: makes the error for a message.
        name: the name.
        table: the table that it will be in.
        registry: the extensions to know.

    Raises:
        ParseError: the kernel cannot hold the name, or it means something else already.
    """
    try:
        check_chain_name(name)
    except InvalidRule as invalid:
        raise error(str(invalid)) from invalid
    if name in VERDICTS or registry.is_target(name):
        raise error(f"chain name {name!r} is the name of a target")
    if name in TABLE_CHAINS[table]:
        raise error(f"table {table} has a built-in chain {name!r} already")
    if name in BUILTIN_CHAINS:
        raise error(f"{name!r} is a built-in chain of other tables")
    return name


def _check_chain_of_table(asked: Given, table: str, chain: str) -> None:
    if chain in BUILTIN_CHAINS and chain not in TABLE_CHAINS[table]:
        raise asked.error(
            f"table {table} has no chain {chain}, but {', '.join(TABLE_CHAINS[table])}"
        )


def _check_allowed(scanned: ScannedArgv, action: Action) -> None:
    allowed = _ALWAYS_ALLOWED
    if action is Action.LIST:
        allowed |= _OF_LIST
    elif action is Action.POLICY:
        allowed |= {"set-counters"}
    for key, given in scanned.builtins.items():
        if key not in allowed:
            raise given.error(f"cannot be used with {scanned.builtins[action.value].written}")


def _check_version(scanned: ScannedArgv) -> None:
    other = scanned.builtins.get("ipv6" if scanned.version is IPVersion.V4 else "ipv4")
    if other is not None:
        raise other.error(f"cannot be used with {scanned.version.program}")


def _check_waiting(scanned: ScannedArgv) -> None:
    wait, interval = scanned.builtins.get("wait"), scanned.builtins.get("wait-interval")
    if wait is not None and wait.words and parse_uint(wait.value) is None:
        raise wait.error(f"invalid number of seconds {wait.value!r}")
    if interval is None:
        return
    if interval.words and parse_uint(interval.value, maximum=_LONGEST_WAIT_INTERVAL) is None:
        raise interval.error(
            f"invalid interval {interval.value!r}: microseconds, at most {_LONGEST_WAIT_INTERVAL}"
        )
    if wait is None:
        raise interval.error("only makes sense with --wait")
