"""Which executor is opened, and what is said where none can be."""

from __future__ import annotations

import errno
import os
import socket
import sys

import pytest

from nfcore.exceptions import (
    BackendUnavailable,
    Conflict,
    InvalidInput,
    ListingFailed,
    NotFound,
    NotPermitted,
)
from nfcore.executor import (
    CffiExecutor,
    Executor,
    ExecutorKind,
    NftablesModuleExecutor,
    open_executor,
)
from nfcore.executor._hybrid import HybridExecutor
from nfcore.executor._native import NativeExecutor
from nfcore.executor._netlink import NftablesSocket
from nfcore.executor._netns import call_in_netns
from nfcore.executor._nfnetlink import NfnetlinkSocket
from nfcore.executor.legacy import LegacyExecExecutor, LegacyExecutor
from tests.legacy import Fake
from tests.netns import in_netns
from translate import IPVersion

pytestmark = pytest.mark.usefixtures("own_lock")

NO_EXTENSION = "nfcore's libnftables extension is not usable: "
NO_MODULE = "the 'nftables' Python module is not usable: "


@pytest.fixture
def no_extension(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nfcore.executor._libnftables", None)


@pytest.fixture
def no_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nftables", None)


def native(executor: Executor) -> type[NativeExecutor]:
    assert isinstance(executor, HybridExecutor)
    return type(executor.native)


@pytest.mark.parametrize("kind", ["auto", "nftables"])
def test_the_compiled_extension_first(netns: str, kind: ExecutorKind) -> None:
    with open_executor(kind, netns=netns) as executor:
        assert native(executor) is CffiExecutor
        assert executor.name == "cffi"


@pytest.mark.usefixtures("no_extension")
@pytest.mark.parametrize("kind", ["auto", "nftables"])
def test_the_module_where_nothing_was_compiled(netns: str, kind: ExecutorKind) -> None:
    with open_executor(kind, netns=netns) as executor:
        assert native(executor) is NftablesModuleExecutor


def test_one_kind_only(netns: str) -> None:
    with open_executor("module", netns=netns) as executor:
        assert native(executor) is NftablesModuleExecutor
    with open_executor("cffi", netns=netns) as executor:
        assert native(executor) is CffiExecutor
    with open_executor("legacy", netns=netns) as executor:
        assert type(executor) is LegacyExecutor
    with open_executor("legacy-exec", netns=netns) as executor:
        assert type(executor) is LegacyExecExecutor


@pytest.mark.parametrize("kind", ["auto", "nftables", "cffi"])
def test_a_prefix_is_for_nf_tables(netns: str, kind: ExecutorKind) -> None:
    with open_executor(kind, netns=netns, table_prefix="x-") as executor:
        assert type(executor) is CffiExecutor


@pytest.mark.parametrize("kind", ["legacy", "legacy-exec"])
def test_no_prefix_for_the_legacy_tables(kind: ExecutorKind) -> None:
    with pytest.raises(
        InvalidInput, match=rf"^{kind}: the legacy tables have no other names, so no prefix$"
    ):
        open_executor(kind, table_prefix="x-")


@pytest.mark.usefixtures("no_extension", "no_module")
def test_neither(netns: str) -> None:
    with pytest.raises(BackendUnavailable) as caught:
        open_executor("nftables", netns=netns)

    message = str(caught.value)
    assert message.startswith(f"no way to program nf_tables (cffi: {NO_EXTENSION}")
    assert f"; module: {NO_MODULE}" in message
    assert "`apt install libnftables-dev`" in message
    assert "`pip install pip-nftables`" in message


@pytest.mark.usefixtures("no_extension", "no_module")
class TestNoNftables:
    def test_legacy(self, netns: str) -> None:
        with open_executor(netns=netns) as executor:
            assert type(executor) is LegacyExecutor

    def test_no_legacy_either(self, netns: str, monkeypatch: pytest.MonkeyPatch) -> None:
        with monkeypatch.context() as patch:
            patch.setenv("PATH", "/nowhere")
            with pytest.raises(BackendUnavailable) as caught:
                open_executor(netns=netns)
        message = str(caught.value)
        assert message.startswith("no way to program rules (nf_tables: no way to program nf_tables")
        assert "; iptables-legacy: iptables-legacy-restore is not in PATH" in message

    def test_the_kernel_has_no_legacy_tables(self, netns: str, fake: Fake) -> None:
        fake("iptables-legacy-restore", "echo 'Table does not exist' >&2; exit 3")
        with pytest.raises(
            BackendUnavailable,
            match=r"iptables-legacy: .* was refused.*exit code 3: Table does not exist",
        ):
            open_executor(netns=netns)

    @pytest.mark.parametrize("words", ["-A INPUT -p tcp -j ACCEPT", "-N DOCKER"])
    def test_nf_tables_is_live_all_the_same(self, netns: str, words: str) -> None:
        in_netns(netns, ["iptables-nft", *words.split()])
        if words == "-N DOCKER":
            in_netns(netns, ["iptables-nft", "-A", "DOCKER", "-j", "RETURN"])
        with pytest.raises(Conflict, match=f"but nf_tables holds .*{words.split()[1]}"):
            open_executor(netns=netns)
        with open_executor("legacy", netns=netns) as executor:
            assert type(executor) is LegacyExecutor

    @pytest.mark.parametrize("table", ["inet firewalld", "ip6 docker-bridges"])
    def test_a_firewall_that_iptables_has_no_words_for(self, netns: str, table: str) -> None:
        in_netns(netns, ["nft", "add", "table", *table.split()])
        with pytest.raises(Conflict, match=rf"holds a firewall \(nft table {table}\)"):
            open_executor(netns=netns)


@pytest.mark.parametrize("words", ["-A INPUT -p tcp -j ACCEPT", "-N DOCKER", "-P FORWARD DROP"])
def test_the_legacy_tables_are_live(netns: str, words: str) -> None:
    in_netns(netns, ["iptables-legacy", *words.split()])
    with pytest.raises(Conflict, match=f"but iptables-legacy holds .*{words.split()[1]}"):
        open_executor(netns=netns)
    with open_executor("nftables", netns=netns) as executor:
        assert native(executor) is CffiExecutor


def test_legacy_tables_that_hold_nothing_of_their_own(netns: str) -> None:
    in_netns(netns, ["iptables-legacy", "-t", "nat", "-S"])
    fill = "-t mangle -A POSTROUTING -p sctp --sport 7 -j CHECKSUM --checksum-fill"
    in_netns(netns, ["iptables-legacy", *fill.split()])
    with open_executor(netns=netns) as executor:
        assert native(executor) is CffiExecutor


def test_legacy_tables_that_nobody_can_read(netns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some other program made them; without iptables-legacy there is no more to find out."""
    in_netns(netns, ["iptables-legacy", "-t", "nat", "-S"])
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "/nowhere")
        with open_executor(netns=netns) as executor:
            assert native(executor) is CffiExecutor


@pytest.mark.usefixtures("no_extension")
def test_no_extension(netns: str) -> None:
    with pytest.raises(BackendUnavailable, match=f"^{NO_EXTENSION}"):
        CffiExecutor(netns=netns)


@pytest.mark.usefixtures("no_module")
def test_no_module(netns: str) -> None:
    with pytest.raises(BackendUnavailable, match=f"^{NO_MODULE}"):
        NftablesModuleExecutor(netns=netns)


def test_no_library_for_the_module(netns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OSError("libnftables.so.1: cannot open shared object file")

    monkeypatch.setattr("nftables.Nftables", fail)
    with pytest.raises(BackendUnavailable, match=f"^{NO_MODULE}libnftables.so.1: cannot open"):
        NftablesModuleExecutor(netns=netns)


def test_unknown_kind() -> None:
    with pytest.raises(
        InvalidInput, match=r"^no executor 'pf': auto, nftables, cffi, module, legacy, legacy-exec$"
    ):
        open_executor("pf")  # type: ignore[arg-type]


def test_no_such_namespace_is_no_matter_of_the_kind() -> None:
    with pytest.raises(NotFound):
        open_executor(netns="nowhere")


def test_no_netfilter(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPROTONOSUPPORT, "Protocol not supported")

    monkeypatch.setattr(socket, "socket", refuse)
    with pytest.raises(
        BackendUnavailable, match=r"^the kernel has no netfilter: Protocol not supported$"
    ):
        NftablesSocket()


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (errno.EPERM, r"^nf_tables needs root, or CAP_NET_ADMIN in this network namespace$"),
        (errno.EINVAL, r"^the kernel has no nf_tables$"),
        (errno.EOPNOTSUPP, r"^the kernel has no nf_tables$"),
        (errno.ENOBUFS, r"^nf_tables does not answer: No buffer space available$"),
    ],
)
def test_no_answer(monkeypatch: pytest.MonkeyPatch, number: int, message: str) -> None:
    kind = NotPermitted if number == errno.EPERM else BackendUnavailable

    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(NfnetlinkSocket, "_answers", refuse)
    with pytest.raises(BackendUnavailable, match=message) as caught:
        NftablesSocket()
    assert type(caught.value) is kind


@pytest.fixture
def kernel(netns: str) -> NftablesSocket:
    """A socket in a namespace of its own."""
    return call_in_netns(netns, NftablesSocket)


def test_an_empty_namespace_has_no_tables(kernel: NftablesSocket) -> None:
    assert [kernel.tables(version) for version in IPVersion] == [[], []]
    assert kernel.generation() == kernel.generation()
    kernel.close()


def test_a_closed_socket(kernel: NftablesSocket) -> None:
    kernel.close()
    kernel.close()

    with pytest.raises(ListingFailed, match=r"^nf_tables does not answer: Bad file descriptor$"):
        kernel.generation()


def test_a_generation_without_attributes(
    kernel: NftablesSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "_ask", lambda *_: [])
    with pytest.raises(ListingFailed, match=r"^the kernel named no generation$"):
        kernel.generation()
    kernel.close()
