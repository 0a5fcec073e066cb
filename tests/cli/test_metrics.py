"""`--metrics-file` and `watch --metrics-listen`."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from nfcore.exceptions import InvalidInput
from tests.cli.conftest import Run
from tests.cli.test_watch import SCENARIO, Watch
from tests.netns import in_netns

CREATE = ("network", "create", "front", "--subnet", "10.1.0.0/24")


def samples(text: str) -> dict[str, float]:
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


@pytest.mark.parametrize(
    ("command", "operations"),
    [
        (("apply", str(SCENARIO)), 1),
        (CREATE, 1),
        (("restore", "-"), 1),
        (("leaks", "--fix", str(SCENARIO)), 0),
        (("migrate", "--to", "legacy"), 0),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else str(value),
)
def test_a_command_writes_its_metrics(
    command: tuple[str, ...], operations: int, netns: str, nfcore: Run, tmp_path: Path
) -> None:
    file = tmp_path / "nfcore.prom"
    rules = "*filter\n-A INPUT -s 10.0.0.1 -j DROP\nCOMMIT\n"
    nfcore(*command, "--netns", netns, "--metrics-file", str(file), stdin=rules).ok()
    found = samples(file.read_text())
    assert found['nfcore_transactions_total{result="committed"}'] == operations
    assert sum(v for k, v in found.items() if k.startswith("nfcore_listings_total")) >= 1


def test_what_is_done_by_hand_is_counted(netns: str, nfcore: Run, tmp_path: Path) -> None:
    file = tmp_path / "nfcore.prom"
    metrics = ("--netns", netns, "--metrics-file", str(file))
    nfcore(*CREATE, "--with-bridge", "--ip-forward", *metrics).ok()
    found = samples(file.read_text())
    assert found['nfcore_bridges_total{action="made"}'] == 1
    assert found['nfcore_sysctls_total{action="set"}'] >= 3
    assert (found["nfcore_networks"], found["nfcore_ports"]) == (1, 0)
    nfcore("port", "publish", "front", "10.1.0.2", "8080:80", *metrics).ok()
    found = samples(file.read_text())
    assert (found["nfcore_networks"], found["nfcore_ports"]) == (1, 1)
    nfcore("port", "release", "front", "10.1.0.2", "8080:80", *metrics).ok()
    nfcore("network", "rm", "front", *metrics).ok()
    found = samples(file.read_text())
    assert (found["nfcore_networks"], found["nfcore_ports"]) == (0, 0)
    assert found['nfcore_bridges_total{action="removed"}'] == 1


def test_a_command_that_fails_writes_them_too(netns: str, nfcore: Run, tmp_path: Path) -> None:
    in_netns(netns, ["nft", "add table ip filter"])
    hook = "{ type filter hook forward priority 5; }"
    in_netns(netns, ["nft", f"add chain ip filter DOCKER {hook}"])
    file = tmp_path / "nfcore.prom"
    metrics = ("--netns", netns, "--metrics-file", str(file))
    assert "the transaction was refused" in nfcore(*CREATE, *metrics).failed()
    assert samples(file.read_text())['nfcore_transactions_total{result="refused"}'] == 1


def test_the_file_is_looked_at_before_anything_is_done(
    netns: str, nfcore: Run, tmp_path: Path
) -> None:
    none = tmp_path / "none"
    for path, answer in (
        (tmp_path, "metrics go to a file, and this is a directory"),
        (none / "nfcore.prom", f"metrics cannot go there: no directory {none}"),
    ):
        failed = nfcore(*CREATE, "--netns", netns, "--metrics-file", str(path)).failed()
        assert failed == f"nfcore: {path}: {answer}\n"
    assert nfcore("save", "--netns", netns).ok() == ""


def test_what_failed_first_is_what_the_user_is_told(
    netns: str, nfcore: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(_: object, path: Path) -> None:
        raise InvalidInput("the metrics cannot be written: no", file=str(path))

    monkeypatch.setattr("nfcore.metrics.PrometheusMetrics.write", cannot)
    file = tmp_path / "nfcore.prom"
    again = (*CREATE, "--netns", netns, "--metrics-file", str(file))
    assert nfcore(*again).failed() == f"nfcore: {file}: the metrics cannot be written: no\n"
    assert "network front exists already" in nfcore(*again).failed()


@pytest.fixture
def without_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host where prometheus-client is not installed."""
    for name in [name for name in sys.modules if name.startswith("nfcore.metrics")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "prometheus_client", None)


@pytest.mark.usefixtures("without_client")
def test_without_the_client_nothing_is_done_and_the_extra_is_named(
    netns: str, nfcore: Run, tmp_path: Path
) -> None:
    metrics = ("--metrics-file", str(tmp_path / "nfcore.prom"))
    assert nfcore(*CREATE, "--netns", netns, *metrics).failed() == (
        "nfcore: --metrics-file needs prometheus-client, which is not installed: "
        "pip install 'nfcore[metrics]'\n"
    )
    listen = ("--metrics-listen", "127.0.0.1:0")
    assert nfcore("watch", "--netns", netns, *listen, str(SCENARIO)).failed() == (
        "nfcore: --metrics-listen needs prometheus-client, which is not installed: "
        "pip install 'nfcore[metrics]'\n"
    )
    assert nfcore("save", "--netns", netns).ok() == ""


def test_an_address_that_is_none_is_refused_before_anything_is_done(
    netns: str, nfcore: Run
) -> None:
    refused = nfcore("watch", "--netns", netns, "--metrics-listen", "9105", str(SCENARIO)).failed()
    assert "'9105' is no ADDRESS:PORT" in refused
    assert nfcore("save", "--netns", netns).ok() == ""


def test_watch_serves_its_metrics(netns: str) -> None:
    running = Watch(netns, SCENARIO, {"NFCORE_METRICS_LISTEN": "127.0.0.1:0"})
    try:
        line = running.line()
        assert line.startswith("metrics are served on http://127.0.0.1:")
        url = line.split()[-1]

        def read() -> dict[str, float]:
            with urlopen(url, timeout=10) as answer:  # noqa: S310 - it is nfcore's own, see above
                return samples(answer.read().decode())

        found = read()
        assert (found["nfcore_networks"], found["nfcore_ports"]) == (2, 1)
        assert found["nfcore_repairs_total"] == 0
        in_netns(netns, ["nft", "flush", "ruleset"])
        assert "put back" in running.line()
        found = read()
        assert found["nfcore_repairs_total"] == 1
        assert found["nfcore_repair_seconds_sum"] > 0
        assert found['nfcore_transactions_total{result="committed"}'] == 2
    finally:
        running.end()
