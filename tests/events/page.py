"""docs/events.md, made from the events themselves."""

from __future__ import annotations

import inspect
import logging
import re
from dataclasses import fields
from pathlib import Path

import nfcore.events
from nfcore.events import Event

__all__ = ["PAGE", "every_event", "page"]

PAGE = Path(__file__).parents[2] / "docs" / "events.md"
_HEAD = """\
# Events

What nfcore tells of its work. Each event is one line of the log, with a constant message and fields
(`extra=` of the standard library's `logging`), and is told to the observer where one is given.
Fields that are not known are left out. This page is made from `nfcore/events`
(`pytest tests/events --update-goldens`).

`nfcore --log-level info --log-format json …` shows them on standard error; the message is `event`
there. From Python, nothing is configured at import: attach a handler to the logger `nfcore`.
"""


def every_event() -> tuple[type[Event], ...]:
    """The events, by logger and then by message."""
    named = (getattr(nfcore.events, name) for name in nfcore.events.__all__)
    events = [
        one for one in named if inspect.isclass(one) and issubclass(one, Event) and one is not Event
    ]
    return tuple(sorted(events, key=lambda event: (event.logger, event.message)))


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *(_section(event) for event in every_event())])


def _section(event: type[Event]) -> str:
    about, described = _described(event)
    level = logging.getLevelName(event.level).lower()
    lines = [f"## {event.message}", "", f"`{event.logger}`, {level}. {about}", ""]
    lines += [f"- `{field.name}`: {described[field.name]}" for field in fields(event)]
    return "\n".join(lines) + ("\n" if fields(event) else "")


def _described(event: type[Event]) -> tuple[str, dict[str, str]]:
    """An event's docstring: what it is about, and what each field is."""
    about, _, rest = inspect.cleandoc(event.__doc__ or "").partition("\n\nAttributes:\n")
    found = re.findall(r"(?m)^    (\w+): (.*(?:\n        .*)*)", rest)
    return _flat(about), {name: _flat(text) for name, text in found}


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("``", "`")
