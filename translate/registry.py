"""The list of all extensions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from translate.extension import Extension, MatchExtension, Option, TargetExtension
from translate.matches import MATCHES
from translate.numbers import parse_uint
from translate.protocols import protocol_name, protocol_number
from translate.rule import Match, Target
from translate.targets import TARGETS
from translate.types import IPVersion

__all__ = ["DEFAULT_REGISTRY", "Registry"]


class Registry:
    """Extensions by name and IP version, by value class, and in decoding order.

    Args:
        matches: every match extension, the more particular before the more general.
        targets: every target extension.
    """

    def __init__(
        self, matches: Iterable[MatchExtension[Any]], targets: Iterable[TargetExtension[Any]]
    ) -> None:
        self.matches: Final = tuple(matches)
        self.targets: Final = tuple(targets)
        self._matches_of = {
            version: tuple(m for m in self.matches if version in m.versions)
            for version in IPVersion
        }
        self._targets_of = {
            version: tuple(t for t in self.targets if version in t.versions)
            for version in IPVersion
        }
        self._match_by_name = _by_name(self.matches)
        self._target_by_name = _by_name(self.targets)
        self._target_names = frozenset(name for name, _ in self._target_by_name)
        self._options: Mapping[Extension[Any], Mapping[str, Option]] = MappingProxyType(
            {
                extension: {option.name: option for option in reversed(extension.options)}
                for extension in (*self.matches, *self.targets)
            }
        )
        self._match_by_class: Mapping[type, MatchExtension[Any]] = MappingProxyType(
            {extension.value: extension for extension in self.matches}
        )
        self._target_by_class: Mapping[type, TargetExtension[Any]] = MappingProxyType(
            {extension.value: extension for extension in self.targets}
        )

    def matches_of(self, version: IPVersion) -> tuple[MatchExtension[Any], ...]:
        """The matches that an IP version has, in decoding order."""
        return self._matches_of[version]

    def targets_of(self, version: IPVersion) -> tuple[TargetExtension[Any], ...]:
        """The targets that an IP version has, in decoding order."""
        return self._targets_of[version]

    def match(self, name: str, version: IPVersion) -> MatchExtension[Any] | None:
        """The match of this name, or None."""
        return self._match_by_name.get((name, version))

    def target(self, name: str, version: IPVersion) -> TargetExtension[Any] | None:
        """The target of this name, or None."""
        return self._target_by_name.get((name, version))

    def is_target(self, name: str) -> bool:
        """Whether a target of either IP version has this name."""
        return name in self._target_names

    def option(self, extension: Extension[Any], name: str) -> Option | None:
        """The option of an extension that is spelled so in full, or None."""
        return self._options[extension].get(name)

    def match_for_protocol(self, word: str, version: IPVersion) -> MatchExtension[Any] | None:
        """The match that ``-p WORD`` loads by itself: the one of that name, if it is a protocol's.

        A number stands for the protocol's first name; so ``-p mh`` loads a match, but ``-p 135``,
        which is called mobility-header, doesn't.
        """
        number = protocol_number(word)
        if number is None:
            return None
        is_number = parse_uint(word, maximum=255) is not None
        extension = self.match(protocol_name(number) if is_number else word.lower(), version)
        return extension if extension is not None and number in extension.protocols else None

    def of_match(self, value: Match) -> MatchExtension[Any]:
        """The extension of a match value."""
        return self._match_by_class[type(value)]

    def of_target(self, value: Target) -> TargetExtension[Any]:
        """The extension of a target value."""
        return self._target_by_class[type(value)]


def _by_name(extensions: Iterable[Any]) -> Mapping[tuple[str, IPVersion], Any]:
    return MappingProxyType(
        {
            (name, version): extension
            for extension in extensions
            for name in (extension.name, *extension.aliases)
            for version in extension.versions
        }
    )


DEFAULT_REGISTRY: Final = Registry(MATCHES, TARGETS)
"""All that translate knows."""
