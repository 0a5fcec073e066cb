"""``-m bpf``: a program decides."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from translate.exceptions import InvalidRule
from translate.extension import Given, GivenOptions, MatchExtension, Option, ParseContext, Quoted
from translate.matches._bpf_check import BpfInstruction, check_bpf
from translate.rule import Match
from translate.values.texts import size_in_bytes

__all__ = ["Bpf", "BpfExtension"]

_MAX_INSTRUCTIONS: Final = 64
_PATH_BYTES: Final = 511
_INSTRUCTION: Final = re.compile(r"[ \t-\r]*([0-9]+) +([0-9]+) +([0-9]+) +([0-9]+)[ \t-\r]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bpf(Match):
    """A program, or where one is found.

    Args:
        program: ``--bytecode``: classic BPF instructions, 1 to 64 of them.
        path: ``--object-pinned``, of an extended BPF program in a bpf file system.
    """

    name: ClassVar[str] = "bpf"
    program: tuple[BpfInstruction, ...] = ()
    path: str | None = None

    def __post_init__(self) -> None:
        if bool(self.program) == (self.path is not None):
            raise InvalidRule("bpf: either --bytecode or --object-pinned")
        if self.path is not None and not 1 <= size_in_bytes(self.path) <= _PATH_BYTES:
            raise InvalidRule(f"bpf: a path has 1 to {_PATH_BYTES} bytes")
        if len(self.program) > _MAX_INSTRUCTIONS:
            raise InvalidRule(f"bpf: a program has at most {_MAX_INSTRUCTIONS} instructions")
        if self.program:
            check_bpf(self.program)


class BpfExtension(MatchExtension[Bpf]):
    """Translates ``-m bpf``."""

    name = "bpf"
    value = Bpf
    options = (
        Option(name="bytecode", excludes=frozenset({"object-pinned"})),
        Option(name="object-pinned", excludes=frozenset({"bytecode"})),
    )
    no_native_form = "nftables runs no BPF programs"

    def parse(self, given: GivenOptions, context: ParseContext) -> Bpf:
        del context
        bytecode, path = given.get("bytecode"), given.get("object-pinned")
        if path is not None:
            return Bpf(path=path.value)
        if bytecode is None:
            raise given.error("--bytecode or --object-pinned must be given")
        return Bpf(program=_parse_program(bytecode))

    def format(self, value: Bpf, context: ParseContext) -> Sequence[str]:
        del context
        if value.path is not None:
            return ["--object-pinned", value.path]
        words = [str(len(value.program)), *(" ".join(map(str, one)) for one in value.program)]
        return ["--bytecode", Quoted(",".join(words))]


def _parse_program(given: Given) -> tuple[BpfInstruction, ...]:
    length, _, rest = given.value.partition(",")
    if not length.isdecimal():
        raise given.error(f"{length!r} is not the number of instructions")
    program = []
    for index, text in enumerate(rest.removesuffix(",").split(",")):
        found = _INSTRUCTION.fullmatch(text)
        if found is None:
            raise given.error(f"instruction {index}: {text!r} is not four decimal numbers")
        try:
            program.append(BpfInstruction(*map(int, found.groups())).checked())
        except InvalidRule as error:
            raise given.error(f"instruction {index}: {error}") from error
    if int(length) != len(program):
        raise given.error(f"{len(program)} instructions where {length} were announced")
    return tuple(program)
