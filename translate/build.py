"""From a scanned argv to typed rules: each option's value, and what goes together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from translate.addresses import parse_masked
from translate.argv import LoadedExtension, ScannedArgv
from translate.exceptions import InvalidRule, ParseError
from translate.extension import Given, GivenOptions, MatchExtension, ParseContext
from translate.protocols import protocol_number
from translate.registry import DEFAULT_REGISTRY, Registry
from translate.rule import VERDICTS, Goto, Jump, Match, Rule, Target, Verdict, check_chain_name
from translate.types import Counters, Interface, IPVersion, MaskedAddress, Negatable

__all__ = [
    "BUILTIN_CHAINS",
    "TABLES",
    "addresses_of",
    "build_rules",
    "check_chain",
    "check_options",
    "check_place",
    "check_table",
    "context_of",
    "counters_of",
    "fragment_of",
    "in_interface_of",
    "out_interface_of",
    "parse_extension",
    "protocol_of",
    "target_chain_of",
]

TABLES: Final = frozenset({"filter", "nat", "mangle", "raw", "security"})
BUILTIN_CHAINS: Final = frozenset({"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"})
_NO_IN_INTERFACE: Final = frozenset({"OUTPUT", "POSTROUTING"})
_INTERFACES: Final = frozenset({"in-interface", "out-interface"})
_NO_OUT_INTERFACE: Final = frozenset({"PREROUTING", "INPUT"})
_OF_LISTINGS: Final = ("numeric", "exact", "line-numbers")
_RARE: Final = frozenset({*_OF_LISTINGS, "ipv4", "ipv6", "wait", "wait-interval"})
_SECONDS: Final = re.compile(r"[ \t-\r]*[+-]?[0-9]")
_UNSIGNED_LONG_LONG: Final = re.compile(r"[ \t-\r]*(?P<sign>[+-]?)(?P<digits>[0-9]+)")
_COUNTER_LIMIT: Final = 1 << 64
_WHITE_SPACE: Final = " \t\n\v\f\r"
_ANY: Final = (None,)
_KINDS: Final = (("jump", Jump), ("goto", Goto))
_VERDICTS: Final = MappingProxyType({name: Verdict(verdict=name) for name in VERDICTS})
_INTERFACE_TESTS: Final = 4096
"""So many tests of an interface are kept: each of a host's bridges comes in ten rules."""


def build_rules(
    scanned: ScannedArgv, *, table: str, chain: str, registry: Registry = DEFAULT_REGISTRY
) -> tuple[Rule, ...]:
    """Make the rules that a scanned argv asks for: one for each pair of ``-s`` and ``-d``.

    Raises:
        ParseError: a value is wrong, or things don't go together.
    """
    del registry
    _check_general_options(scanned)
    protocol = protocol_of(scanned)
    matches, target = _extensions(scanned, table, chain, protocol)
    builtins = scanned.builtins
    sources = addresses_of(builtins.get("source"), scanned.version)
    destinations = addresses_of(builtins.get("destination"), scanned.version)
    if len(sources) * len(destinations) > 1:
        _check_lists_not_negated(scanned)
    in_interface = in_interface_of(builtins.get("in-interface"), chain)
    out_interface = out_interface_of(builtins.get("out-interface"), chain)
    fragment, counters = fragment_of(scanned), counters_of(scanned)
    try:
        return tuple(
            Rule(
                version=scanned.version,
                table=table,
                chain=chain,
                in_interface=in_interface,
                out_interface=out_interface,
                source=source,
                destination=destination,
                protocol=protocol,
                fragment=fragment,
                matches=matches,
                target=target,
                counters=counters,
            )
            for source in sources
            for destination in destinations
        )
    except InvalidRule as error:
        raise ParseError(str(error)) from error


def _extensions(
    scanned: ScannedArgv, table: str, chain: str, protocol: Negatable[int] | None
) -> tuple[tuple[Match, ...], Target | None]:
    """The matches and the target."""
    context = context_of(scanned, table, chain, protocol)
    matches = tuple(_build(loaded, context) for loaded in scanned.matches)
    if scanned.target is None:
        return matches, target_chain_of(scanned, table)
    if not scanned.never_loaded:
        check_place(scanned.target, context)
    return matches, _build(scanned.target, context._replace(match_values=matches))


