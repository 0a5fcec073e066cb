"""Runs the fuzz targets: ``python -m tests.fuzz [--seconds N] [TARGET...]``, as root.

Inputs that are worth keeping, and those that fail, are kept in ``.fuzz/``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import atheris

NAMES = ("rules", "commands", "lines", "files", "statements", "libnftables")
KEPT = Path(".fuzz")


def fuzz(name: str, seconds: int) -> None:
    """Run one target in this process; it ends with the process."""
    with atheris.instrument_imports(include=["translate"]):
        from tests.fuzz.targets import make_target  # noqa: PLC0415 - to be instrumented

        check = make_target(name)
    corpus = KEPT / name
    corpus.mkdir(parents=True, exist_ok=True)
    arguments = [f"-max_total_time={seconds}", f"-artifact_prefix={KEPT}/{name}-", str(corpus)]
    atheris.Setup(
        [sys.argv[0], "-max_len=256", "-timeout=20", "-rss_limit_mb=4096", *arguments],
        lambda data: check(atheris.FuzzedDataProvider(data)),
    )
    atheris.Fuzz()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", choices=[*NAMES, []], help="targets; all by default")
    parser.add_argument("--seconds", type=int, default=600, help="for all targets together")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    names = options.targets or NAMES
    if options.here:
        fuzz(names[0], options.seconds)
    share = max(1, options.seconds // len(names))
    failed = []
    for name in names:
        sys.stdout.write(f"{name}: {share} seconds\n")
        sys.stdout.flush()
        command = [sys.executable, "-m", "tests.fuzz", "--here", "--seconds", str(share), name]
        if subprocess.run(command, check=False).returncode != 0:
            failed.append(name)
    sys.stdout.write(f"failed: {', '.join(failed)}\n" if failed else "nothing failed\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
