"""``-j CONNMARK``: set a connection's mark, or copy it from or to the packet's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

from translate.exceptions import InvalidRule, Untranslatable
from translate.extension import GivenOptions, Option, ParseContext, TargetExtension
from translate.nft.bitwise import bitwise, read_bitwise
from translate.nft.cursor import Cursor
from translate.nft.statements import bitwise_and, ct, meta
from translate.rule import Rule, Target
from translate.types import Statement
from translate.values.marks import ALL_BITS, format_mark, read_mark
from translate.values.uints import read_uint

__all__ = ["Connmark", "ConnmarkExtension"]

_OPERATIONS: Final = frozenset(
    {
        "set-xmark",
        "set-mark",
        "and-mark",
        "or-mark",
        "xor-mark",
        "save-mark",
        "restore-mark",
    }
)
_COPIES: Final = frozenset({"save-mark", "restore-mark"})
_WIDTH: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Connmark(Target):
    """What is done, as the kernel's xt_connmark.c does it.

    Args:
        operation: ``set``, ``save`` or ``restore``.
        value: of ``set``: the bits to flip after those of ``ctmask`` were cleared.
        ctmask: bits of the connection's mark: the ones to clear, or (``restore``) to copy.
        nfmask: bits of the packet's mark: the ones to copy, or (``restore``) to clear.
        left_shift: how far the result of ``set``, or the copied bits, are shifted to the left;
            below 0 is to the right.
    """

    name: ClassVar[str] = "CONNMARK"
    operation: str
    value: int = 0
    ctmask: int = ALL_BITS
    nfmask: int = ALL_BITS
    left_shift: int = 0

    def __post_init__(self) -> None:
        if self.operation not in {"set", "save", "restore"}:
            raise InvalidRule(f"connmark operation {self.operation!r}: set, save or restore")
        for name in ("value", "ctmask", "nfmask"):
            if not 0 <= getattr(self, name) <= ALL_BITS:
                raise InvalidRule(f"connmark: {name} must be 0 to {ALL_BITS:#x}")
        if self.operation == "set" and self.nfmask != ALL_BITS:
            raise InvalidRule("connmark: nfmask has no meaning with set")
        if self.operation != "set" and self.value:
            raise InvalidRule("connmark: value has no meaning but with set")
        if not -_WIDTH < self.left_shift < _WIDTH:
            raise InvalidRule("connmark: a mark can be shifted by up to 31 bits")


class ConnmarkExtension(TargetExtension[Connmark]):
    """Translates ``-j CONNMARK``.

    iptables-translate says ``ct mark xor VALUE and MASK``, which nft reads as ``xor (VALUE and
    MASK)``, and lets ``--save-mark --mask`` overwrite the bits outside of the mask.
    """

    name = "CONNMARK"
    value = Connmark
    options = (
        *(
            Option(name=name, excludes=_OPERATIONS - {name})
            for name in sorted(_OPERATIONS - _COPIES)
        ),
        *(Option(name=name, words=0, excludes=_OPERATIONS - {name}) for name in sorted(_COPIES)),
        Option(name="nfmask", excludes=frozenset({"mask"})),
        Option(name="ctmask", excludes=frozenset({"mask"})),
        Option(name="mask"),
        Option(name="left-shift-mark"),
        Option(name="right-shift-mark"),
    )

    def parse(self, given: GivenOptions, context: ParseContext) -> Connmark:
        del context
        if not any(option.option.key in _OPERATIONS for option in given):
            raise given.error("no operation: --set-mark, --save-mark, --restore-mark or such")
        changes: dict[str, Any] = {}
        for option in given:
            key = option.option.key
            if key in {"set-xmark", "set-mark"}:
                value, mask = read_mark(option)
                mask = mask | value if key == "set-mark" else mask
                changes |= {"operation": "set", "value": value, "ctmask": mask}
            elif key in _COPIES:
                changes["operation"] = key.removesuffix("-mark")
            elif key in {"left-shift-mark", "right-shift-mark"}:
                bits = read_uint(option, maximum=_WIDTH - 1)
                changes["left_shift"] = bits if key.startswith("left") else -bits
            else:
                changes |= _bits_change(key, read_uint(option))
        if changes["operation"] == "set":
            changes.pop("nfmask", None)
        return Connmark(**changes)

    def format(self, value: Connmark, context: ParseContext) -> Sequence[str]:
        del context
        if value.operation == "set":
            words = ["--set-xmark", format_mark(value.value, value.ctmask)]
        else:
            words = [f"--{value.operation}-mark"]
            words += ["--nfmask", f"{value.nfmask:#x}", "--ctmask", f"{value.ctmask:#x}"]
        if value.left_shift:
            side = "left" if value.left_shift > 0 else "right"
            words += [f"--{side}-shift-mark", str(abs(value.left_shift))]
        return words

    def to_nft(self, value: Connmark, rule: Rule) -> list[Statement]:
        del rule
        if value.operation == "set":
            return [_set(ct("mark"), _set_to_nft(value))]
        target, source, kept, copied = (
            (ct("mark"), meta("mark"), value.ctmask, value.nfmask)
            if value.operation == "save"
            else (meta("mark"), ct("mark"), value.nfmask, value.ctmask)
        )
        if kept != ALL_BITS:
            raise Untranslatable(
                f"-j CONNMARK --{value.operation}-mark with a mask",
                "nft 1.0.6 cannot put bits of one mark beside bits of another",
            )
        bits = source if copied == ALL_BITS else bitwise_and(source, copied)
        return [_set(target, _shifted(bits, value.left_shift))]

    def from_nft(self, cursor: Cursor) -> Connmark | None:
        statement = cursor.peek() or {}
        body = statement.get("mangle")
        if not isinstance(body, dict) or body.get("key") not in (ct("mark"), meta("mark")):
            return None
        value = _read(body["key"], body.get("value"))
        if value is not None:
            cursor.take()
        return value


def _bits_change(key: str, bits: int) -> dict[str, Any]:
    match key:
        case "and-mark":
            return {"operation": "set", "value": 0, "ctmask": ~bits & ALL_BITS}
        case "or-mark":
            return {"operation": "set", "value": bits, "ctmask": bits}
        case "xor-mark":
            return {"operation": "set", "value": bits, "ctmask": 0}
        case "mask":
            return {"nfmask": bits, "ctmask": bits}
        case _:
            return {key: bits}


def _set(target: Any, value: Any) -> Statement:
    return {"mangle": {"key": target, "value": value}}


def _set_to_nft(value: Connmark) -> Any:
    keep = ~value.ctmask & ALL_BITS
    if not value.left_shift:
        return bitwise(ct("mark"), keep, value.value)
    if keep == 0:
        # A constant that is shifted: nft has no type for it, so it stays a change of the mark.
        return _shifted({"^": [bitwise_and(ct("mark"), 0), value.value]}, value.left_shift)
    return _shifted(bitwise(ct("mark"), keep, value.value), value.left_shift)


def _shifted(value: Any, left: int) -> Any:
    if left == 0:
        return value
    return {"<<": [value, left]} if left > 0 else {">>": [value, -left]}


def _read(key: Any, value: Any) -> Connmark | None:
    shift = 0
    if isinstance(value, dict) and ("<<" in value or ">>" in value):
        (operator, operands), *_ = value.items()
        if not isinstance(operands, list) or len(operands) != 2:
            return None
        value, shift = operands
        if isinstance(shift, bool) or not isinstance(shift, int) or not 0 < shift < _WIDTH:
            return None
        shift = shift if operator == "<<" else -shift
    bits = read_bitwise(value)
    if bits is None:
        return None
    if key == ct("mark") and bits.source in (None, ct("mark")):
        read = Connmark(operation="set", value=bits.flip, ctmask=~bits.keep & ALL_BITS)
    elif bits.flip:
        return None
    elif (key, bits.source) == (ct("mark"), meta("mark")):
        read = Connmark(operation="save", nfmask=bits.keep)
    elif (key, bits.source) == (meta("mark"), ct("mark")):
        read = Connmark(operation="restore", ctmask=bits.keep)
    else:
        return None
    return replace(read, left_shift=shift)
