"""The targets of ``make fuzz``: each turns bytes into input and checks what must hold for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, Protocol

from tests.fuzz.properties import (
    check_command,
    check_file,
    check_line,
    check_rule,
    check_statements,
)
from tests.fuzz.vocabulary import Seed, seeds, vocabulary
from tests.translate.harness.native import json_unit, load_command
from translate import IPVersion, join_words

__all__ = ["TARGETS", "Bytes", "make_target"]

_CHANGES: Final = 12
_JSON_DEPTH: Final = 4


class Bytes(Protocol):
    """The part of atheris.FuzzedDataProvider that is used here."""

    def ConsumeIntInRange(self, low: int, high: int) -> int: ...  # noqa: N802 - atheris' name

    def ConsumeUnicode(self, count: int) -> str: ...  # noqa: N802 - the same

    def remaining_bytes(self) -> int: ...


class _Words:
    """Makes mangled rules out of bytes."""

    def __init__(self) -> None:
        self._seeds = seeds()
        self._words = vocabulary()

    def rule(self, data: Bytes) -> Seed:
        version, table, chain, some = self._seeds[self._index(data, self._seeds)]
        words = [*some]
        for _ in range(_CHANGES):
            if not data.remaining_bytes():
                break
            self._change(words, data)
        return version, table, chain, tuple(word for word in words if "\0" not in word)

    def _change(self, words: list[str], data: Bytes) -> None:
        at = data.ConsumeIntInRange(0, len(words))
        change = data.ConsumeIntInRange(0, 6)
        word = words[at] if at < len(words) else ""
        if change == 0:
            words.insert(at, self._words[self._index(data, self._words)])
        elif change == 1:
            words.insert(at, "!")
        elif change == 2:
            words[at:at] = self._seeds[self._index(data, self._seeds)][3]
        elif change == 3:
            words[at : at + 1] = []
        elif change == 4:
            words[at : at + 1] = [self._words[self._index(data, self._words)]]
        else:
            cut = data.ConsumeIntInRange(0, len(word))
            words[at : at + 1] = [word[:cut] + data.ConsumeUnicode(4) + word[cut + change - 5 :]]

    @staticmethod
    def _index(data: Bytes, among: list[Any]) -> int:
        return data.ConsumeIntInRange(0, len(among) - 1)


def _rules(words: _Words) -> Callable[[Bytes], None]:
    def check(data: Bytes) -> None:
        version, table, chain, some = words.rule(data)
        check_rule(some, IPVersion(version), table, chain)

    return check


def _commands(words: _Words) -> Callable[[Bytes], None]:
    def check(data: Bytes) -> None:
        version, table, chain, some = words.rule(data)
        letter = "AIDRCPNEXFZLS"[data.ConsumeIntInRange(0, 12)]
        check_command([IPVersion(version).program, "-t", table, f"-{letter}", chain, *some])

    return check


def _lines(words: _Words) -> Callable[[Bytes], None]:
    def check(data: Bytes) -> None:
        _, _, chain, some = words.rule(data)
        check_line(f"-A {chain} {join_words(some)}{data.ConsumeUnicode(8)}")
        check_line(data.ConsumeUnicode(40))

    return check


def _files(words: _Words) -> Callable[[Bytes], None]:
    def check(data: Bytes) -> None:
        lines = ["*filter", ":CUSTOM - [0:0]", ":USER - [0:0]"]
        for _ in range(data.ConsumeIntInRange(0, 4)):
            _, _, chain, some = words.rule(data)
            lines.append(f"{data.ConsumeUnicode(3)}-A {chain} {join_words(some)}")
        lines += [data.ConsumeUnicode(12), "COMMIT", data.ConsumeUnicode(6)]
        check_file("\n".join(lines), IPVersion.V4)

    return check


def _statements(words: _Words) -> Callable[[Bytes], None]:
    """Statements that to_nft made, with parts replaced by others and by nonsense."""

    def mangle(value: Any, data: Bytes, depth: int = 0) -> Any:
        if data.remaining_bytes() and data.ConsumeIntInRange(0, 15) == 0:
            nonsense: tuple[Any, ...] = (
                None,
                True,
                -1,
                0,
                1 << 40,
                "",
                "x",
                [],
                {},
                [0],
                {"set": [1]},
            )
            return nonsense[data.ConsumeIntInRange(0, len(nonsense) - 1)]
        if depth < _JSON_DEPTH and isinstance(value, dict):
            return {key: mangle(inner, data, depth + 1) for key, inner in value.items()}
        if depth < _JSON_DEPTH and isinstance(value, list):
            return [mangle(inner, data, depth + 1) for inner in value]
        return value

    def check(data: Bytes) -> None:
        version, table, chain, some = words.rule(data)
        read = check_rule(some, IPVersion(version), table, chain)
        if read is not None and read[1] is not None:
            expr = [part for part in (mangle(one, data) for one in read[1].expr) if part]
            whole = [part for part in expr if isinstance(part, dict)]
            check_statements(whole, IPVersion(version), table, chain)

    return check


def _libnftables(words: _Words) -> Callable[[Bytes], None]:
    """What to_nft makes, through libnftables and the kernel; a crash ends the process."""
    from nfcore.executor import CLONE_NEWNET, unshare  # noqa: PLC0415 - the one target with I/O
    from nfcore.executor._cffi import _CffiLibrary  # noqa: PLC0415 - the same

    unshare(CLONE_NEWNET)
    library = _CffiLibrary()
    flush = json.dumps({"nftables": [{"flush": {"ruleset": None}}]}).encode()

    def check(data: Bytes) -> None:
        version, table, chain, some = words.rule(data)
        read = check_rule(some, IPVersion(version), table, chain)
        if read is None or read[1] is None:
            return
        rule, made = read[0], read[1]
        library.run((load_command([json_unit(rule, made)]).stdin or "").encode())
        library.run(b'{"nftables": [{"list": {"ruleset": null}}]}')
        library.run(flush)

    return check


TARGETS: Final[dict[str, Callable[[_Words], Callable[[Bytes], None]]]] = {
    "rules": _rules,
    "commands": _commands,
    "lines": _lines,
    "files": _files,
    "statements": _statements,
    "libnftables": _libnftables,
}


def make_target(name: str) -> Callable[[Bytes], None]:
    """The check of one target."""
    return TARGETS[name](_Words())
