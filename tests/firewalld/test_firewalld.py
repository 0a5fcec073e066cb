"""Docker's zone and policy in the real firewalld, and published ports that outlive its reloads."""

from __future__ import annotations

import logging
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread

import pytest

from bench.peers import wait_until
from nfcore.events import Event, FirewalldReloaded, FirewalldSetUp, FirewalldTakenBack
from nfcore.executor import call_in_netns
from nfcore.firewalld import Firewalld
from tests.cli.conftest import Run
from tests.cli.test_watch import Watch
from tests.firewalld.conftest import RealFirewalld
from tests.netns import in_netns
from tests.system.test_published import CONTAINER, HOST, Lab

FILE = """
networks:
  front:
    enable_ipv6: true
    driver_opts: {com.docker.network.bridge.name: br-f}
    ipam: {config: [{subnet: 10.1.0.0/24}, {subnet: "fd00:1::/64"}]}
services:
  web:
    networks: {front: {ipv4_address: 10.1.0.2}}
    ports: ["8080:80"]
"""


@contextmanager
def server(netns: str) -> Iterator[None]:
    """A server on port 80 of the container that says hello to everybody."""
    listener = call_in_netns(netns, lambda: socket.create_server((CONTAINER, 80)))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.sendall(b"hello")

    thread = Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def answers(client: str) -> bool:
    def connect() -> bool:
        try:
            with closing(socket.create_connection((HOST, 8080), timeout=1)) as connection:
                return connection.recv(10) == b"hello"
        except OSError:
            return False

    return call_in_netns(client, connect)


def zone(firewalld: RealFirewalld, name: str = "docker") -> list[str]:
    return firewalld.run(f"--zone={name}", "--list-interfaces").split()


@pytest.fixture
def watch(firewalld: RealFirewalld, lab: Lab, nfcore: Run, tmp_path: Path) -> Iterator[Watch]:
    """A watch that keeps the lab's network, with a published port, instead of the one by hand."""
    in_netns(lab.host, ["ip", "link", "set", "br-f", "alias", "somebody else's from now on"])
    nfcore("network", "rm", "front", "--netns", lab.host).ok()
    assert firewalld.process is not None
    file = tmp_path / "compose.yml"
    file.write_text(FILE)
    running = Watch(lab.host, file)
    try:
        yield running
    finally:
        running.end()


@pytest.mark.usefixtures("watch")
@pytest.mark.parametrize("how", ["--reload", "--complete-reload"])
def test_a_published_port_answers_after_a_reload(
    how: str, firewalld: RealFirewalld, lab: Lab
) -> None:
    with server(lab.container):
        assert zone(firewalld) == ["br-f"]
        assert answers(lab.client)
        firewalld.run(how)
        wait_until(lambda: zone(firewalld) == ["br-f"], "the bridge is in its zone again")
        wait_until(lambda: answers(lab.client), "the port answers again")


@pytest.mark.usefixtures("watch")
def test_a_firewalld_that_starts_again_is_met_again(firewalld: RealFirewalld, lab: Lab) -> None:
    firewalld.stop()
    firewalld.start()
    wait_until(lambda: zone(firewalld) == ["br-f"], "the bridge is in its zone again")
    with server(lab.container):
        wait_until(lambda: answers(lab.client), "the port answers again")


@pytest.mark.usefixtures("watch")
def test_a_bus_that_starts_again_is_listened_to_again(firewalld: RealFirewalld, lab: Lab) -> None:
    firewalld.stop()
    firewalld.stop_bus()
    time.sleep(0.5)
    firewalld.start_bus()
    firewalld.start()
    wait_until(lambda: zone(firewalld) == ["br-f"], "the bridge is in its zone again")
    firewalld.run("--reload")
    wait_until(lambda: zone(firewalld) == ["br-f"], "reloads of the new one are heard of")
    with server(lab.container):
        wait_until(lambda: answers(lab.client), "the port answers again")


