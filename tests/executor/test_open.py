"""Which executor is opened, and what is said where none can be."""

from __future__ import annotations

import errno
import os
import socket
import sys

import pytest

from nfcore.exceptions import BackendUnavailable, InvalidInput, ListingFailed, NotFound
from nfcore.executor import CffiExecutor, NftablesModuleExecutor, open_executor
from nfcore.executor._netlink import NftablesSocket
from nfcore.executor._netns import call_in_netns
from translate import IPVersion

NO_EXTENSION = "nfcore's libnftables extension is not usable: "
NO_MODULE = "the 'nftables' Python module is not usable: "


@pytest.fixture
def no_extension(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nfcore.executor._libnftables", None)


@pytest.fixture
def no_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nftables", None)


def test_the_compiled_extension_first(netns: str) -> None:
    with open_executor(netns=netns) as executor:
        assert type(executor) is CffiExecutor


@pytest.mark.usefixtures("no_extension")
def test_the_module_where_nothing_was_compiled(netns: str) -> None:
    with open_executor(netns=netns) as executor:
        assert type(executor) is NftablesModuleExecutor


def test_one_kind_only(netns: str) -> None:
    with open_executor("module", netns=netns) as executor:
        assert type(executor) is NftablesModuleExecutor
    with open_executor("cffi", netns=netns) as executor:
        assert type(executor) is CffiExecutor


@pytest.mark.usefixtures("no_extension", "no_module")
def test_neither(netns: str) -> None:
    with pytest.raises(BackendUnavailable) as caught:
        open_executor(netns=netns)

    message = str(caught.value)
    assert message.startswith(f"no way to program nf_tables (cffi: {NO_EXTENSION}")
    assert f"; module: {NO_MODULE}" in message
    assert "`apt install libnftables-dev`" in message
    assert "`pip install pip-nftables`" in message


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
    with pytest.raises(InvalidInput, match=r"^no executor 'pf': nftables, cffi, module$"):
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
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(NftablesSocket, "_answers", refuse)
    with pytest.raises(BackendUnavailable, match=message):
        NftablesSocket()


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
