"""Compose's interpolation: ``$VAR``, ``${VAR}``, ``${VAR:-default}`` and their kin.

Compose takes a variable that is not set for an empty text and warns. A firewall must not guess, so
here that is an error, unless the template says what to do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from nfcore.exceptions import InvalidInput

__all__ = ["expand"]

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR: Final = re.compile(r":?[-?+]")
_MAX_NESTING: Final = 16


def expand(template: str, environment: Mapping[str, str]) -> str:
    """Replace the variables in a text.

    Args:
        template: the text; ``$$`` is a dollar sign.
        environment: the variables.

    Raises:
        InvalidInput: for a variable that is not set and has no default, ``${VAR:?message}`` that
            applies, and a ``$`` that begins neither a name nor ``${``.
    """
    if "$" not in template:
        return template
    return _Expansion(template, environment).text()


class _Expansion:
    """One pass over a template."""

    def __init__(self, template: str, environment: Mapping[str, str]) -> None:
        self._template = template
        self._environment = environment
        self._at = 0

    def text(self, nesting: int = 0, *, used: bool = True) -> str:
        """Expand up to the end, or up to the brace that closes a nested word.

        Args:
            nesting: how many braces are open.
            used: whether the outcome is wanted; an unused word may hold variables that are not set.
        """
        parts = []
        while self._at < len(self._template):
            character = self._template[self._at]
            if character == "}" and nesting:
                break
            self._at += 1
            parts.append(self._reference(nesting, used=used) if character == "$" else character)
        return "".join(parts)

    def _reference(self, nesting: int, *, used: bool) -> str:
        if self._take("$"):
            return "$"
        braced = self._take("{")
        name = _NAME.match(self._template, self._at)
        if name is None:
            raise self._invalid("a '$' must begin $NAME or ${NAME}; for a dollar sign write $$")
        self._at = name.end()
        if not braced:
            return self._value(name[0]) if used else ""
        return self._braced(name[0], nesting + 1, used=used)

    def _braced(self, name: str, nesting: int, *, used: bool) -> str:
        if nesting > _MAX_NESTING:
            raise self._invalid(f"more than {_MAX_NESTING} braces within each other")
        if self._take("}"):
            return self._value(name) if used else ""
        operator = _OPERATOR.match(self._template, self._at)
        if operator is None:
            raise self._invalid(
                f"after ${{{name} must come '}}' or one of :- - :? ? :+ + (such as "
                f"${{{name}:-default}})"
            )
        self._at = operator.end()
        value = self._environment.get(name)
        present = bool(value) if operator[0].startswith(":") else value is not None
        wanted = present if operator[0].endswith("+") else not present
        word = self.text(nesting, used=used and wanted)
        if not self._take("}"):
            raise self._invalid(f"the brace of ${{{name} is not closed")
        if not used:
            return ""
        if operator[0].endswith("?") and not present:
            raise InvalidInput(f"the variable {name} must be set: {word or 'it has no value'}")
        if operator[0].endswith("+"):
            return word if present else ""
        return (value or "") if present else word

    def _value(self, name: str) -> str:
        try:
            return self._environment[name]
        except KeyError:
            raise InvalidInput(
                f"the variable {name} is not set: set it, or write ${{{name}:-default}}"
            ) from None

    def _take(self, character: str) -> bool:
        found = self._template.startswith(character, self._at)
        self._at += found
        return found

    def _invalid(self, message: str) -> InvalidInput:
        return InvalidInput(f"in {self._template!r}: {message}")
