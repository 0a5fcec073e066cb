"""What executors on libnftables need of it, and what it answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

__all__ = ["Library", "Reply", "batch", "command"]

_JSON: Final = json.JSONEncoder(separators=(",", ":"))


class Reply(NamedTuple):
    """What libnftables answered: its output and its error text, as bytes of UTF-8."""

    done: bool
    output: bytes
    error: bytes

    @property
    def answer(self) -> str:
        """The first error, without its place in the input, which is always 0 in JSON."""
        lines = self.error.decode(errors="replace").split("\n")
        first = next((line for line in lines if line.strip()), "libnftables gave no reason")
        return first.removeprefix("internal:0:0-0: Error: ")


class Library(Protocol):
    """One libnftables context, used by one thread at a time.

    It speaks JSON, and prints handles. The context keeps the network namespace of the thread that
    made it.
    """

    def run(self, commands: bytes, *, dry_run: bool = False) -> Reply:
        """Run commands; with ``dry_run`` the kernel checks them and forgets them."""

    def close(self) -> None:
        """Free the context."""


def command(content: Mapping[str, Any]) -> str:
    """One command as JSON."""
    return _JSON.encode(content)


def batch(commands: Sequence[str]) -> bytes:
    """Commands as what the library runs."""
    return f'{{"nftables":[{",".join(filter(None, commands))}]}}'.encode()