def context_of(
    scanned: ScannedArgv, table: str, chain: str, protocol: Negatable[int] | None
) -> ParseContext:
    """The rule around its extensions."""
    return ParseContext(
        version=scanned.version,
        table=table,
        chain=chain,
        protocol=protocol,
        matches=tuple(loaded.extension.name for loaded in scanned.matches),
        target=scanned.value("jump") or scanned.value("goto"),
        protocol_position=scanned.position("protocol"),
        interfaces=_INTERFACES & scanned.builtins.keys(),
        never_loaded=scanned.never_loaded,
    )


def _build(loaded: LoadedExtension, context: ParseContext) -> Any:
    options = loaded.options
    check_options(options)
    return parse_extension(loaded.extension, options, context)


def parse_extension(extension: Any, options: GivenOptions, context: ParseContext) -> Any:
    """The value of a match or target.

    Raises:
        ParseError: a value is wrong.
    """
    try:
        return extension.parse(options, context)
    except InvalidRule as error:
        raise options.error(str(error)) from error


def check_options(options: GivenOptions) -> None:
    """Check what goes together, whatever the values are.

    Raises:
        ParseError: an option is given twice, beside one that excludes it, or without one that it
            needs.
    """
    seen: dict[str, Given] = {}
    for given in options.given:
        key = given.option.key
        if key in seen and not given.option.repeatable:
            raise given.error("this option may be given only once")
        seen[key] = given
    for given in options.given:
        option = given.option
        if option.excludes and not option.excludes.isdisjoint(seen):
            other = min(option.excludes & seen.keys())
            raise given.error(f"cannot be used with {seen[other].written}")
        if option.requires and not option.requires <= seen.keys():
            raise given.error(f"needs --{min(option.requires - seen.keys())} beside it")


def _check_general_options(scanned: ScannedArgv) -> None:
    """Refuse what belongs to listings or to the other IP version, as iptables does."""
    if _RARE.isdisjoint(scanned.builtins):
        return
    for key in _OF_LISTINGS:
        given = scanned.builtins.get(key)
        if given is not None:
            raise given.error("belongs to -L and cannot be used with a rule")
    other = scanned.builtins.get("ipv6" if scanned.version is IPVersion.V4 else "ipv4")
    if other is not None:
        raise other.error(f"cannot be used with {scanned.version.program}")
    wait = scanned.builtins.get("wait")
    if wait is not None and wait.words and not _SECONDS.match(wait.value):
        raise wait.error(f"{wait.value!r} is not a number of seconds")
    interval = scanned.builtins.get("wait-interval")
    if interval is not None and wait is None:
        raise interval.error("only makes sense with --wait")


def check_place(loaded: LoadedExtension, context: ParseContext) -> None:
    """Check that a target may stand in its table and chain.

    Raises:
        ParseError: it may not.
    """
    extension: Any = loaded.extension
    if extension.tables and context.table not in extension.tables:
        raise loaded.options.error(
            f"only in table {' or '.join(sorted(extension.tables))}, not in {context.table}"
        )
    if (
        extension.chains
        and context.chain in BUILTIN_CHAINS
        and context.chain not in extension.chains
    ):
        raise loaded.options.error(
            f"only in chain {' or '.join(sorted(extension.chains))}, not in {context.chain}"
        )


def target_chain_of(scanned: ScannedArgv, table: str) -> Target | None:
    """The verdict, or the chain to go to, where the target is no extension.

    Raises:
        ParseError: there is no such target.
    """
    for key, kind in _KINDS:
        given = scanned.builtins.get(key)
        if given is None:
            continue
        if given.value == "DROP" and table == "nat":
            raise given.error("table nat is not for filtering: DROP cannot be used there")
        verdict = _VERDICTS.get(given.value)
        if verdict is not None and key == "jump":
            return verdict
        if verdict is not None or given.value in BUILTIN_CHAINS:
            raise given.error(f"{given.value!r} is not a user-defined chain")
        try:
            return kind(chain=given.value)
        except InvalidRule as error:
            raise given.error(str(error)) from error
    return None


def protocol_of(scanned: ScannedArgv) -> Negatable[int] | None:
    """What ``-p`` asks for, or a match that implies a protocol.

    Raises:
        ParseError: there is no such protocol.
    """
    given = scanned.builtins.get("protocol")
    if given is None:
        return _implied_protocol(scanned)
    number = protocol_number(given.value)
    if number is None:
        raise given.error(f"unknown protocol {given.value!r}: a name or a number from 0 to 255")
    if number == 0:
        if given.negated:
            raise given.error("'! -p all' would match nothing")
        return None
    return Negatable(number, given.negated)


