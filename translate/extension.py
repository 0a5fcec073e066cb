"""What an iptables extension is: its options, and its four directions side by side.

An extension is one module with a frozen value class (a `Match` or `Target`) and one stateless
subclass of `MatchExtension` or `TargetExtension`, listed in ``translate/registry.py``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Generic, NamedTuple, TypeVar

from translate.exceptions import ParseError, Untranslatable
from translate.rule import Match, Rule, Target
from translate.types import IPVersion, Negatable, Statement

if TYPE_CHECKING:
    from translate.nft.cursor import Cursor

__all__ = [
    "BOTH_VERSIONS",
    "CString",
    "Extension",
    "Given",
    "GivenOptions",
    "MatchExtension",
    "Option",
    "ParseContext",
    "Quoted",
    "TargetExtension",
    "Text",
]

BOTH_VERSIONS: Final = frozenset({IPVersion.V4, IPVersion.V6})

V = TypeVar("V")
M = TypeVar("M", bound=Match)
T = TypeVar("T", bound=Target)


class Text(str):
    """A word that iptables-save quotes unless it is made of letters, digits, '_' and '-' only.

    (libxtables' ``xtables_save_string``; other words are printed as they are.)
    """

    __slots__ = ()


class Quoted(Text):
    """A word that iptables-save prints in double quotes even where it needs none."""

    __slots__ = ()


class CString(Quoted):
    r"""A word that ``-m string`` prints: always in double quotes; just ``"`` and ``\`` escaped."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option of an extension, as getopt_long(3) and libxtables see it.

    Args:
        name: the long name without dashes.
        key: what the option sets; spellings of one thing share it. Defaults to ``name``.
        words: how many words follow it (``--tcp-flags MASK COMP`` has two).
        optional: the word that follows may be left out.
        negatable: ``!`` may stand before it.
        repeatable: it may be given more than once.
        excludes: keys of options that may not stand beside it.
        requires: keys of options that must stand beside it.
        versions: the IP versions that have it, and for which abbreviations may stand for it.
    """

    name: str
    key: str = ""
    words: int = 1
    optional: bool = False
    negatable: bool = False
    repeatable: bool = False
    excludes: frozenset[str] = frozenset()
    requires: frozenset[str] = frozenset()
    versions: frozenset[IPVersion] = BOTH_VERSIONS

    def __post_init__(self) -> None:
        if not self.key:
            object.__setattr__(self, "key", self.name)


class Given(NamedTuple):
    """One option as it was written.

    Args:
        option: which one.
        written: how it was spelled (``--dpo``).
        words: the words that followed it.
        negated: whether ``!`` stood before it.
        position: its index in argv.
    """

    option: Option
    written: str
    words: tuple[str, ...] = ()
    negated: bool = False
    position: int | None = None

    @property
    def value(self) -> str:
        """The first word that followed, or ''."""
        return self.words[0] if self.words else ""

    def error(self, message: str) -> ParseError:
        """An error that names this option and its place."""
        return ParseError(message, option=self.written, position=self.position)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenOptions:
    """The options given to one extension, in order.

    Args:
        given: each option as written.
        written: how the extension itself was asked for (``-m tcp``).
        position: the index of that in argv, or None where ``-p`` implied it.
    """

    given: tuple[Given, ...] = ()
    written: str = ""
    position: int | None = None

    def get(self, key: str) -> Given | None:
        """The last option with this key, or None."""
        for given in reversed(self.given):
            if given.option.key == key:
                return given
        return None

    def all(self, key: str) -> list[Given]:
        """Every option with this key, in order."""
        return [g for g in self.given if g.option.key == key]

    def __contains__(self, key: object) -> bool:
        return any(g.option.key == key for g in self.given)

    def __iter__(self) -> Iterator[Given]:
        return iter(self.given)

    def __bool__(self) -> bool:
        return bool(self.given)

    def require(self, key: str, message: str) -> Given:
        """The option with this key.

        Raises:
            ParseError: it was not given; ``message`` says what is missing.
        """
        given = self.get(key)
        if given is None:
            raise self.error(message)
        return given

    def error(self, message: str) -> ParseError:
        """An error that names the extension and its place."""
        return ParseError(message, option=self.written or None, position=self.position)


class ParseContext(NamedTuple):
    """The rule around an extension, for what depends on it.

    Args:
        version: the IP version.
        table: iptables' table.
        chain: the chain's name, built-in or not.
        protocol: ``-p``, or None.
        matches: the names of the ``-m`` extensions in order.
        match_values: what they were given; a target sees them, a match does not.
        target: the name after ``-j``, or None.
        interfaces: which of ``in-interface`` and ``out-interface`` are asked for.
        protocol_position: the index of ``-p`` in argv, or None.
        never_loaded: whether no kernel will be asked about the rule; see `ScannedArgv`.
    """

    version: IPVersion
    table: str
    chain: str
    protocol: Negatable[int] | None = None
    matches: tuple[str, ...] = ()
    match_values: tuple[Match, ...] = ()
    target: str | None = None
    interfaces: frozenset[str] = frozenset()
    never_loaded: bool = False
    protocol_position: int | None = None

    def is_before_protocol(self, given: Given) -> bool:
        """Whether an option stands before ``-p``, which some extensions look for at once."""
        return (
            self.protocol_position is not None
            and given.position is not None
            and given.position < self.protocol_position
        )

    def has_protocol(self, *numbers: int) -> bool:
        """Whether ``-p`` asks for one of these protocols (and not for its opposite)."""
        return (
            self.protocol is not None
            and not self.protocol.negated
            and self.protocol.value in numbers
        )


class Extension(ABC, Generic[V]):
    """One iptables extension: four directions for one value class.

    Class attributes:
        name: the name after ``-m`` or ``-j``.
        aliases: other names that iptables takes for it.
        versions: the IP versions that have it.
        options: its options.
        value: the value class.
    """

    name: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    versions: ClassVar[frozenset[IPVersion]] = BOTH_VERSIONS
    options: ClassVar[tuple[Option, ...]] = ()
    value: ClassVar[type]

    @abstractmethod
    def parse(self, given: GivenOptions, context: ParseContext) -> V:
        """Make the value of the options given.

        Negation, repetition, ``excludes`` and ``requires`` were checked already.

        Raises:
            ParseError: iptables would refuse this; made by ``given.error(…)``.
        """

    @abstractmethod
    def format(self, value: V, context: ParseContext) -> Sequence[str]:
        """The options in the form iptables-save prints, without ``-m NAME`` or ``-j NAME``."""

    def to_nft(self, value: V, rule: Rule) -> list[Statement]:
        """The statements in the form that iptables-translate uses.

        Raises:
            Untranslatable: nft cannot say this.
        """
        del value, rule
        raise Untranslatable(self.describe(), self.no_native_form)

    no_native_form: ClassVar[str] = "nftables has no such expression"
    caveats: ClassVar[tuple[str, ...]] = ()
    """Where the accepted native form decides otherwise than iptables, for docs/coverage.md."""

    def declarations(self, value: V, rule: Rule) -> list[Statement]:
        """The objects that the statements need beside them, as libnftables-json(5) objects.

        For example ``{"set": {"family": "ip", "table": "filter", "name": …}}`` for a dynamic set.
        """
        del value, rule
        return []

    def to_nft_shared(self, value: V, rule: Rule) -> list[Statement]:
        """The statements where the rule shares its table with rules that need sets too.

        Raises:
            Untranslatable: nft cannot say this.
        """
        return self.to_nft(value, rule)

    def declarations_shared(self, value: V, rule: Rule) -> list[Statement]:
        """The objects that those need beside them."""
        return self.declarations(value, rule)

    def from_nft(self, cursor: Cursor) -> V | None:
        """Read the value from the statements at the cursor and step past them.

        Returns None, with the cursor where it was, where they say something else.
        """
        del cursor
        return None

    @abstractmethod
    def describe(self) -> str:
        """How iptables asks for it: ``-m NAME`` or ``-j NAME``."""


class MatchExtension(Extension[M], Generic[M]):
    """A match: ``-m NAME``.

    Class attributes:
        protocols: the protocol numbers whose ``-p`` loads this match by itself.
        implied_protocol: the protocol that a rule without ``-p`` is for where it has this match
            with an option. iptables-translate takes such rules; the kernel, which is told no
            protocol then, would refuse them.
        translated_without_protocol: whether iptables-translate does without ``-p``, and so do we
            where no kernel is asked: the protocol is the first of ``protocols`` then.
        may_be_a_protocol: whether `from_hint` reads a test of the protocol that the match made,
            and so comes before the rule's own ``-p``.
    """

    protocols: ClassVar[tuple[int, ...]] = ()
    implied_protocol: ClassVar[int | None] = None
    translated_without_protocol: ClassVar[bool] = False
    may_be_a_protocol: ClassVar[bool] = False

    def describe(self) -> str:
        """``-m NAME``."""
        return f"-m {self.name}"

    def needs_hint(self, value: M) -> bool:
        """Whether `from_nft` could take what this value becomes for another match, or miss it.

        Such a rule's comment lists its matches' names, so that it is read back as it was.
        """
        del value
        return False

    def from_hint(self, cursor: Cursor) -> M | None:
        """As `from_nft`, where the rule's comment says that this match comes next.

        The place to read a form that another match would claim, or no statement at all.
        """
        return self.from_nft(cursor)

    def detail(self, value: M) -> str | None:
        """What the rule's comment must say of the value beside its name, or None.

        No parenthesis, comma or semicolon; the value needs a hint then.
        """
        del value
        return None

    def from_detail(self, cursor: Cursor, detail: str) -> M | None:
        """As `from_hint`, where the rule's comment says more than the name."""
        del detail
        return self.from_hint(cursor)

    def leaves_no_trace(self, value: M) -> bool:
        """Whether the statements hold nothing of the value's own; the comment says so then."""
        del value
        return False

    def from_no_trace(self, cursor: Cursor) -> M | None:
        """The value that leaves none, where the rule's comment says that it comes next."""
        del cursor
        return None


class TargetExtension(Extension[T], Generic[T]):
    """A target: ``-j NAME``.

    Class attributes:
        tables: the tables that it may stand in; empty is all.
        chains: the built-in chains that it may stand in (user-defined ones may always); empty is
            all.
    """

    tables: ClassVar[frozenset[str]] = frozenset()
    chains: ClassVar[frozenset[str]] = frozenset()

    def describe(self) -> str:
        """``-j NAME``."""
        return f"-j {self.name}"

    def hint(self, value: T) -> str | None:
        """What the rule's comment must say of the value, or None where the statements say all.

        An empty hint says no more than which target it is.
        """
        del value
        return None

    def from_hint(self, cursor: Cursor, hint: str) -> T | None:
        """As `from_nft`, where the rule's comment says that it is this target."""
        del hint
        return self.from_nft(cursor)
