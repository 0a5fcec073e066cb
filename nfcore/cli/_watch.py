"""``nfcore watch``."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Annotated

import typer

from nfcore.cli._measuring import served_metrics
from nfcore.cli._options import (
    DEFAULT_WAIT,
    Backend,
    BackendOption,
    LayoutOption,
    NetnsOption,
    TablePrefixOption,
    WaitOption,
)
from nfcore.cli._output import console, counted, error_console
from nfcore.engine import EngineLock
from nfcore.exceptions import NetfilterError
from nfcore.executor import open_executor
from nfcore.firewalld import Firewalld
from nfcore.host import Watcher
from nfcore.inputs import Topology, load
from nfcore.system import System

__all__ = ["watch"]


def watch(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="What nfcore apply takes; not standard input.")
    ],
    *,
    layout: LayoutOption = None,
    backend: BackendOption = Backend.AUTO,
    no_userland_proxy: Annotated[
        bool,
        typer.Option(
            "--no-userland-proxy", help="docker-proxy does not run: turn hairpin mode on."
        ),
    ] = False,
    netns: NetnsOption = None,
    table_prefix: TablePrefixOption = "",
    wait: WaitOption = DEFAULT_WAIT,
    metrics_listen: Annotated[
        str | None,
        typer.Option(
            "--metrics-listen",
            metavar="ADDRESS:PORT",
            envvar="NFCORE_METRICS_LISTEN",
            help="Serve metrics to Prometheus there (needs the extra nfcore[metrics]).",
        ),
    ] = None,
) -> None:
    """Keep the host in the state that FILE describes, whoever changes it.

    Whatever is flushed, deleted or put above a jump that belongs on top is put back in one
    transaction, and a line says who did it. Edits inside DOCKER-USER are left alone. SIGHUP reads
    FILE again; SIGTERM ends and leaves the rules.
    """
    topology = _read(file)
    with served_metrics(metrics_listen) as (observer, address):
        watcher = Watcher(
            open_executor(backend.value, netns=netns, table_prefix=table_prefix),
            topology.networks,
            layout=None if layout is None else layout.value,
            userland_proxy=not no_userland_proxy,
            lock=EngineLock(wait=wait, observer=observer),
            system=System(netns=netns, observer=observer),
            firewalld=Firewalld(netns=netns, observer=observer),
            observer=observer,
        )
        try:
            with _signals() as (wakeup, pending):
                watcher.repair()
                _say(f"watching: {counted(len(topology.networks), 'network')} of {file} in place")
                if address is not None:
                    _say(f"metrics are served on http://{address}/metrics")
                _notify_systemd("READY=1")
                _keep(watcher, file, wakeup, pending)
        finally:
            watcher.close()
    _notify_systemd("STOPPING=1")
    _say("ended; the rules stay")


def _keep(watcher: Watcher, file: str, wakeup: socket.socket, pending: set[int]) -> None:
    while True:
        watcher.wait(wakeup.fileno())
        _drain(wakeup)
        if pending & {signal.SIGTERM, signal.SIGINT}:
            return
        if signal.SIGHUP in pending:
            pending.discard(signal.SIGHUP)
            _reload(watcher, file)
        try:
            repair = watcher.repair()
        except NetfilterError as error:
            _complain(f"could not be put back: {error}")
        else:
            if repair is not None:
                _say(str(repair))


def _reload(watcher: Watcher, file: str) -> None:
    try:
        topology = _read(file)
    except NetfilterError as error:
        _complain(f"{error}; what was wanted before is kept")
        return
    watcher.set_wanted(topology.networks)
    _say(f"{file} was read again: {counted(len(topology.networks), 'network')}")


def _read(file: str) -> Topology:
    if file == "-":
        raise typer.BadParameter("watch reads FILE again on SIGHUP: it cannot be standard input")
    topology = load(file, stdin=sys.stdin.buffer, environment=os.environ)
    for note in topology.notes:
        _complain(f"note: {note}")
    return topology


@contextmanager
def _signals() -> Iterator[tuple[socket.socket, set[int]]]:
    """A socket that becomes readable with a signal, and the set of signals that came."""
    pending: set[int] = set()

    def note(number: int, _: FrameType | None) -> None:
        pending.add(number)

    reader, writer = socket.socketpair()
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    with reader, writer:
        reader.setblocking(False)
        writer.setblocking(False)
        before = {number: signal.signal(number, note) for number in numbers}
        old_wakeup = signal.set_wakeup_fd(writer.fileno())
        try:
            yield reader, pending
        finally:
            signal.set_wakeup_fd(old_wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)


def _drain(wakeup: socket.socket) -> None:
    try:
        while wakeup.recv(64):
            pass
    except BlockingIOError:
        return


def _notify_systemd(state: str) -> None:
    """Tell systemd, where it asked to be told (sd_notify(3), Type=notify)."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notify:
        notify.connect("\0" + address[1:] if address.startswith("@") else address)
        notify.send(state.encode())


def _say(text: str) -> None:
    console().print(text, markup=False, soft_wrap=True)
    sys.stdout.flush()


def _complain(text: str) -> None:
    error_console().print(f"nfcore: {text}", markup=False, soft_wrap=True)
