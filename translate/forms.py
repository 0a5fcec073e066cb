"""Rules that are written alike: their words are sorted into options once.

Most rules of a ruleset have the same options in the same places, and differ in an interface, an
address, a port. What such rules share, their form, is scanned and checked once; of each rule only
the values that differ are read. That takes a third of the time: a daemon plans thousands of such
rules at once, and a file to restore holds nothing else.

Whatever is unusual about a rule, or wrong with it, has no form: it goes the long way (``scan`` and
``build_rules``), which does not know of forms and makes the errors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias, TypeVar

from translate.argv import LoadedExtension, ScannedArgv, scan
from translate.build import (
    addresses_of,
    check_options,
    check_place,
    context_of,
    counters_of,
    fragment_of,
    in_interface_of,
    out_interface_of,
    parse_extension,
    protocol_of,
    target_chain_of,
)
from translate.exceptions import TranslationError
from translate.extension import Extension, Given, GivenOptions, ParseContext
from translate.registry import Registry
from translate.rule import Match, Rule, Target
from translate.types import Counters, Interface, IPVersion, MaskedAddress, Negatable

__all__ = ["Form", "form_of"]

T = TypeVar("T")

Addresses: TypeAlias = Sequence[Negatable[MaskedAddress] | None]
InterfaceTest: TypeAlias = Negatable[Interface] | None

_OWN: Final = frozenset({"-s", "-d", "-i", "-o"})
_OPEN: Final = _OWN | {
    "--sport",
    "--dport",
    "--sports",
    "--dports",
    "--to-destination",
    "--to-source",
    "--comment",
    "--log-prefix",
    "--mark",
}
"""Options whose values differ from rule to rule; what follows any other is part of the form."""
_BUILTINS: Final = frozenset(
    {
        "source",
        "destination",
        "in-interface",
        "out-interface",
        "protocol",
        "fragments",
        "match",
        "jump",
        "goto",
        "set-counters",
    }
)
_LEFT_OPEN: Final = "*"
"""Stands for such a value while its form is scanned, which looks at no value of these options."""
_FORMS: Final = 1024
"""So many forms are kept. Ten are what a Docker host's ruleset has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """An extension with options whose values are left open, or that looks at such values.

    Args:
        extension: which.
        options: how they were written.
    """

    extension: Extension[Any]
    options: GivenOptions

    def read(self, words: Sequence[str], context: ParseContext) -> Any:
        options = GivenOptions(
            given=tuple([_filled(given, words) for given in self.options.given]),
            written=self.options.written,
            position=self.options.position,
        )
        return parse_extension(self.extension, options, context)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What rules that are written alike have in common; the values left open are in their words."""

    context: ParseContext
    in_interface: InterfaceTest | Given
    out_interface: InterfaceTest | Given
    sources: Addresses | Given
    destinations: Addresses | Given
    protocol: Negatable[int] | None
    fragment: Negatable[bool] | None
    matches: tuple[Match | _Open, ...]
    target: Target | _Open | None
    counters: Counters | None

    def fill(self, words: Sequence[str], counters: Counters | None = None) -> Rule | None:
        """The rule of these words, which are of this form.

        Args:
            words: the arguments that follow the chain's name.
            counters: the rule's counters, where the words say none.

        Returns:
            The rule; None where the long way must be gone: the words make several rules, or none.
        """
        whole = "".join(words)
        if "\0" in whole or not whole.isascii():
            return None
        try:
            return self._fill(words, counters)
        except TranslationError:
            return None

    def _fill(self, words: Sequence[str], counters: Counters | None) -> Rule | None:
        context, chain = self.context, self.context.chain
        matches = tuple(
            [one.read(words, context) if isinstance(one, _Open) else one for one in self.matches]
        )
        target = self.target
        if isinstance(target, _Open):
            target = target.read(words, context._replace(match_values=matches))
        sources, destinations = self.sources, self.destinations
        if isinstance(sources, Given):
            sources = addresses_of(_filled(sources, words), context.version)
        if isinstance(destinations, Given):
            destinations = addresses_of(_filled(destinations, words), context.version)
        if len(sources) != 1 or len(destinations) != 1:
            return None
        in_interface, out_interface = self.in_interface, self.out_interface
        if isinstance(in_interface, Given):
            in_interface = in_interface_of(_filled(in_interface, words), chain)
        if isinstance(out_interface, Given):
            out_interface = out_interface_of(_filled(out_interface, words), chain)
        return Rule(
            version=context.version,
            table=context.table,
            chain=chain,
            in_interface=in_interface,
            out_interface=out_interface,
            source=sources[0],
            destination=destinations[0],
            protocol=self.protocol,
            fragment=self.fragment,
            matches=matches,
            target=target,
            counters=self.counters or counters,
        )


