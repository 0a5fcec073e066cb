"""Docker's zone and policy in the real firewalld, and published ports that outlive its reloads."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread

import pytest

from nfcore.executor import call_in_netns
from nfcore.firewalld import Firewalld
from tests.cli.conftest import Run
from tests.cli.test_watch import Watch
from tests.firewalld.conftest import RealFirewalld, until
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
        until(lambda: zone(firewalld) == ["br-f"], "the bridge is in its zone again")
        until(lambda: answers(lab.client), "the port answers again")


@pytest.mark.usefixtures("watch")
def test_a_firewalld_that_starts_again_is_met_again(firewalld: RealFirewalld, lab: Lab) -> None:
    firewalld.stop()
    firewalld.start()
    until(lambda: zone(firewalld) == ["br-f"], "the bridge is in its zone again")
    with server(lab.container):
        until(lambda: answers(lab.client), "the port answers again")


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
        ours.set_up()
        assert ours.reloaded()
        ours.set_up()
        ours.add_interfaces(["br-f"])
        ours.add_interfaces(["br-f"])
        assert not ours.reloaded()


def test_a_firewalld_of_another_namespace_is_left_alone(firewalld: RealFirewalld, lab: Lab) -> None:
    with closing(Firewalld(netns=lab.client)) as ours:
        ours.set_up()
    assert "docker" not in firewalld.run("--get-zones").split()


def test_an_interface_in_another_zone_stays_there(
    firewalld: RealFirewalld, lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(Firewalld(netns=lab.host)) as ours:
        ours.set_up()
        firewalld.run("--zone=trusted", "--add-interface=br-f")
        ours.add_interfaces(["br-f", "br-g"])
    assert (zone(firewalld), zone(firewalld, "trusted")) == (["br-g"], ["br-f"])
    (message,) = caplog.messages
    assert message.startswith("firewalld has interface br-f in another zone: ZONE_CONFLICT: ")


def test_a_firewalld_that_dies_in_the_middle_of_a_call_is_no_error(
    firewalld: RealFirewalld, lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(Firewalld(netns=lab.host)) as ours:
        ours.set_up()
        assert firewalld.process is not None
        firewalld.process.send_signal(signal.SIGSTOP)
        call = Thread(target=ours.add_interfaces, args=(["br-f"],))
        call.start()
        call.join(0.5)
        assert call.is_alive()
        firewalld.stop(signal.SIGKILL)
        call.join(10)
        assert not call.is_alive()
        assert len(caplog.messages) == 1
        assert caplog.messages[0].startswith("firewalld is left as it is: ")
        ours.add_interfaces(["br-f"])
        assert len(caplog.messages) == 1


def test_no_firewalld_and_no_bus_are_no_errors_and_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'none'}")
    caplog.set_level(logging.DEBUG)
    with closing(Firewalld()) as ours:
        ours.set_up()
        ours.add_interfaces(["br-f"])
        ours.subscribe()
        assert ours.fileno() is None
        assert not ours.reloaded()
    (message,) = caplog.messages
    assert message.startswith("there is no D-Bus to look for firewalld on: ")
    assert caplog.records[0].levelno == logging.DEBUG


def test_a_bus_without_firewalld_is_no_error(
    firewalld: RealFirewalld, caplog: pytest.LogCaptureFixture
) -> None:
    firewalld.stop()
    caplog.set_level(logging.DEBUG)
    with closing(Firewalld()) as ours:
        ours.set_up()
        ours.add_interfaces(["br-f"])
    assert caplog.messages == ["firewalld does not run"]
