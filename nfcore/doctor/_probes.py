"""The probes: each looks at one thing of the host, changing nothing."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from nfcore.doctor._findings import Finding, Level
from nfcore.exceptions import BackendUnavailable, Conflict, NfcoreError, NotPermitted
from nfcore.executor import (
    Choice,
    Executor,
    ExecutorKind,
    call_in_netns,
    check_table_prefix,
    explain_choice,
    open_executor,
)
from nfcore.operations import Snapshot

__all__ = ["Host", "examine"]

_CAP_NET_ADMIN: Final = 12
_PRIVILEGES: Final = "sudo nfcore …"
_LIBRARIES: Final = (
    *("nfcore", "cffi", "jeepney", "pip-nftables", "pyroute2", "rich", "ruamel.yaml", "structlog"),
    *("typer", "prometheus-client"),
)
_OPTIONAL_LIBRARIES: Final = {
    "pip-nftables": "pip install pip-nftables",
    "prometheus-client": "pip install 'nfcore[metrics]' (only for metrics)",
}
_MANAGERS: Final = {
    "dockerd": "Docker programs the same chains: --iptables=false leaves them to nfcore",
    "firewalld": "firewalld reloads remove rules in tables it manages: run `nfcore watch`; with "
    "FirewallBackend=iptables on iptables-nft it does not work beside native rules in its tables: "
    "give every command --table-prefix docker- (or set NFCORE_TABLE_PREFIX)",
    "ufw": "ufw loads its rules at boot through iptables-restore",
    "kube-proxy": "kube-proxy programs its own chains beside these",
    "podman": "podman's netavark programs its own chains beside these",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Where the probes look: the roots of /proc and /etc, and how to run a program.

    Args:
        proc: the process file system.
        which: finds a program, as `shutil.which`.
        open_executor: opens an executor, as `nfcore.executor.open_executor`.
        choose: chooses a backend, as `nfcore.executor.explain_choice`.
        netns: the network namespace to look at, or None for the caller's.
        table_prefix: what nfcore's tables are to have before iptables' names for them.
    """

    proc: Path = Path("/proc")
    which: Callable[[str], str | None] = shutil.which
    open_executor: Callable[..., Executor] = open_executor
    choose: Callable[[str | None], Choice] = explain_choice
    netns: str | None = None
    table_prefix: str = ""

    def read(self, path: str) -> str:
        """A file below /proc as the thread that looks sees it, in the network namespace.

        Raises:
            OSError: it cannot be read.
        """
        return call_in_netns(self.netns, lambda: (self.proc / path).read_text(encoding="ascii"))


def examine(host: Host | None = None) -> tuple[Finding, ...]:
    """Look at everything.

    Args:
        host: where to look; the real host by default.

    Returns:
        One finding for each thing, in the order in which to mend them.

    Raises:
        InvalidInput: the network namespace's name, or the prefix, cannot be one.
        NotFound: there is no such network namespace.
    """
    host = host or Host()
    call_in_netns(host.netns, lambda: None)
    check_table_prefix(host.table_prefix)
    return tuple(_all(host))


def _all(host: Host) -> Iterator[Finding]:
    yield _privileges(host)
    yield _backend(host)
    yield from _executors(host)
    yield from _legacy(host)
    yield from _programs(host)
    yield from _libraries()
    yield _forwarding(host)
    yield from _managers(host)


def _privileges(host: Host) -> Finding:
    status = (host.proc / "self/status").read_text(encoding="ascii")
    effective = next(
        int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapEff")
    )
    if effective >> _CAP_NET_ADMIN & 1:
        return Finding(subject="privileges", level=Level.OK, detail="CAP_NET_ADMIN")
    return Finding(
        subject="privileges",
        level=Level.MISSING,
        detail="no CAP_NET_ADMIN: nothing can be programmed",
        remedy=f"{_PRIVILEGES}, or try it with nfcore apply --sandbox FILE",
    )


def _backend(host: Host) -> Finding:
    subject = "backend"
    try:
        choice = host.choose(host.netns)
    except Conflict as conflict:
        return Finding(
            subject=subject,
            level=Level.NOTE,
            detail=str(conflict),
            remedy="--backend with every command, or nfcore migrate --to nftables|legacy",
        )
    except BackendUnavailable as error:
        return Finding(
            subject=subject,
            level=Level.MISSING,
            detail=str(error),
            remedy=_PRIVILEGES
            if isinstance(error, NotPermitted)
            else "pip install pip-nftables, or apt-get install iptables",
        )
    except NfcoreError as error:
        return Finding(subject=subject, level=Level.NOTE, detail=str(error))
    return Finding(subject=subject, level=Level.OK, detail=f"{choice.kind}: {choice.reason}")


