"""Events as lines of the log: constant messages, fields that the log can hold, a page of them."""

from __future__ import annotations

import inspect
import logging
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

import nfcore.events
from nfcore.events import Event, FlowsCleared, SysctlSet, TransactionRefused, emit, is_wanted
from tests.events.page import PAGE, every_event, page

SOURCES = Path(nfcore.events.__file__).parents[1]
OF_LOGGING = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


def test_an_event_is_a_line_with_its_fields(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="nfcore")
    emit(SysctlSet(key="net/ipv4/ip_forward", value="1"))
    (record,) = caplog.records
    assert (record.name, record.levelno, record.msg) == ("nfcore.system", 20, "sysctl set")
    assert (record.__dict__["key"], record.__dict__["value"]) == ("net/ipv4/ip_forward", "1")
    assert record.funcName == "test_an_event_is_a_line_with_its_fields"


def test_what_is_not_known_is_left_out() -> None:
    event = TransactionRefused(backend="fake", operations=2, error="CommitRefused", answer="no")
    assert event.fields() == {
        "backend": "fake",
        "operations": 2,
        "error": "CommitRefused",
        "answer": "no",
    }


def test_the_observer_is_told_whatever_the_level_of_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.ERROR, logger="nfcore")
    told: list[Event] = []
    emit(FlowsCleared(flows=3), told.append)
    assert told == [FlowsCleared(flows=3)]
    assert not caplog.records


def test_an_event_is_wanted_where_somebody_would_hear_of_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING, logger="nfcore")
    assert not is_wanted(FlowsCleared, None)
    assert is_wanted(FlowsCleared, lambda _: None)
    caplog.set_level(logging.INFO, logger="nfcore")
    assert is_wanted(FlowsCleared, None)


@pytest.mark.parametrize("event", every_event(), ids=lambda event: event.__name__)
def test_the_log_can_hold_every_event(event: type[Event]) -> None:
    assert event.logger.startswith("nfcore.")
    assert event.message
    assert "%" not in event.message
    assert not OF_LOGGING & {field.name for field in fields(event)}


def test_messages_tell_events_apart() -> None:
    events = every_event()
    assert len({event.message for event in events}) == len(events)


def test_nothing_is_logged_but_events() -> None:
    for path in SOURCES.rglob("*.py"):
        text = path.read_text()
        if path.parent.name != "events" and path.name != "_logging.py":
            assert not re.search(r"\blogging\b|_LOG\b", text), path


def test_every_event_is_told_somewhere() -> None:
    elsewhere = "".join(p.read_text() for p in SOURCES.rglob("*.py") if p.parent.name != "events")
    for event in every_event():
        assert f"{event.__name__}(" in elsewhere, event


def test_importing_configures_no_logging() -> None:
    program = (
        "import logging, nfcore.cli, nfcore.host, nfcore.metrics\n"
        "assert not logging.getLogger().handlers\n"
        "assert not logging.getLogger('nfcore').handlers\n"
        "assert logging.getLogger('nfcore').level == logging.NOTSET\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=SOURCES.parent)


def test_the_page_says_what_the_events_are(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-goldens"):
        PAGE.write_text(page())
    assert PAGE.read_text() == page()


def test_an_event_needs_its_fields_by_name() -> None:
    assert all(
        parameter.kind is inspect.Parameter.KEYWORD_ONLY
        for event in every_event()
        for parameter in inspect.signature(event).parameters.values()
    )
