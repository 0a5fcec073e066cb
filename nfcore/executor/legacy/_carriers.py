"""The two ways to carry commands out: by iptables-legacy-restore, or by one program a command."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from nfcore.executor.legacy._model import Step
from nfcore.executor.legacy._programs import Answer, Programs
from nfcore.operations import TableRef
from translate import IPVersion
from translate.words import split_restore_line

__all__ = ["Carrier", "ExecCarrier", "RestoreCarrier", "ToolFailedError"]

_LINE: Final = re.compile(r"line:? (\d+)")


class ToolFailedError(Exception):
    """A program did not do what it was asked to.

    Args:
        answer: what it answered.
        step: the command that it failed at, or None where it doesn't say.
        is_refusal: whether it said no, rather than being stopped.
        reached: how many commands may have been carried out; None is all or none of each table's.
    """

    def __init__(
        self,
        answer: str,
        *,
        step: Step | None = None,
        is_refusal: bool = True,
        reached: range | None = None,
    ) -> None:
        self.answer: Final = answer
        self.step: Final = step
        self.is_refusal: Final = is_refusal
        self.reached: Final = reached
        super().__init__(answer)


class Carrier(ABC):
    """Carries commands out, in their order within each table."""

    holds_lock: ClassVar[bool]
    """Whether the xtables lock is held around all of it, and its programs lock another file."""

    @abstractmethod
    def reach(self, commands: int) -> range | None:
        """How many of so many commands may have been carried out when all is interrupted."""

    @abstractmethod
    def programs_of(self, version: IPVersion) -> Sequence[str]:
        """The names of the programs that it needs."""

    @abstractmethod
    def carry_out(self, steps: Sequence[Step], programs: Programs, *, wait: float) -> list[str]:
        """Carry commands out.

        Args:
            steps: the commands.
            programs: what runs programs.
            wait: how many seconds they wait for the xtables lock.

        Returns:
            What the programs printed although all went well.

        Raises:
            ToolFailedError: one failed.
            BackendUnavailable: one could not be started.
        """


class RestoreCarrier(Carrier):
    """One ``iptables-legacy-restore --noflush --wait`` for each IP version."""

    holds_lock = True

    def reach(self, commands: int) -> range | None:
        del commands
        return None

    def programs_of(self, version: IPVersion) -> Sequence[str]:
        return (_restore(version),)

    def carry_out(self, steps: Sequence[Step], programs: Programs, *, wait: float) -> list[str]:
        remarks = []
        for version in dict.fromkeys(step.table.version for step in steps):
            lines = list(_lines(step for step in steps if step.table.version is version))
            answer = programs.run(
                _restore(version),
                ["--noflush", "--wait", str(int(wait))],
                stdin="".join(f"{text}\n" for text, _ in lines),
            )
            if not answer.succeeded:
                raise ToolFailedError(
                    str(answer),
                    step=_step_at(answer, [step for _, step in lines]),
                    is_refusal=_is_refusal(answer),
                )
            if answer.out or answer.err:
                remarks.append(str(answer))
        return remarks


def _restore(version: IPVersion) -> str:
    return f"{version.program}-legacy-restore"


def _lines(steps: Iterator[Step]) -> Iterator[tuple[str, Step | None]]:
    """The lines of a file, each with the command that it stands for."""
    tables: dict[TableRef, list[Step]] = {}
    for step in steps:
        tables.setdefault(step.table, []).append(step)
    for table, own in tables.items():
        yield f"*{table.name}", None
        for step in own:
            if "\n" in step.words:
                raise ToolFailedError(
                    f"a rule's line break cannot be put into a line: {step.words!r}", step=step
                )
            if step.words:
                yield step.words, step
        yield "COMMIT", None


def _step_at(answer: Answer, steps: Sequence[Step | None]) -> Step | None:
    found = _LINE.search(answer.err)
    number = 0 if found is None else int(found[1])
    return steps[number - 1] if 0 < number <= len(steps) else None


def _is_refusal(answer: Answer) -> bool:
    return answer.code is not None and answer.code > 0


class ExecCarrier(Carrier):
    """One program for each command, and one more before it to check, as Docker does."""

    holds_lock = False

    def reach(self, commands: int) -> range | None:
        return range(commands + 1)

    def programs_of(self, version: IPVersion) -> Sequence[str]:
        return (_iptables(version),)

    def carry_out(self, steps: Sequence[Step], programs: Programs, *, wait: float) -> list[str]:
        for done, step in enumerate(steps):
            common = ["--wait", str(int(wait)), "-t", step.table.name]
            if step.spec is not None:
                self._check(step, programs, common, reached=range(done, done + 1))
            answer = programs.run(_iptables(step.table.version), [*common, *_command(step)])
            if not answer.succeeded:
                raise ToolFailedError(
                    str(answer),
                    step=step,
                    is_refusal=_is_refusal(answer),
                    reached=range(done, done + 2),
                )
        return []

    def _check(
        self, step: Step, programs: Programs, common: Sequence[str], *, reached: range
    ) -> None:
        arguments = [*common, "-C", *split_restore_line(step.spec or "")]
        answer = programs.run(_iptables(step.table.version), arguments)
        expected = 0 if step.words.startswith("-D") else 1
        if answer.code == expected:
            return
        text = str(answer)
        if answer.code in {0, 1}:
            if _is_there(step, programs) == (expected == 0):
                return
            found = "is there already" if expected else "is not there any more"
            text = f"somebody changed the chain meanwhile: the rule {found} ({text})"
        raise ToolFailedError(text, step=step, is_refusal=_is_refusal(answer), reached=reached)


def _is_there(step: Step, programs: Programs) -> bool:
    """Whether a rule is there, asked of iptables-legacy-save.

    ``ip6tables-legacy -C`` (1.8.9) is not to be believed: it takes a rule for another one that
    differs only in what its matches and target are given (``--dport 80`` and ``--dport 81``).
    """
    program = f"{_iptables(step.table.version)}-save"
    answer = programs.run(program, ["-t", step.table.name])
    if not answer.succeeded:
        raise ToolFailedError(str(answer), step=step)
    return f"-A {step.spec}" in answer.out.split("\n")


def _iptables(version: IPVersion) -> str:
    return f"{version.program}-legacy"


def _command(step: Step) -> list[str]:
    if not step.words:
        return ["-S", "OUTPUT"]  # every table has that chain, and looking at it makes the table
    if step.spec is not None and step.words.startswith("-D"):
        return ["-D", *split_restore_line(step.spec)]
    return split_restore_line(step.words)