def _executors(host: Host) -> Iterator[Finding]:
    kinds: tuple[tuple[ExecutorKind, str], ...] = (
        (
            "cffi",
            "apt-get install libnftables-dev gcc python3-dev; pip install --force-reinstall nfcore",
        ),
        ("module", "pip install pip-nftables"),
    )
    working = 0
    for kind, remedy in kinds:
        subject = f"libnftables ({kind})"
        try:
            with host.open_executor(
                kind, netns=host.netns, table_prefix=host.table_prefix
            ) as executor:
                detail = _describe(executor.snapshot())
        except NfcoreError as error:
            yield Finding(
                subject=subject,
                level=Level.NOTE if working else Level.MISSING,
                detail=str(error),
                remedy=_PRIVILEGES if isinstance(error, NotPermitted) else remedy,
            )
        else:
            working += 1
            yield Finding(subject=subject, level=Level.OK, detail=detail)


def _describe(snapshot: Snapshot) -> str:
    tables = len(snapshot.tables)
    chains = sum(len(table.chains) for table in snapshot.tables.values())
    rules = sum(
        len(chain.rules) for table in snapshot.tables.values() for chain in table.chains.values()
    )
    return f"nf_tables holds {tables} tables, {chains} chains, {rules} rules (ip and ip6)"


def _legacy(host: Host) -> Iterator[Finding]:
    for family, file in (("IPv4", "ip_tables_names"), ("IPv6", "ip6_tables_names")):
        try:
            names = host.read(f"thread-self/net/{file}").split()
        except OSError as error:
            yield Finding(
                subject=f"legacy tables ({family})",
                level=Level.NOTE,
                detail=f"not to be seen: {error.strerror}",
                remedy=_PRIVILEGES
                if isinstance(error, PermissionError)
                else "modprobe ip_tables ip6_tables (only the legacy backend needs them)",
            )
        else:
            yield Finding(
                subject=f"legacy tables ({family})",
                level=Level.NOTE if names else Level.OK,
                detail=f"in use: {', '.join(sorted(names))}" if names else "there, none in use",
            )


def _programs(host: Host) -> Iterator[Finding]:
    not_needed = "nfcore itself does not need it"
    for program, package, argument, need in (
        ("nft", "nftables", "--version", not_needed),
        ("iptables", "iptables", "--version", "it reads rules that others made with iptables-nft"),
        ("iptables-legacy", "iptables", "--version", "--backend legacy needs it"),
        ("ip", "iproute2", "-V", not_needed),
    ):
        path = host.which(program)
        if path is None:
            yield Finding(
                subject=program,
                level=Level.NOTE,
                detail=f"not installed ({need})",
                remedy=f"apt-get install {package}",
            )
            continue
        done = subprocess.run(  # noqa: S603 - a program found by name, with a fixed argument
            [path, argument], capture_output=True, text=True, check=False, timeout=10
        )
        yield Finding(subject=program, level=Level.OK, detail=done.stdout.strip())


def _libraries() -> Iterator[Finding]:
    for name in _LIBRARIES:
        try:
            yield Finding(subject=name, level=Level.OK, detail=version(name))
        except PackageNotFoundError:
            remedy = _OPTIONAL_LIBRARIES.get(name)
            yield Finding(
                subject=name,
                level=Level.MISSING if remedy is None else Level.NOTE,
                detail="not installed",
                remedy=remedy or f"pip install {name}",
            )


def _forwarding(host: Host) -> Finding:
    if host.read("sys/net/ipv4/ip_forward").strip() == "1":
        return Finding(subject="IP forwarding", level=Level.OK, detail="on")
    return Finding(
        subject="IP forwarding",
        level=Level.NOTE,
        detail="off: containers reach no other host",
        remedy="sysctl -w net.ipv4.ip_forward=1",
    )


def _managers(host: Host) -> Iterable[Finding]:
    names = {
        name.strip() for path in host.proc.glob("[0-9]*/comm") if (name := _read_or_nothing(path))
    }
    found = [
        Finding(subject=name, level=Level.NOTE, detail=f"is running; {advice}")
        for name, advice in _MANAGERS.items()
        if name in names
    ]
    return found or [
        Finding(subject="other managers", level=Level.OK, detail=f"none of {', '.join(_MANAGERS)}")
    ]


def _read_or_nothing(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:  # the process ended between the listing and the look
        return ""
