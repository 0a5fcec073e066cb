"""``-j IDLETIMER``: tell userspace when no packet has come for a while."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, Option, ParseContext, TargetExtension
from translate.rule import Target
from translate.values.texts import cut_to_bytes, size_in_bytes
from translate.values.uints import read_uint

__all__ = ["Idletimer", "IdletimerExtension"]

_LABEL_BYTES: Final = 27
_TIMEOUT_LIMIT: Final = 0x7FFFFFFF // 1000
# A file of the label's name appears in a directory that has these already.
_SYSFS_NAMES: Final = frozenset({"", ".", "..", "power", "subsystem", "uevent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Idletimer(Target):
    """The timer.

    Args:
        timeout: ``--timeout`` in seconds.
        label: ``--label``, at most 27 bytes.
        alarm: ``--alarm``: the time goes on while the host sleeps.
    """

    name: ClassVar[str] = "IDLETIMER"
    timeout: int
    label: str
    alarm: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.timeout < _TIMEOUT_LIMIT:
            raise InvalidRule(f"idletimer: timeout must be 1 to {_TIMEOUT_LIMIT - 1} seconds")
        if self.label in _SYSFS_NAMES or "/" in self.label:
            raise InvalidRule(f"idletimer: label {self.label!r} cannot be a file's name in sysfs")
        if size_in_bytes(self.label) > _LABEL_BYTES:
            raise InvalidRule(
                f"idletimer: label {self.label!r} is longer than {_LABEL_BYTES} bytes"
            )


class IdletimerExtension(TargetExtension[Idletimer]):
    """Translates ``-j IDLETIMER``."""

    name = "IDLETIMER"
    value = Idletimer
    options = (Option(name="timeout"), Option(name="label"), Option(name="alarm", words=0))
    no_native_form = "nftables has no timers that userspace can watch"

    def parse(self, given: GivenOptions, context: ParseContext) -> Idletimer:
        del context
        timeout = given.require("timeout", "--timeout must be given")
        label = given.require("label", "--label must be given")
        return Idletimer(
            timeout=read_uint(timeout),
            label=cut_to_bytes(label.value, _LABEL_BYTES),
            alarm="alarm" in given,
        )

    def format(self, value: Idletimer, context: ParseContext) -> Sequence[str]:
        del context
        words = ["--timeout", str(value.timeout), "--label", value.label]
        return [*words, "--alarm"] if value.alarm else words
