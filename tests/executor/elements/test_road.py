"""Elements straight to the kernel: what takes this road, and what the kernel answers."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from nfcore.exceptions import CommitRefused, Overtaken
from nfcore.executor import CffiExecutor, NftablesModuleExecutor
from nfcore.executor._native import NativeExecutor
from nfcore.executor._nfnetlink import Message, NfnetlinkSocket, Refusal
from nfcore.operations import (
    AddElements,
    AddSet,
    AddTable,
    DeleteElements,
    DeleteSet,
    Operation,
    SetElement,
    SetRef,
    SetType,
)
from tests.elements import adding
from tests.executor.build import FILTER, FILTER6
from tests.netns import in_netns

NAMES = SetRef(table=FILTER, name="names")
PORTS = SetRef(table=FILTER, name="ports")
NAMES6 = SetRef(table=FILTER6, name="names")
SETS: list[Operation] = [
    AddTable(table=FILTER),
    AddTable(table=FILTER6),
    AddSet(set=NAMES, type=SetType(key=("ifname",))),
    AddSet(set=PORTS, type=SetType(key=("inet_proto", "inet_service"), data="ipv4_addr")),
    AddSet(set=NAMES6, type=SetType(key=("ifname",))),
]


@pytest.fixture(params=[CffiExecutor, NftablesModuleExecutor], ids=lambda kind: kind.name)
def executor(request: pytest.FixtureRequest, netns: str) -> Iterator[NativeExecutor]:
    with request.param(netns=netns) as opened:
        opened.commit(SETS)
        yield opened


@pytest.fixture
def only_this_road(executor: NativeExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing goes through libnftables."""

    def refuse(*_: object, **__: object) -> NoReturn:
        pytest.fail("libnftables was called")

    monkeypatch.setattr(executor, "_encoded", refuse)


def name(text: str, ref: SetRef = NAMES) -> AddElements:
    return adding(ref, text)


def port(number: int, data: str = "10.0.0.1") -> AddElements:
    return adding(PORTS, 6, number, data=data)


def gone(added: AddElements) -> DeleteElements:
    return DeleteElements(added.set, tuple(added.elements))


def held(executor: NativeExecutor, ref: SetRef) -> set[object]:
    state = executor.set_state(ref)
    assert state is not None
    return {
        (*key, *(() if one.data is None else (one.data,))) for key, one in state.elements.items()
    }


@pytest.mark.usefixtures("only_this_road")
class TestElementsAlone:
    def test_are_added_and_deleted(self, executor: NativeExecutor) -> None:
        executor.commit([name("a"), port(80), name("a", NAMES6), name("b")])
        executor.commit([gone(name("a")), name("c"), gone(port(80)), port(80, "10.0.0.2")])
        assert held(executor, NAMES) == {("b",), ("c",)}
        assert held(executor, PORTS) == {(6, 80, "10.0.0.2")}
        assert held(executor, NAMES6) == {("a",)}

    def test_make_one_generation(self, executor: NativeExecutor) -> None:
        before = executor.generation()
        executor.commit([name("a"), name("a", NAMES6)])
        executor.commit([gone(name("a"))])
        assert executor.generation() == before + 2

    def test_take_as_many_messages_as_they_need(self, executor: NativeExecutor) -> None:
        many = [name(f"br{number}") for number in range(20_000)]
        executor.commit(many)
        # No listing: the kernel leaves some out while it makes a set's hash table larger.
        executor.commit([*map(gone, many)])
        assert held(executor, NAMES) == set()

    @pytest.mark.parametrize("place", [0, 1, 4_999, 9_999])
    def test_the_refused_one_among_many_is_named_at_once(
        self, executor: NativeExecutor, place: int
    ) -> None:
        executor.commit([port(1)])
        operations = [name(f"br{number}") for number in range(10_000)]
        operations[place] = port(1, "10.0.0.9")
        with pytest.raises(CommitRefused) as refused:
            executor.commit(operations)
        assert (refused.value.index, refused.value.operation) == (place, operations[place])
        assert refused.value.answer == os.strerror(errno.EEXIST)
        assert held(executor, NAMES) == set()

    def test_the_first_of_several_refused_ones_is_named(self, executor: NativeExecutor) -> None:
        operations: list[Operation] = [name("a"), gone(port(1)), gone(name("b"))]
        with pytest.raises(CommitRefused, match=r"operation 1 .*No such file or directory") as it:
            executor.commit(operations)
        assert it.value.operation == operations[1]

    def test_others_may_have_changed_the_sets(self, executor: NativeExecutor, netns: str) -> None:
        executor.commit([name("a")])
        in_netns(
            netns,
            ["nft", "delete set ip filter names; add set ip filter names { type ipv4_addr; }"],
        )
        executor.commit([adding(NAMES, "10.0.0.1")])
        assert held(executor, NAMES) == {("10.0.0.1",)}


