"""``-j LED``: make a light blink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import GivenOptions, Option, ParseContext, Quoted, TargetExtension
from translate.rule import Target
from translate.values.texts import size_in_bytes
from translate.values.uints import read_uint

__all__ = ["Led", "LedExtension"]

_ID_BYTES: Final = 16
_MAX_DELAY: Final = 0x7FFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Led(Target):
    """The light.

    Args:
        trigger_id: ``--led-trigger-id``, 1 to 16 bytes.
        delay: ``--led-delay`` in milliseconds; None (``inf``) leaves it on.
        always_blink: ``--led-always-blink``.
    """

    name: ClassVar[str] = "LED"
    trigger_id: str
    delay: int | None = 0
    always_blink: bool = False

    def __post_init__(self) -> None:
        if not 1 <= size_in_bytes(self.trigger_id) <= _ID_BYTES:
            raise InvalidRule(f"LED trigger {self.trigger_id!r}: 1 to {_ID_BYTES} bytes")
        if self.delay is not None and not 0 <= self.delay <= _MAX_DELAY:
            raise InvalidRule(f"LED delay must be 0 to {_MAX_DELAY} milliseconds")


class LedExtension(TargetExtension[Led]):
    """Translates ``-j LED``."""

    name = "LED"
    value = Led
    options = (
        Option(name="led-trigger-id"),
        Option(name="led-delay"),
        Option(name="led-always-blink", words=0),
    )
    no_native_form = "nftables drives no lights"

    def parse(self, given: GivenOptions, context: ParseContext) -> Led:
        del context
        trigger_id = given.require("led-trigger-id", "--led-trigger-id must be given")
        option = given.get("led-delay")
        delay: int | None = 0
        if option is not None:
            endless = option.value.lower().startswith("inf")
            delay = None if endless else read_uint(option, maximum=_MAX_DELAY)
        return Led(
            trigger_id=trigger_id.value, delay=delay, always_blink="led-always-blink" in given
        )

    def format(self, value: Led, context: ParseContext) -> Sequence[str]:
        del context
        words = ["--led-trigger-id", Quoted(value.trigger_id)]
        if value.delay != 0:
            words += ["--led-delay", "inf" if value.delay is None else str(value.delay)]
        return [*words, "--led-always-blink"] if value.always_blink else words
