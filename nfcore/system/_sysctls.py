"""Sysctls of the calling thread's network namespace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Sysctls"]


@dataclass(frozen=True, slots=True)
class Sysctls:
    """Reads and writes sysctls by their names with slashes, which interface names with dots need.

    Args:
        root: where the kernel shows them.
    """

    root: Path = Path("/proc/sys")

    def read(self, key: str) -> str | None:
        """The value, or None where there is no such sysctl.

        Raises:
            OSError: it cannot be read.
        """
        try:
            return (self.root / key).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None

    def write(self, key: str, value: str) -> None:
        """Set a value.

        Raises:
            OSError: it is not there, or cannot be written.
        """
        (self.root / key).write_text(value, encoding="ascii")

    def matching(self, pattern: str) -> Iterator[str]:
        """The names that a pattern of `pathlib.Path.glob` matches, sorted."""
        for path in sorted(self.root.glob(pattern)):
            yield str(path.relative_to(self.root))
