"""nft's own languages: JSON and text, by libnftables in this process and by running nft.

What is sent is what nfcore's own layouts send, with the handles of what goes already known.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence

import nftables

from bench.peers._known import PlannedPeer, monitored_handles
from bench.peers._nft_text import nft_text
from bench.peers._peer import Work
from bench.workload import Stack
from nfcore.executor import RulesetMonitor
from nfcore.executor._encode import encode_json
from nfcore.layout import Layout, RulesLayout, SetsLayout
from nfcore.operations import AddRule, Operation

__all__ = [
    "LibnftablesFailed",
    "NftPeer",
    "in_library",
    "json_text",
    "open_library_json",
    "open_library_json_sets",
    "open_nft_json_file",
    "open_nft_text_file",
    "run_nft",
]


class LibnftablesFailed(Exception):
    """libnftables refused what it was given."""


class NftPeer(PlannedPeer):
    """Writes operations in one of nft's languages, and sends them one of nft's ways.

    Args:
        stack: the IP versions.
        language: writes operations.
        send: sends what was written.
        layout: how it is laid out in the kernel.
    """

    def __init__(
        self,
        stack: Stack,
        language: Callable[[Sequence[Operation]], str],
        send: Callable[[str], None],
        layout: type[Layout] = RulesLayout,
    ) -> None:
        self._monitor = RulesetMonitor()
        self._language = language
        self._send = send
        super().__init__(stack, monitored_handles(self._monitor), layout)

    def write(self, operations: Sequence[Operation]) -> Work:
        """The text to send. Where rules are new, the kernel tells their handles."""
        text = self._language(operations)
        if any(isinstance(operation, AddRule) for operation in operations):
            self._monitor.join()
        return lambda: self._send(text)

    def settle(self) -> None:
        """Note what the kernel holds now, and listen no longer."""
        super().settle()
        self._monitor.leave()

    def close(self) -> None:
        """Close the monitor too."""
        super().close()
        self._monitor.close()


def json_text(operations: Sequence[Operation]) -> str:
    """Operations as libnftables' JSON, just as nfcore sends them."""
    commands = ",".join(encode_json(operation, "") for operation in operations)
    return f'{{"nftables":[{commands}]}}'


def in_library(*, json: bool) -> Callable[[str], None]:
    """A way to send: libnftables in this process, by the distribution's own module.

    Args:
        json: whether JSON or text is sent.
    """
    library = nftables.Nftables()
    library.set_json_output(json)

    def send(text: str) -> None:
        code, _, error = library.cmd(text)
        if code:
            raise LibnftablesFailed(error.strip())

    return send


def run_nft(*options: str) -> Callable[[str], None]:
    """A way to send: run nft, which reads the text from its standard input."""

    def send(text: str) -> None:
        subprocess.run(["nft", *options, "-f", "-"], input=text, text=True, check=True)

    return send


def open_library_json(stack: Stack) -> NftPeer:
    """JSON, by libnftables in process."""
    return NftPeer(stack, json_text, in_library(json=True))


def open_library_json_sets(stack: Stack) -> NftPeer:
    """The JSON of sets, by libnftables in process."""
    return NftPeer(stack, json_text, in_library(json=True), SetsLayout)


def open_nft_json_file(stack: Stack) -> NftPeer:
    """``nft -j -f``."""
    return NftPeer(stack, json_text, run_nft("-j"))


def open_nft_text_file(stack: Stack) -> NftPeer:
    """``nft -f``."""
    return NftPeer(stack, nft_text, run_nft())
