"""The ``nfcore`` command: reading arguments, printing, exit codes. No logic of its own.

Exit codes: 0 done, 1 refused or failed, 2 wrong usage.
"""

from nfcore.cli._app import app, main

__all__ = ["app", "main"]