@pytest.mark.parametrize("backend", ["iptables-legacy"], indirect=True)
@pytest.mark.usefixtures("backend")
def test_on_legacy_tables_a_reload_takes_rules_away_and_apply_puts_them_back(
    firewalld: RealFirewalld, lab: Lab, nfcore: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_netns(lab.host, ["ip", "link", "set", "br-f", "alias", "somebody else's from now on"])
    nfcore("network", "rm", "front", "--netns", lab.host).ok()
    in_netns(lab.host, ["nft", "flush", "ruleset"])
    monkeypatch.setenv("NFCORE_BACKEND", "legacy")
    command = ("apply", "--netns", lab.host, "-")
    with server(lab.container):
        nfcore(*command, stdin=FILE).ok()
        assert answers(lab.client)
        firewalld.run("--reload")
        assert not answers(lab.client)
        nfcore(*command, stdin=FILE).ok()
        assert answers(lab.client)
        assert zone(firewalld) == ["br-f"]


def test_a_networks_bridge_goes_into_the_zone_and_out_of_it(
    firewalld: RealFirewalld, lab: Lab, nfcore: Run
) -> None:
    bridge = "com.docker.network.bridge.name=br-b"
    command = ("network", "create", "back", "--subnet", "10.2.0.0/24", "-o", bridge)
    nfcore(*command, "--netns", lab.host, "--dry-run").ok()
    assert "docker" not in firewalld.run("--get-zones").split()
    nfcore(*command, "--netns", lab.host).ok()
    assert zone(firewalld) == ["br-b"]
    described = firewalld.run("--permanent", "--info-zone=docker")
    assert "target: ACCEPT" in described
    policy = firewalld.run("--info-policy=docker-forwarding")
    for line in ("target: ACCEPT", "ingress-zones: ANY", "egress-zones: docker"):
        assert line in policy
    nfcore("network", "rm", "back", "--netns", lab.host).ok()
    assert zone(firewalld) == []


def test_setting_up_again_reloads_nothing(firewalld: RealFirewalld, lab: Lab) -> None:
    del firewalld
    with closing(Firewalld(netns=lab.host)) as ours:
        ours.subscribe()
        with ours.set_up():
            assert ours.reloaded()
        with ours.set_up():
            pass
        ours.add_interfaces(["br-f"])
        ours.add_interfaces(["br-f"])
        assert not ours.reloaded()


def docker_in(firewalld: RealFirewalld) -> dict[str, list[str]]:
    """What of Docker's firewalld has, for now and permanently."""
    return {
        f"{when} {what}": [
            name
            for name in firewalld.run(*when.split(), f"--get-{what}").split()
            if "docker" in name
        ]
        for when in ("", "--permanent")
        for what in ("zones", "policies")
    }


def test_a_zone_made_for_a_transaction_that_fails_is_removed_again(
    firewalld: RealFirewalld, lab: Lab, nfcore: Run
) -> None:
    before = docker_in(firewalld)
    same = ("network", "create", "again", "--subnet", "10.1.0.0/24", "--netns", lab.host)
    assert "10.1.0.0/24" in nfcore(*same).failed()
    assert docker_in(firewalld) == before
    assert not any(before.values())


def test_a_zone_made_for_rules_that_the_kernel_refuses_is_removed_again(
    backend: str, firewalld: RealFirewalld, lab: Lab, nfcore: Run
) -> None:
    before = docker_in(firewalld)
    table = "docker-filter" if backend == "iptables" else "filter"
    hook = "{ type filter hook forward priority 5; }"
    in_netns(lab.host, ["nft", f"flush table ip {table}; delete chain ip {table} DOCKER"])
    in_netns(lab.host, ["nft", f"add chain ip {table} DOCKER {hook}"])
    new = ("network", "create", "back", "--subnet", "10.2.0.0/24", "--netns", lab.host)
    assert "the transaction was refused" in nfcore(*new).failed()
    assert docker_in(firewalld) == before
    in_netns(lab.host, ["nft", f"delete chain ip {table} DOCKER"])
    nfcore(*new).ok()
    assert docker_in(firewalld) == {
        " zones": ["docker"],
        " policies": ["docker-forwarding"],
        "--permanent zones": ["docker"],
        "--permanent policies": ["docker-forwarding"],
    }
    nfcore(*new).failed()
    assert zone(firewalld) != []


def test_what_is_done_to_firewalld_is_told(firewalld: RealFirewalld, lab: Lab) -> None:
    told: list[Event] = []
    with closing(Firewalld(netns=lab.host, observer=told.append)) as ours:
        ours.subscribe()
        with pytest.raises(ZeroDivisionError), ours.set_up():
            raise ZeroDivisionError
        both = {"zone": "docker", "policy": "docker-forwarding"}
        assert told == [FirewalldSetUp(**both), FirewalldTakenBack(**both)]
        assert ours.reloaded()
        firewalld.run("--reload")
        wait_until(ours.reloaded, "the reload is heard of")
        assert told[2:] == [FirewalldReloaded(), FirewalldReloaded()]


def test_a_zone_is_removed_again_where_its_policy_cannot_be_added(
    firewalld: RealFirewalld, lab: Lab, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.rmtree(tmp_path / "etc" / "policies", ignore_errors=True)
    (tmp_path / "etc" / "policies").write_text("not a directory")
    before = docker_in(firewalld)
    with closing(Firewalld(netns=lab.host)) as ours, ours.set_up():
        pass
    assert docker_in(firewalld) == before
    assert [record.message for record in caplog.records] == ["firewalld left as it is"]


def test_there_is_nothing_to_remove_from_a_zone_that_is_not_there(
    firewalld: RealFirewalld, lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(Firewalld(netns=lab.host)) as ours:
        ours.remove_interfaces(["br-f"])
    assert not docker_in(firewalld)[" zones"]
    assert not caplog.records


def test_a_firewalld_of_another_namespace_is_left_alone(firewalld: RealFirewalld, lab: Lab) -> None:
    with closing(Firewalld(netns=lab.client)) as ours, ours.set_up():
        pass
    assert "docker" not in firewalld.run("--get-zones").split()


def test_an_interface_in_another_zone_stays_there(
    firewalld: RealFirewalld, lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(Firewalld(netns=lab.host)) as ours:
        with ours.set_up():
            firewalld.run("--zone=trusted", "--add-interface=br-f")
        for _ in range(2):
            ours.add_interfaces(["br-f", "br-g"])
    assert (zone(firewalld), zone(firewalld, "trusted")) == (["br-g"], ["br-f"])
    (record,) = caplog.records
    assert (record.message, record.__dict__["interface"]) == ("interface in another zone", "br-f")
    assert record.__dict__["error"].startswith("ZONE_CONFLICT: ")


def test_a_firewalld_that_dies_in_the_middle_of_a_call_is_no_error(
    firewalld: RealFirewalld, lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(Firewalld(netns=lab.host)) as ours:
        with ours.set_up():
            assert firewalld.process is not None
        firewalld.process.send_signal(signal.SIGSTOP)
        call = Thread(target=ours.add_interfaces, args=(["br-f"],))
        call.start()
        call.join(0.5)
        assert call.is_alive()
        firewalld.stop(signal.SIGKILL)
        call.join(10)
        assert not call.is_alive()
        ours.add_interfaces(["br-f"])
    (record,) = caplog.records
    assert (record.message, record.levelno) == ("firewalld left as it is", logging.WARNING)
    assert record.__dict__["error"]


def test_no_firewalld_and_no_bus_are_no_errors_and_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'none'}")
    caplog.set_level(logging.DEBUG)
    with closing(Firewalld()) as ours:
        with ours.set_up():
            ours.add_interfaces(["br-f"])
        ours.subscribe()
        assert ours.fileno() is None
        assert not ours.reloaded()
        assert not ours.find_bus()
    (record,) = caplog.records
    assert (record.message, record.levelno) == ("firewalld absent", logging.DEBUG)
    assert record.__dict__["reason"].startswith("there is no D-Bus: ")


def test_a_bus_without_firewalld_is_no_error(
    firewalld: RealFirewalld, caplog: pytest.LogCaptureFixture
) -> None:
    firewalld.stop()
    caplog.set_level(logging.DEBUG)
    with closing(Firewalld()) as ours, ours.set_up():
        ours.add_interfaces(["br-f"])
    (record,) = caplog.records
    assert (record.message, record.levelno) == ("firewalld absent", logging.DEBUG)
    assert record.__dict__["reason"] == "firewalld does not run"