class TestGenerations:
    def test_the_one_that_a_commit_made(self, executor: NativeExecutor, netns: str) -> None:
        executor.commit([name("a")])
        assert executor.made_generation == executor.generation()
        in_netns(netns, ["nft", "add table ip mine"])
        executor.commit([name("b")])
        assert executor.made_generation == executor.generation()

    def test_the_one_that_a_commit_made_is_not_known_of_more_than_elements(
        self, executor: NativeExecutor
    ) -> None:
        executor.commit([name("a")])
        executor.commit([name("c"), AddTable(table=FILTER)])
        assert executor.made_generation is None

    def test_a_refused_commit_makes_none(self, executor: NativeExecutor) -> None:
        executor.commit([name("a")])
        with pytest.raises(CommitRefused):
            executor.commit([gone(name("d"))])
        assert executor.made_generation is None

    def test_a_transaction_for_the_present_one(self, executor: NativeExecutor) -> None:
        executor.commit([name("a")], generation=executor.generation())
        executor.commit([gone(name("a"))], generation=executor.generation())
        assert held(executor, NAMES) == set()

    @pytest.mark.parametrize(
        "operations", [[name("b")], [AddTable(table=FILTER)]], ids=["elements", "more"]
    )
    def test_others_were_first(
        self, executor: NativeExecutor, netns: str, operations: Sequence[Operation]
    ) -> None:
        executor.commit([name("a")])
        before = executor.generation()
        in_netns(netns, ["nft", "add table ip mine"])
        with pytest.raises(Overtaken, match=f"^the ruleset is not of generation {before} any more"):
            executor.commit(operations, generation=before)
        assert executor.generation() == before + 1
        executor.commit(operations, generation=before + 1)

    def test_a_ruleset_that_never_stands_still(
        self, executor: NativeExecutor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def overtaken(*_: object, **__: object) -> list[Refusal]:
            return [Refusal(errno.ERESTART, None, 0)]

        monkeypatch.setattr(NfnetlinkSocket, "transact", overtaken)
        with pytest.raises(Overtaken, match="is not of generation"):
            executor.commit([name("a")])


class TestTheOtherRoad:
    def test_a_set_that_is_being_made(self, executor: NativeExecutor) -> None:
        other = SetRef(table=FILTER, name="other")
        made = AddSet(set=other, type=SetType(key=("ifname",)))
        executor.commit([made, name("a", other)])
        executor.commit([name("b", other)])
        assert held(executor, other) == {("a",), ("b",)}
        executor.commit([DeleteSet(set=other)])
        with pytest.raises(CommitRefused, match="No such file or directory"):
            executor.commit([name("c", other)])

    def test_a_name_that_only_libnftables_writes(self, executor: NativeExecutor) -> None:
        executor.commit([name("bü")])
        assert held(executor, NAMES) == {("bü",)}

    def test_a_kernel_that_names_no_element(
        self, executor: NativeExecutor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        transact = NfnetlinkSocket.transact

        def tight_lipped(
            kernel: NfnetlinkSocket, messages: Sequence[Message], *, generation: int | None = None
        ) -> list[Refusal]:
            found = transact(kernel, messages, generation=generation)
            return [refusal._replace(offset=0) for refusal in found]

        monkeypatch.setattr(NfnetlinkSocket, "transact", tight_lipped)
        operations: list[Operation] = [name("a"), name("b"), gone(name("c")), gone(name("d"))]
        with pytest.raises(CommitRefused, match="No such file or directory") as refused:
            executor.commit(operations)
        assert (refused.value.index, refused.value.operation) == (2, operations[2])

    def test_a_refusal_of_the_whole(
        self, executor: NativeExecutor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Such as memory that ran out while committing: libnftables tries, and answers."""
        monkeypatch.setattr(
            NfnetlinkSocket, "transact", lambda *_, **__: [Refusal(errno.ENOMEM, None, 0)]
        )
        executor.commit([name("a")])
        assert held(executor, NAMES) == {("a",)}


class TestSending:
    def test_an_acknowledgement_that_is_lost(
        self, executor: NativeExecutor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It was carried out, but who could know: whoever plans anew finds it done."""
        refusals = NfnetlinkSocket._refusals

        def lost(
            kernel: NfnetlinkSocket, places: dict[int, int | None], last: int
        ) -> list[Refusal]:
            assert refusals(kernel, places, last) == []
            return refusals(kernel, places, last)

        monkeypatch.setattr(NfnetlinkSocket, "_refusals", lost)
        with pytest.raises(Overtaken, match="is not of generation") as caught:
            executor.commit([name("a")])
        assert isinstance(caught.value.__cause__, OSError)
        assert caught.value.__cause__.strerror == "the transaction was not acknowledged"
        assert held(executor, NAMES) == {("a",)}

    def test_more_refusals_than_there_is_room_for(self, executor: NativeExecutor) -> None:
        executor._kernel._socket._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        operations: list[Operation] = []
        for number in range(200):
            operations += [name(f"br{number}"), gone(name(f"none{number}"))]
        with pytest.raises(CommitRefused, match="No such file or directory") as refused:
            executor.commit(operations)
        assert (refused.value.index, refused.value.operation) == (1, operations[1])

    def test_a_socket_that_hears_no_answer(
        self, executor: NativeExecutor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        executor.commit([name("a")])
        ours = executor._kernel._socket

        class Deaf:
            """Its answers cannot be received."""

            def __init__(self, real: socket.socket) -> None:
                self.real = real

            def send(self, data: bytes) -> int:
                return len(data)

            def recv(self, *_: int) -> bytes:
                monkeypatch.setattr(ours, "_socket", self.real)
                raise OSError(errno.EIO, os.strerror(errno.EIO))

        monkeypatch.setattr(ours, "_socket", Deaf(ours._socket))
        with pytest.raises(CommitRefused, match="Input/output error"):
            executor.commit([name("b")])

    def test_a_socket_that_fails(
        self, executor: NativeExecutor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> NoReturn:
            raise OSError(errno.ENOBUFS, os.strerror(errno.ENOBUFS))

        monkeypatch.setattr(NfnetlinkSocket, "_send", fail)
        with pytest.raises(CommitRefused, match="No buffer space available"):
            executor.commit([name("a")])


TOO_LARGE = """
from nfcore.exceptions import CommitRefused
from nfcore.executor import CffiExecutor
from tests.executor.elements.test_road import NAMES, SETS, name
with CffiExecutor() as executor:
    executor.commit(SETS)
    for count in (100, 500_000):
        try:
            executor.commit([name(f"br{number}") for number in range(count)])
        except CommitRefused as error:
            print(count, error)
    print(len(executor.set_state(NAMES).elements))
"""


def test_a_user_namespace_sets_a_limit_that_is_named() -> None:
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--net", sys.executable, "-c", TOO_LARGE],
        cwd=Path(__file__).parents[3],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == (
        "500000 the transaction was refused: Message too long: the transaction does not fit into a "
        "netlink socket's buffer (net.core.wmem_max), and only CAP_NET_ADMIN in the initial "
        "user namespace may enlarge it; nothing was changed\n100\n"
    )


def test_elements_with_everything_come_back(executor: NativeExecutor) -> None:
    ref = SetRef(table=FILTER, name="all")
    key_type = ("ifname", "ipv4_addr", "inet_proto", "inet_service")
    kind = SetType(key=key_type, data="ipv4_addr", counted=True)  # type: ignore[arg-type]
    executor.commit([AddSet(set=ref, type=kind)])
    element = adding(ref, "br0", "10.0.0.2", 6, 80, data="10.0.0.9", comment="1 ü")
    executor.commit([element])
    state = executor.set_state(ref)
    assert state is not None
    (found,) = state.elements.values()
    assert (found.data, found.comment) == ("10.0.0.9", "1 ü")
    assert found.counters is not None
    assert isinstance(found, SetElement)
