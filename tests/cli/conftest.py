"""Running the command as a user would, in this process for speed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper

import pytest

from nfcore.cli import main

Run = Callable[..., "Outcome"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    def ok(self) -> str:
        """Its output, having succeeded."""
        assert self.code == 0, self.err
        return self.out

    def failed(self, code: int = 1) -> str:
        """Its message, having failed with this exit code and without a traceback."""
        assert self.code == code, (self.code, self.out, self.err)
        assert "Traceback" not in self.err
        return self.err


@pytest.fixture
def nfcore(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Call ``nfcore`` with these arguments and this standard input."""

    def run(*arguments: str, stdin: str = "") -> Outcome:
        capfd.readouterr()
        monkeypatch.setattr(sys, "argv", ["nfcore", *arguments])
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(stdin.encode())))
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        printed = capfd.readouterr()
        return Outcome(code=code, out=printed.out, err=printed.err)

    return run
