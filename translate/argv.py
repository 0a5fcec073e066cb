"""Reading an iptables argv: which word is which option, of which extension.

The order of words matters to iptables: an extension's options are known only once ``-m``, ``-j`` or
``-p`` has loaded it, and where two loaded extensions share an option the newer one has it. What
the words mean is left to the extensions, which see the whole rule (``translate/build.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from translate.exceptions import ParseError
from translate.extension import Extension, Given, GivenOptions, MatchExtension, Option
from translate.registry import Registry
from translate.types import IPVersion

__all__ = ["COMMANDS", "OWN_OPTIONS", "LoadedExtension", "ScannedArgv", "scan"]

_ONLY_IPV4: Final = frozenset({IPVersion.V4})
_GLOBALS: Final = (
    ("A", Option(name="append", negatable=False)),
    ("D", Option(name="delete")),
    ("C", Option(name="check")),
    ("R", Option(name="replace")),
    ("I", Option(name="insert")),
    ("L", Option(name="list", optional=True)),
    ("S", Option(name="list-rules", optional=True)),
    ("F", Option(name="flush", optional=True)),
    ("Z", Option(name="zero", optional=True)),
    ("N", Option(name="new-chain")),
    ("X", Option(name="delete-chain", optional=True)),
    ("E", Option(name="rename-chain", words=2)),
    ("P", Option(name="policy", words=2)),
    ("s", Option(name="source", negatable=True)),
    ("", Option(name="src", key="source", negatable=True)),
    ("d", Option(name="destination", negatable=True)),
    ("", Option(name="dst", key="destination", negatable=True)),
    ("p", Option(name="protocol", negatable=True)),
    ("i", Option(name="in-interface", negatable=True)),
    ("o", Option(name="out-interface", negatable=True)),
    ("j", Option(name="jump")),
    ("g", Option(name="goto")),
    ("t", Option(name="table", repeatable=True)),
    ("m", Option(name="match", repeatable=True)),
    ("f", Option(name="fragments", words=0, negatable=True, versions=_ONLY_IPV4)),
    ("", Option(name="fragment", key="fragments", words=0, negatable=True, versions=_ONLY_IPV4)),
    ("c", Option(name="set-counters")),
    ("n", Option(name="numeric", words=0, repeatable=True)),
    ("v", Option(name="verbose", words=0, repeatable=True)),
    ("x", Option(name="exact", words=0, repeatable=True)),
    ("w", Option(name="wait", optional=True, repeatable=True)),
    ("W", Option(name="wait-interval", optional=True, repeatable=True)),
    ("", Option(name="line-numbers", words=0, repeatable=True)),
    ("M", Option(name="modprobe", repeatable=True)),
    ("h", Option(name="help", optional=True)),
    ("V", Option(name="version", words=0)),
    ("4", Option(name="ipv4", words=0, repeatable=True)),
    ("6", Option(name="ipv6", words=0, repeatable=True)),
)
OWN_OPTIONS: Final = tuple(option for _, option in _GLOBALS)
_BY_NAME: Final = MappingProxyType({option.name: option for option in OWN_OPTIONS})
_SHORT: Final = MappingProxyType({letter: option for letter, option in _GLOBALS if letter})
_COMMON: Final = MappingProxyType({f"-{letter}": _SHORT[letter] for letter in "sdpio"})
"""What most words of most rules are: negatable, each with one word, and nothing to be loaded."""
COMMANDS: Final = frozenset(
    {
        "append",
        "check",
        "delete",
        "delete-chain",
        "flush",
        "insert",
        "list",
        "list-rules",
        "new-chain",
        "policy",
        "rename-chain",
        "replace",
        "zero",
    }
)
_TOGETHER: Final = ({"list", "zero"}, {"list-rules", "zero"})
_TARGETS: Final = frozenset({"jump", "goto"})
_ONLY_PRINTING: Final = frozenset({"help", "version"})
_TAKES_MORE: Final = frozenset(
    {"delete", "insert", "replace", "list", "list-rules", "zero", "set-counters"}
)


# For these do_command looks at the word before the next one, not at what getopt_long(3) found.
_NEVER_ATTACHED: Final = frozenset(
    {"source", "destination", "protocol", "in-interface", "out-interface", "jump"}
)


@dataclass(slots=True, kw_only=True)
class LoadedExtension:
    """An extension that the argv asked for, and the options given to it so far."""

    extension: Extension[Any]
    written: str
    position: int | None
    given: list[Given] = field(default_factory=list)

    @property
    def options(self) -> GivenOptions:
        """The options given to it."""
        return GivenOptions(given=tuple(self.given), written=self.written, position=self.position)


@dataclass(slots=True, kw_only=True)
class ScannedArgv:
    """An argv sorted into options.

    Attributes:
        version: the IP version it is for.
        builtins: iptables' own options by key, each as given.
        matches: the ``-m`` extensions in order.
        target: the ``-j`` extension, or None for none or a chain's name.
        never_loaded: whether it is iptables-translate's, which asks no kernel: what only the kernel
            refuses passes.
    """

    version: IPVersion
    builtins: dict[str, Given] = field(default_factory=dict)
    matches: list[LoadedExtension] = field(default_factory=list)
    target: LoadedExtension | None = None
    never_loaded: bool = False

    def value(self, key: str) -> str | None:
        """The word given with one of iptables' own options, or None."""
        given = self.builtins.get(key)
        return None if given is None else given.value

    def position(self, key: str) -> int | None:
        """Where one of iptables' own options stands in argv, or None."""
        given = self.builtins.get(key)
        return None if given is None else given.position


