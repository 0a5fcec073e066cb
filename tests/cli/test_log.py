"""`--log-level` and `--log-format`: the log on standard error."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.netns import in_netns

SCENARIO = str(Path(__file__).parents[2] / "examples" / "scenario-bridge1.yml")


def test_nothing_is_shown_unasked(netns: str, nfcore: Run) -> None:
    assert nfcore("apply", "--netns", netns, SCENARIO).err == ""


def test_text_has_the_message_and_the_fields(netns: str, nfcore: Run) -> None:
    done = nfcore("--log-level", "info", "apply", "--netns", netns, "--layout", "rules", SCENARIO)
    lines = done.err.splitlines()
    committed, changed = (line for line in lines if "lock waited for" not in line)
    assert "[info     ] transaction committed " in committed
    assert "[nfcore.engine] adds=54 backend=cffi " in committed
    assert "networks changed" in changed
    assert "layout=rules ports=1 work=apply" in changed


def test_json_has_an_object_for_each_line(netns: str, nfcore: Run) -> None:
    done = nfcore(
        *("--log-level", "debug", "--log-format", "json"),
        *("apply", "--layout", "rules", "--netns", netns, SCENARIO),
    )
    events = {event["event"]: event for event in map(json.loads, done.err.splitlines())}
    committed = events["transaction committed"]
    assert committed["level"] == "info"
    assert committed["logger"] == "nfcore.engine"
    assert committed["kinds"]["add_rule"] == 35
    assert "T" in committed["timestamp"]
    assert events["networks changed"]["work"] == "apply"
    assert events["networks counted"]["networks"] == 2
    assert events["ruleset listed"]["reason"] == "first look"


def test_the_environment_can_say_it(
    netns: str, nfcore: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NFCORE_LOG_LEVEL", "info")
    monkeypatch.setenv("NFCORE_LOG_FORMAT", "json")
    err = nfcore("apply", "--netns", netns, SCENARIO).err
    assert "transaction committed" in {json.loads(line)["event"] for line in err.splitlines()}


def test_each_kind_of_work_is_told(netns: str, nfcore: Run) -> None:
    def works(*arguments: str) -> list[str]:
        shown = nfcore(
            *("--log-level", "info", "--log-format", "json"),
            *arguments,
            *("--netns", netns),
        )
        shown.ok()
        events = map(json.loads, shown.err.splitlines())
        return [one["work"] for one in events if one["event"] == "networks changed"]

    create = ("network", "create", "front", "--subnet", "10.1.0.0/24")
    port = ("front", "10.1.0.2", "8080:80")
    assert works(*create, "--dry-run") == []
    assert works(*create) == ["create network"]
    assert works("port", "publish", *port) == ["publish ports"]
    assert works("port", "publish", *port) == []
    assert works("port", "release", *port) == ["release ports"]
    assert works("network", "rm", "front") == ["remove network"]
    assert works("apply", SCENARIO) == ["apply"]
    gone = ["!", "-i", "br-gone", "-o", "br-gone", "-j", "DROP"]
    in_netns(netns, ["iptables-nft", "-A", "DOCKER", *gone])
    assert works("leaks", "--fix", SCENARIO) == ["remove leaks"]


def test_the_log_is_left_as_it_was(netns: str, nfcore: Run) -> None:
    before = logging.getLogger("nfcore").level
    nfcore("--log-level", "debug", "save", "--netns", netns).ok()
    nfcore("--log-level", "debug", "save", "--netns", "none such").failed()
    assert logging.getLogger("nfcore").level == before
    assert not logging.getLogger("nfcore").handlers


def test_a_level_or_format_that_is_none(nfcore: Run) -> None:
    assert "--log-level" in nfcore("--log-level", "loud", "doctor").failed(2)
    assert "--log-format" in nfcore("--log-format", "xml", "doctor").failed(2)
