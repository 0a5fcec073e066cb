"""What the kernel lets pass as a classic BPF program (net/core/filter.c, bpf_check_classic)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from translate.exceptions import InvalidRule

__all__ = ["BpfInstruction", "check_bpf"]

_LIMITS: Final = (0xFFFF, 0xFF, 0xFF, 0xFFFFFFFF)
_RETURN: Final = frozenset({0x06, 0x16})
_DIVIDE: Final = frozenset({0x34, 0x94})
_SHIFT: Final = frozenset({0x64, 0x74})
_MEMORY: Final = frozenset({0x60, 0x61, 0x02, 0x03})
_STORE: Final = frozenset({0x02, 0x03})
_JUMP: Final = 0x05
_BRANCHES: Final = frozenset({0x15, 0x1D, 0x25, 0x2D, 0x35, 0x3D, 0x45, 0x4D})
_MEMORY_WORDS: Final = 16
_ABSOLUTE: Final = frozenset({0x20, 0x28, 0x30})
_ANCILLARY: Final = 0xFFFFF000
"""Loads from here on are not of the packet's bytes (SKF_AD_OFF)."""
_ANCILLARIES: Final = range(0, 64, 4)
_KNOWN: Final = (
    (
        frozenset(
            {
                # Arithmetic with a constant and with the index register, and the negation.
                *(
                    operation | 0x04 | source
                    for operation in range(0, 0xB0, 0x10)
                    for source in (0, 8)
                ),
                # Loads into the accumulator: absolute, indirect, constant, length, memory.
                *(0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0x00, 0x80),
                # Loads into the index register: constant, length, the IP header's.
                *(0x01, 0x81, 0xB1),
                # Between the two registers.
                *(0x07, 0x87),
            }
        )
        - {0x8C}
    )
    | _RETURN
    | _MEMORY
    | _BRANCHES
    | {_JUMP}
)


class BpfInstruction(NamedTuple):
    """One instruction: the operation, where to jump if true and if false, the operand."""

    code: int
    if_true: int
    if_false: int
    operand: int

    def checked(self) -> BpfInstruction:
        """The instruction itself.

        Raises:
            InvalidRule: a part doesn't fit into its field.
        """
        for number, limit in zip(self, _LIMITS, strict=True):
            if not 0 <= number <= limit:
                raise InvalidRule(f"{number} is not a number from 0 to {limit}")
        return self


def check_bpf(program: Sequence[BpfInstruction]) -> None:
    """See that the kernel would take a program.

    Raises:
        InvalidRule: it would not; the message says which instruction is wrong.
    """
    for index, instruction in enumerate(program):
        instruction.checked()
        problem = _problem(instruction, len(program) - index - 1)
        if problem is not None:
            raise InvalidRule(f"bpf: instruction {index} (operation {instruction.code}) {problem}")
    if program[-1].code not in _RETURN:
        raise InvalidRule("bpf: the last instruction must return")
    _check_memory(program)


def _problem(instruction: BpfInstruction, left: int) -> str | None:
    """What is wrong with an instruction that so many others follow."""
    code, if_true, if_false, operand = instruction
    if code not in _KNOWN:
        return "is unknown"
    if code in _ABSOLUTE and operand >= _ANCILLARY and operand - _ANCILLARY not in _ANCILLARIES:
        return f"loads from nowhere ({operand})"
    if code in _DIVIDE and operand == 0:
        return "divides by 0"
    if code in _SHIFT and operand >= 32:
        return "shifts by more than 31 bits"
    if code in _MEMORY and operand >= _MEMORY_WORDS:
        return f"uses memory beyond word {_MEMORY_WORDS - 1}"
    if (code == _JUMP and operand >= left) or (
        code in _BRANCHES and max(if_true, if_false) >= left
    ):
        return "jumps beyond the end"
    return None


def _check_memory(program: Sequence[BpfInstruction]) -> None:
    """See that no instruction reads memory that nothing was stored in on some way to it."""
    everything = (1 << _MEMORY_WORDS) - 1
    stored_at = [everything] * len(program)
    stored = 0
    for index, (code, if_true, if_false, operand) in enumerate(program):
        stored &= stored_at[index]
        if code in _STORE:
            stored |= 1 << operand
        elif code in _MEMORY and not stored >> operand & 1:
            raise InvalidRule(f"bpf: instruction {index} reads memory that holds nothing yet")
        elif code == _JUMP or code in _BRANCHES:
            targets = (operand,) if code == _JUMP else (if_true, if_false)
            for target in targets:
                stored_at[index + 1 + target] &= stored
            stored = everything
