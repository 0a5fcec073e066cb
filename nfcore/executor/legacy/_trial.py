"""Commands tried on a copy of the tables, in a network namespace that ends with the trial.

iptables-legacy-restore can parse a file without committing it (``--test``), but whether a rule may
stand where it is only the kernel knows, and the kernel has no such mode for the legacy tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from tempfile import NamedTemporaryFile

import translate
from nfcore.exceptions import BackendUnavailable
from nfcore.executor._netns import enter_new_netns
from nfcore.executor.legacy._carriers import Carrier, ToolFailedError
from nfcore.executor.legacy._model import Step
from nfcore.executor.legacy._picture import LegacyRule, Picture
from nfcore.executor.legacy._programs import Place, Programs
from nfcore.operations import TableRef
from translate import Goto, Jump, quote

__all__ = ["try_out"]


def try_out(carrier: Carrier, picture: Picture, steps: Sequence[Step], *, limit: float) -> None:
    """Carry commands out on a copy.

    Args:
        carrier: what carries them out.
        picture: what the tables hold. Of rules that nfcore has no words for only the jump is copied
            (what they match may need things of their namespace, such as an ipset).
        steps: the commands.
        limit: how many seconds each program may take.

    Raises:
        ToolFailedError: they would fail.
        BackendUnavailable: no namespace can be made, or a program is missing.
    """
    place = Place(enter_new_netns)
    try:
        with NamedTemporaryFile(prefix="nfcore-xtables-lock-") as lock:
            programs = Programs(place, limit=limit, lock_file=lock.name)
            touched = {step.table for step in steps}
            copy = [step for ref in touched & picture.keys() for step in _copy(ref, picture)]
            try:
                carrier.carry_out(copy, programs, wait=limit)
            except ToolFailedError as error:
                raise BackendUnavailable(f"the tables could not be copied: {error}") from error
            carrier.carry_out(steps, programs, wait=limit)
    finally:
        place.close()


def _copy(ref: TableRef, picture: Picture) -> Iterator[Step]:
    table = picture[ref]
    yield Step(table=ref, index=0)
    for name, chain in table.items():
        if chain.policy is None:
            yield Step(table=ref, index=0, words=f"-N {quote(name)}")
        elif chain.policy != "ACCEPT":
            yield Step(table=ref, index=0, words=f"-P {name} {chain.policy}")
    for name, chain in table.items():
        for rule in chain.rules:
            yield Step(table=ref, index=0, words=f"-A {quote(name)} {_words(rule)}")


def _words(rule: LegacyRule) -> str:
    if not translate.is_opaque(rule.body) and "\n" not in rule.words:
        return rule.words
    match rule.body.target:
        case Jump(chain=chain):
            return f"-j {quote(chain)}"
        case Goto(chain=chain):
            return f"-g {quote(chain)}"
        case _:
            return ""