def scan(argv: Sequence[str], *, version: IPVersion, registry: Registry) -> ScannedArgv:
    """Sort an argv (without the program's name) into options.

    Raises:
        ParseError: an option is unknown, ambiguous, misplaced or lacks its word.
    """
    whole = " ".join(argv)
    if "\0" in whole or not whole.isascii():
        _check_arguments(argv)
    return _Scanner(argv, ScannedArgv(version=version), registry).run()


def _check_arguments(argv: Sequence[str]) -> None:
    """Refuse words that no process can be given: with a NUL, or a surrogate for no byte."""
    for position, word in enumerate(argv):
        try:
            word.encode(errors="surrogateescape")
        except UnicodeEncodeError:
            raise ParseError(
                f"{word!r} holds a surrogate, which is no character", position=position
            ) from None
        if "\0" in word:
            raise ParseError(f"{word!r} holds a NUL, which no argument can", position=position)


class _Scanner:
    def __init__(self, argv: Sequence[str], scanned: ScannedArgv, registry: Registry) -> None:
        self._argv = argv
        self._at = 0
        self._scanned = scanned
        self._registry = registry
        self._protocol_loaded = False
        # Of the same extension twice, the options go to the second.
        self._loaded: dict[Extension[Any], LoadedExtension] = {}

    def run(self) -> ScannedArgv:
        builtins, end = self._scanned.builtins, len(self._argv)
        negated_at: int | None = None
        while self._at < end:
            position, word = self._at, self._argv[self._at]
            self._at += 1
            common = _COMMON.get(word)
            if common is not None and self._at < end and common.key not in builtins:
                # What `_short` would come to, in a third of the time.
                words = (self._argv[self._at],)
                self._at += 1
                builtins[common.key] = Given(common, word, words, negated_at is not None, position)
                negated_at = None
                continue
            if word == "!":
                if negated_at is not None:
                    raise ParseError("'!' twice in a row", option="!", position=position)
                negated_at = position
                continue
            if word == "--" and self._at == end:
                break
            if len(word) < 2 or word[0] != "-" or word == "--":
                raise ParseError(
                    f"unexpected argument {word!r}: an option was expected", position=position
                )
            if word.startswith("--"):
                self._long(word, position, negated=negated_at is not None)
            else:
                self._short(word, position, negated=negated_at is not None)
            negated_at = None
        if negated_at is not None:
            raise ParseError("nothing follows '!'", option="!", position=negated_at)
        return self._scanned

    # -- spelling -------------------------------------------------------------------------------

    def _short(self, word: str, position: int, *, negated: bool) -> None:
        if len(word) == 2 and word[1] in _SHORT:
            self._give(None, _SHORT[word[1]], word, position, None, negated=negated)
            return
        rest = word[1:]
        while rest:
            letter, rest = rest[0], rest[1:]
            option = _SHORT.get(letter)
            if option is None:
                raise ParseError("unknown option", option=f"-{letter}", position=position)
            attached = None
            if (option.words or option.optional) and rest:
                attached, rest = rest, ""
            self._give(None, option, f"-{letter}", position, attached, negated=negated)
            negated = False

    def _long(self, word: str, position: int, *, negated: bool) -> None:
        name, equals, value = word[2:].partition("=")
        found = self._find(name)
        if found is None and self._load_protocol_match():
            found = self._find(name)
        if found is None:
            raise ParseError(
                f"unknown option{self._hint(name)}", option=f"--{name}", position=position
            )
        if isinstance(found, str):
            raise ParseError(f"ambiguous option: {found}", option=f"--{name}", position=position)
        owner, option = found
        if equals and not option.words:
            raise ParseError("this option takes no value", option=word, position=position)
        self._give(owner, option, f"--{name}", position, value if equals else None, negated=negated)

    def _find(self, name: str) -> tuple[LoadedExtension | None, Option] | str | None:
        own = _BY_NAME.get(name)
        if own is not None:
            return None, own
        loaded = [*reversed(self._loaded.values())]
        for owner in loaded:
            option = self._registry.option(owner.extension, name)
            if option is not None:
                return owner, option
        return self._find_abbreviated(name, loaded)

    def _find_abbreviated(
        self, name: str, loaded: Sequence[LoadedExtension]
    ) -> tuple[LoadedExtension | None, Option] | str | None:
        tables: list[tuple[LoadedExtension | None, Sequence[Option]]] = [(None, OWN_OPTIONS)]
        tables += [(owner, owner.extension.options) for owner in loaded]
        prefixed = [
            (owner, option)
            for owner, options in tables
            for option in options
            if name and option.name.startswith(name) and self._scanned.version in option.versions
        ]
        if not prefixed:
            return None
        first_owner, first = prefixed[0]
        if any(owner is not first_owner or option.key != first.key for owner, option in prefixed):
            return ", ".join(sorted({f"--{option.name}" for _, option in prefixed}))
        return prefixed[0]

    def _hint(self, name: str) -> str:
        owners = sorted(
            {
                extension.describe()
                for extension in (*self._registry.matches, *self._registry.targets)
                if self._scanned.version in extension.versions
                and any(option.name == name for option in extension.options)
            }
        )
        return f": it belongs to {' or '.join(owners)}, which must come before it" if owners else ""

    # -- meaning --------------------------------------------------------------------------------

    def _give(
        self,
        owner: LoadedExtension | None,
        option: Option,
        written: str,
        position: int,
        attached: str | None,
        *,
        negated: bool,
    ) -> None:
        if attached is not None and owner is None and option.key in _NEVER_ATTACHED:
            raise ParseError(
                f"write its value {attached!r} as a word of its own: "
                "iptables would take the whole word for the value",
                option=written,
                position=position,
            )
        if attached is None and option.words == 1 and not option.optional:
            words = self._one_word(written, position)
        else:
            words = self._words(option, written, position, attached)
        if owner is None and option.key in _TAKES_MORE:
            words = self._more_words(words, option, written, position)
        given = Given(option, written, words, negated, position)
        if negated and not option.negatable:
            raise given.error("'!' is not allowed before this option")
        if owner is not None:
            owner.given.append(given)
        else:
            self._builtin(given)

    def _one_word(self, written: str, position: int) -> tuple[str, ...]:
        if self._at >= len(self._argv):
            raise ParseError("its value is missing", option=written, position=position)
        self._at += 1
        return (self._argv[self._at - 1],)

    def _words(
        self, option: Option, written: str, position: int, attached: str | None
    ) -> tuple[str, ...]:
        words: tuple[str, ...] = () if attached is None else (attached,)
        if option.optional:
            if not words and self._has_word():
                words += self._one_word(written, position)
            return words
        while len(words) < option.words:
            words += self._one_word(written, position)
        return words

    def _more_words(
        self, words: tuple[str, ...], option: Option, written: str, position: int
    ) -> tuple[str, ...]:
        """A rule's number behind the chain, the second of two counters."""
        if option.key == "set-counters":
            if "," in words[0]:
                return words
            if not self._has_word():
                raise ParseError(
                    "a packet and a byte counter are needed", option=written, position=position
                )
        elif not words or not self._has_word():
            return words
        return words + self._one_word(written, position)

    def _has_word(self) -> bool:
        return self._at < len(self._argv) and not self._argv[self._at].startswith(("-", "!"))

    def _builtin(self, given: Given) -> None:
        key = given.option.key
        if key == "match":
            self._load_match(given)
            self._scanned.builtins[key] = given
            return
        if key in self._scanned.builtins and not given.option.repeatable:
            raise given.error("this option may be given only once")
        if key in COMMANDS:
            other = next((k for k in self._scanned.builtins if k in COMMANDS), None)
            if other is not None and {key, other} not in _TOGETHER:
                raise given.error(f"cannot be used with {self._scanned.builtins[other].written}")
        if key in _ONLY_PRINTING:
            raise given.error("iptables would only print something, and change nothing")
        if key in _TARGETS:
            if "jump" in self._scanned.builtins or "goto" in self._scanned.builtins:
                raise given.error("a rule has one target")
            self._load_target(given)
        self._scanned.builtins[key] = given

    def _load_match(self, given: Given) -> None:
        extension = self._registry.match(given.value, self._scanned.version)
        if extension is None:
            raise given.error(f"no match is called {given.value!r}")
        self._add_match(extension, f"-m {given.value}", given)

    def _load_target(self, given: Given) -> None:
        version = self._scanned.version
        extension = self._registry.target(given.value, version)
        if extension is None:
            if self._registry.is_target(given.value):
                raise given.error(f"IPv{version} has no target {given.value}")
        elif given.option.key == "goto":
            raise given.error(f"{given.value} is a target, and no user-defined chain to go to")
        else:
            self._scanned.target = LoadedExtension(
                extension=extension, written=f"-j {given.value}", position=given.position
            )
            self._loaded[extension] = self._scanned.target

    def _load_protocol_match(self) -> bool:
        given = self._scanned.builtins.get("protocol")
        if given is None or self._protocol_loaded:
            return False
        extension = self._registry.match_for_protocol(given.value, self._scanned.version)
        if extension is None:
            return False
        self._protocol_loaded = True
        self._add_match(extension, f"-p {given.value}", given)
        return True

    def _add_match(self, extension: MatchExtension[Any], written: str, given: Given) -> None:
        loaded = LoadedExtension(extension=extension, written=written, position=given.position)
        self._scanned.matches.append(loaded)
        self._loaded[extension] = loaded
