"""Writes docs/coverage.md."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.translate.coverage.page import PATH, make_page


def main() -> None:
    page = make_page()
    (Path(__file__).parents[3] / PATH).write_text(page.text)
    sys.stdout.write(f"{PATH} written\n")
    for option in page.without_example:
        sys.stdout.write(f"no example: {option}\n")


if __name__ == "__main__":
    main()
