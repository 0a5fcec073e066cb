"""What a test module of an extension says about it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

__all__ = ["Case", "CommonCase", "ExtensionCases", "Native", "Refusal"]


@dataclass(frozen=True, slots=True)
class Where:
    """The place that a case's arguments are for."""

    version: int
    table: str
    chain: str


@dataclass(frozen=True, slots=True)
class CommonCase:
    """The arguments after the chain's name, quoted as for a shell, and where they stand.

    ``table``, ``chain`` and ``versions`` say where; no versions are those of the extension. Chains
    that are not built in are made first; so is a chain USER to jump to.
    """

    args: str

    def words(self) -> list[str]:
        return shlex.split(self.args)


@dataclass(frozen=True, slots=True)
class Case(CommonCase):
    """Arguments that iptables accepts, and what iptables-save prints after the chain's name.

    ``saved`` of None is the arguments as they stand. ``oracle=False`` where the real iptables
    differs, with the reason.
    """

    saved: str | None = None
    table: str = "filter"
    chain: str = "FORWARD"
    versions: tuple[int, ...] = ()
    oracle: bool = True
    reason: str = ""

    @property
    def expected(self) -> str:
        return self.args if self.saved is None else self.saved


@dataclass(frozen=True, slots=True)
class Refusal(CommonCase):
    """Arguments that iptables refuses, and a regular expression that finds our reason.

    ``oracle=False`` where the real iptables accepts them, with the reason for being stricter.
    """

    match: str
    table: str = "filter"
    chain: str = "FORWARD"
    versions: tuple[int, ...] = ()
    oracle: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Native(CommonCase):
    """Arguments whose nft form is compared with iptables-translate's.

    ``expected`` holds nft's statements where iptables-translate is wrong or has none (``reason``
    says which); without the word ``counter`` in it one is added at its end, so a target's statement
    is written as ``counter masquerade``. ``untranslatable`` is a regular expression that finds our
    reason for having no form. ``declared`` is text for ``nft -f`` with ``{table}`` in it, for
    ``expected`` that names sets.
    """

    expected: str | None = None
    reason: str = ""
    untranslatable: str | None = None
    declared: str = ""
    table: str = "filter"
    chain: str = "FORWARD"
    versions: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.expected is not None and not self.reason:
            raise ValueError(f"{self.args}: say why it differs from iptables-translate")
        if self.expected is not None and self.untranslatable is not None:
            raise ValueError(f"{self.args}: either expected or untranslatable")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionCases:
    """All cases of one extension.

    ``setup`` holds commands (shell syntax, run without a shell) that the oracles' namespace needs
    first, e.g. ``ipset create foo hash:ip``.
    """

    name: str
    versions: tuple[int, ...] = (4, 6)
    saves: tuple[Case, ...] = ()
    refused: tuple[Refusal, ...] = ()
    native: tuple[Native, ...] = ()
    setup: tuple[str, ...] = ()