def form_of(
    words: Sequence[str], *, version: IPVersion, table: str, chain: str, registry: Registry
) -> Form | None:
    """The form of a rule; None where it has none and the long way must be gone.

    Args:
        words: the arguments that follow the chain's name.
        version: the IP version.
        table: the table.
        chain: the chain.
        registry: the extensions to know.
    """
    shape: list[str | None] = [*words]
    last = len(words) - 1
    for index, word in enumerate(words):
        if word in _OPEN and index < last:
            shape[index + 1] = None
    return _form(tuple(shape), version, table, chain, registry)


@lru_cache(maxsize=_FORMS)
def _form(
    shape: tuple[str | None, ...], version: IPVersion, table: str, chain: str, registry: Registry
) -> Form | None:
    words = [_LEFT_OPEN if word is None else word for word in shape]
    try:
        scanned = scan(words, version=version, registry=registry)
        if not scanned.builtins.keys() <= _BUILTINS or not _are_read(shape, scanned):
            return None
        return _checked(scanned, table, chain)
    except TranslationError:
        return None


def _are_read(shape: Sequence[str | None], scanned: ScannedArgv) -> bool:
    """Whether all that was left open, and nothing else, are the values of such options.

    ``--comment -s`` is followed by no address.
    """
    left_open = {index for index, word in enumerate(shape) if word is None}
    return left_open == {
        given.position + 1
        for given in _all_given(scanned)
        if given.words == (_LEFT_OPEN,) and given.position is not None and given.written in _OPEN
    }


def _all_given(scanned: ScannedArgv) -> Iterator[Given]:
    yield from scanned.builtins.values()
    for loaded in scanned.matches:
        yield from loaded.given
    if scanned.target is not None:
        yield from scanned.target.given


def _checked(scanned: ScannedArgv, table: str, chain: str) -> Form:
    protocol = protocol_of(scanned)
    context = context_of(scanned, table, chain, protocol)
    matches = tuple(_part(loaded, context) for loaded in scanned.matches)
    target: Target | _Open | None
    if scanned.target is None:
        target = target_chain_of(scanned, table)
    else:
        check_place(scanned.target, context)
        if any(isinstance(one, _Open) for one in matches):
            target = _left_open(scanned.target)
        else:
            target = _part(scanned.target, context._replace(match_values=matches))
    version = scanned.version
    return Form(
        context=context,
        in_interface=_own("in-interface", scanned, lambda given: in_interface_of(given, chain)),
        out_interface=_own("out-interface", scanned, lambda given: out_interface_of(given, chain)),
        sources=_own("source", scanned, lambda given: addresses_of(given, version)),
        destinations=_own("destination", scanned, lambda given: addresses_of(given, version)),
        protocol=protocol,
        fragment=fragment_of(scanned),
        matches=matches,
        target=target,
        counters=counters_of(scanned),
    )


def _own(key: str, scanned: ScannedArgv, read: Callable[[Given | None], T]) -> T | Given:
    """What one of iptables' own options says, or how it was written where that is left open."""
    given = scanned.builtins.get(key)
    return given if given is not None and _is_left_open(given) else read(given)


def _part(loaded: LoadedExtension, context: ParseContext) -> Any:
    """What the extension reads, or how it is to be read where values are left open."""
    part = _left_open(loaded)
    if any(_is_left_open(given) for given in loaded.given):
        return part
    return parse_extension(part.extension, part.options, context)


def _left_open(loaded: LoadedExtension) -> _Open:
    options = loaded.options
    check_options(options)
    return _Open(extension=loaded.extension, options=options)


def _is_left_open(given: Given) -> bool:
    return given.written in _OPEN and given.words == (_LEFT_OPEN,)


def _filled(given: Given, words: Sequence[str]) -> Given:
    if not _is_left_open(given) or given.position is None:
        return given
    value = (words[given.position + 1],)
    return Given(given.option, given.written, value, given.negated, given.position)
