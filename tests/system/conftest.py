"""The command line, for tests that see the host change."""

from tests.cli.conftest import nfcore

__all__ = ["nfcore"]
