"""`nfcore doctor`."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest

from nfcore.doctor import Host, Level, examine
from nfcore.exceptions import BackendUnavailable, ListingFailed, NfcoreError
from nfcore.executor import Choice, Executor
from tests.cli.conftest import Run
from tests.conftest import new_netns
from tests.netns import in_netns


def test_a_complete_host(nfcore: Run, netns: str) -> None:
    findings = {
        f["subject"]: f for f in json.loads(nfcore("doctor", "--json", "--netns", netns).ok())
    }
    assert findings["privileges"]["level"] == "ok"
    assert findings["libnftables (cffi)"]["detail"].startswith("nf_tables holds 0 tables")
    assert findings["nft"]["detail"].startswith("nftables v")
    assert "privileges" in nfcore("doctor", "--netns", netns).ok()


def test_what_is_missing_comes_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "self").mkdir()
    (tmp_path / "self/status").write_text("Name:\tx\nCapEff:\t0000000000000000\n")
    (tmp_path / "sys/net/ipv4").mkdir(parents=True)
    (tmp_path / "sys/net/ipv4/ip_forward").write_text("0\n")
    (tmp_path / "7").mkdir()
    (tmp_path / "7/comm").write_text("dockerd\n")

    def refuse(*_: Any, **__: Any) -> Executor:
        raise BackendUnavailable("no nf_tables here")

    host = Host(proc=tmp_path, which=lambda _: None, open_executor=refuse)
    findings = {finding.subject: finding for finding in examine(host)}
    assert findings["privileges"].level is Level.MISSING
    assert "--sandbox" in (findings["privileges"].remedy or "")
    assert findings["libnftables (cffi)"].level is Level.MISSING
    assert findings["libnftables (cffi)"].detail == "no nf_tables here"
    assert findings["nft"].remedy == "apt-get install nftables"
    assert findings["nft"].detail == "not installed (nfcore itself does not need it)"
    assert findings["iptables-legacy"].detail == "not installed (--backend legacy needs it)"
    assert findings["legacy tables (IPv4)"].level is Level.NOTE
    assert findings["IP forwarding"].remedy == "sysctl -w net.ipv4.ip_forward=1"
    assert "--iptables=false" in findings["dockerd"].detail


def backend(nfcore: Run, netns: str) -> dict[str, str]:
    findings: list[dict[str, str]] = json.loads(nfcore("doctor", "--json", "--netns", netns).ok())
    return next(finding for finding in findings if finding["subject"] == "backend")


def test_the_choice_of_a_backend_is_explained(nfcore: Run, netns: str) -> None:
    assert backend(nfcore, netns) == {
        "subject": "backend",
        "level": "ok",
        "detail": "nftables: nf_tables is usable",
        "remedy": None,
    }
    in_netns(netns, ["iptables-legacy", "-N", "DOCKER"])
    found = backend(nfcore, netns)
    assert found["level"] == "note"
    assert "but iptables-legacy holds DOCKER chains" in found["detail"]
    assert "nfcore migrate --to nftables|legacy" in found["remedy"]


@pytest.mark.parametrize(
    ("error", "level"),
    [
        (BackendUnavailable("no way to program rules"), Level.MISSING),
        (ListingFailed("iptables-legacy-save ended with exit code 1"), Level.NOTE),
    ],
)
def test_no_backend(error: NfcoreError, level: Level) -> None:
    def fail(_: str | None) -> Choice:
        raise error

    found = next(f for f in examine(Host(choose=fail)) if f.subject == "backend")
    assert (found.level, found.detail) == (level, str(error))


def legacy(nfcore: Run, *arguments: str) -> dict[str, str]:
    findings = json.loads(nfcore("doctor", "--json", *arguments).ok())
    return {f["subject"]: f["detail"] for f in findings if f["subject"].startswith("legacy tables")}


def test_legacy_tables_and_forwarding_are_those_of_the_namespace(netns: str, nfcore: Run) -> None:
    in_netns(netns, ["iptables-legacy", "-t", "mangle", "-A", "INPUT", "-j", "ACCEPT"])
    assert legacy(nfcore, "--netns", netns) == {
        "legacy tables (IPv4)": "in use: mangle",
        "legacy tables (IPv6)": "there, none in use",
    }
    with new_netns() as other:
        assert "in use" not in " ".join(legacy(nfcore, "--netns", other).values()).replace(
            "none in use", ""
        )
    for value, said in (("1", "on"), ("0", "off: containers reach no other host")):
        in_netns(netns, ["sysctl", "-q", "-w", f"net.ipv4.ip_forward={value}"])
        findings = json.loads(nfcore("doctor", "--json", "--netns", netns).ok())
        assert [f["detail"] for f in findings if f["subject"] == "IP forwarding"] == [said]


def test_a_namespace_that_is_not_there(nfcore: Run) -> None:
    assert "there is no network namespace 'none'" in nfcore("doctor", "--netns", "none").failed()


def test_firewalld_comes_with_what_its_iptables_backend_needs(tmp_path: Path) -> None:
    for path, text in (
        ("self/status", "CapEff:\t0000000000000000\n"),
        ("sys/net/ipv4/ip_forward", "1\n"),
        ("7/comm", "firewalld\n"),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    findings = {f.subject: f for f in examine(Host(proc=tmp_path, which=lambda _: None))}
    assert "run `nfcore watch`" in findings["firewalld"].detail
    assert "--table-prefix docker-" in findings["firewalld"].detail


def test_a_library_that_is_not_installed(netns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name in {"prometheus-client", "structlog"}:
            raise PackageNotFoundError(name)
        return "1"

    monkeypatch.setattr("nfcore.doctor._probes.version", version)
    findings = {f.subject: f for f in examine(Host(netns=netns))}
    assert findings["structlog"].level is Level.MISSING
    assert findings["structlog"].remedy == "pip install structlog"
    assert findings["prometheus-client"].level is Level.NOTE
    assert (
        findings["prometheus-client"].remedy == "pip install 'nfcore[metrics]' (only for metrics)"
    )