def _implied_protocol(scanned: ScannedArgv) -> Negatable[int] | None:
    for loaded in scanned.matches:
        extension = loaded.extension
        if isinstance(extension, MatchExtension) and loaded.given:
            number = extension.implied_protocol
            if number is None and scanned.never_loaded and extension.translated_without_protocol:
                number = extension.protocols[0]
            if number is not None:
                return Negatable(number)
    return None


def in_interface_of(given: Given | None, chain: str) -> Negatable[Interface] | None:
    """What ``-i`` asks for; None for any.

    Raises:
        ParseError: it cannot be used in the chain, or names no interface.
    """
    return None if given is None else _interface(given, chain, _NO_IN_INTERFACE)


def out_interface_of(given: Given | None, chain: str) -> Negatable[Interface] | None:
    """As `in_interface_of`, for ``-o``."""
    return None if given is None else _interface(given, chain, _NO_OUT_INTERFACE)


def _interface(given: Given, chain: str, forbidden: frozenset[str]) -> Negatable[Interface] | None:
    if chain in forbidden:
        raise given.error(f"{given.written} cannot be used in {chain}")
    if given.value == "+" and not given.negated:
        return None
    try:
        return _interface_test(given.value, given.negated)
    except InvalidRule as error:
        raise given.error(str(error)) from error


@lru_cache(maxsize=_INTERFACE_TESTS)
def _interface_test(name: str, negated: bool) -> Negatable[Interface]:
    return Negatable(Interface(name), negated)


def addresses_of(
    given: Given | None, version: IPVersion
) -> Sequence[Negatable[MaskedAddress] | None]:
    """What ``-s`` or ``-d`` asks for, one for each address of a list; None for any.

    Raises:
        ParseError: one is no address of the version.
    """
    if given is None:
        return _ANY
    try:
        addresses = [
            parse_masked(word.lstrip(_WHITE_SPACE), version) for word in given.value.split(",")
        ]
    except InvalidRule as error:
        raise given.error(str(error)) from error
    return [
        None if int(address.mask) == 0 and not given.negated else Negatable(address, given.negated)
        for address in addresses
    ]


def _check_lists_not_negated(scanned: ScannedArgv) -> None:
    for key in ("source", "destination"):
        given = scanned.builtins.get(key)
        if given is not None and given.negated:
            raise given.error("'!' is not allowed where a list of addresses is given")


def fragment_of(scanned: ScannedArgv) -> Negatable[bool] | None:
    """What ``-f`` asks for, or None.

    Raises:
        ParseError: IPv6 has no such option.
    """
    given = scanned.builtins.get("fragments")
    if given is None:
        return None
    if scanned.version is IPVersion.V6:
        raise given.error("-f belongs to IPv4; ip6tables has -m frag")
    return Negatable(value=True, negated=given.negated)


def counters_of(scanned: ScannedArgv) -> Counters | None:
    """What ``-c`` gives, or None.

    Raises:
        ParseError: it is no pair of counters.
    """
    given = scanned.builtins.get("set-counters")
    if given is None:
        return None
    words = given.value.split(",", 1) if len(given.words) == 1 else list(given.words)
    numbers = [_scan_counter(word) for word in words]
    if len(numbers) != 2 or numbers[0] is None or numbers[1] is None:
        raise given.error(f"{' '.join(given.words)!r} is not a packet and a byte counter")
    return Counters(packets=numbers[0], bytes=numbers[1])


def _scan_counter(word: str) -> int | None:
    """A number as sscanf(3) reads ``%llu``, which is how iptables reads counters.

    What follows the digits isn't looked at, a minus wraps round, and 2**64-1 is the most there is.
    """
    found = _UNSIGNED_LONG_LONG.match(word)
    if found is None:
        return None
    number = min(int(found["digits"]), _COUNTER_LIMIT - 1)
    return -number % _COUNTER_LIMIT if found["sign"] == "-" else number


def check_table(given: Given | None) -> str:
    """The table that ``-t`` names.

    Raises:
        ParseError: iptables has no such table.
    """
    if given is None:
        return "filter"
    if given.value not in TABLES:
        raise given.error(f"no table {given.value!r}: {', '.join(sorted(TABLES))}")
    return given.value


def check_chain(given: Given) -> str:
    """The chain that a command names.

    Raises:
        ParseError: the kernel cannot hold such a name.
    """
    try:
        return check_chain_name(given.value)
    except InvalidRule as error:
        raise given.error(str(error)) from error
