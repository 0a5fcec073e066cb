"""Runs inside a new network namespace: reads lists of commands, answers with their results.

One JSON document a line both ways. A request is a list of ``[argv, stdin text or null]``, the
answer a list of ``[exit status, stdout, stderr]``.
"""

from __future__ import annotations

import json
import subprocess
import sys


def main() -> None:
    for line in sys.stdin:
        answers = []
        for argv, text in json.loads(line):
            done = subprocess.run(
                argv,
                input=None if text is None else text.encode(errors="surrogateescape"),
                stdin=subprocess.DEVNULL if text is None else None,
                capture_output=True,
                check=False,
            )
            answers.append(
                [
                    done.returncode,
                    done.stdout.decode(errors="surrogateescape"),
                    done.stderr.decode(errors="surrogateescape"),
                ]
            )
        sys.stdout.write(json.dumps(answers) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
