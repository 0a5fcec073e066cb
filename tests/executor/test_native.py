"""What only the kernel can show: namespaces, prefixes, other people's tables, big transactions."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from nfcore.exceptions import (
    BackendUnavailable,
    CommitRefused,
    InvalidInput,
    NotFound,
)
from nfcore.executor import CffiExecutor, Executor, NftablesModuleExecutor
from nfcore.executor._library import Reply
from nfcore.executor._native import NativeExecutor
from nfcore.operations import AddChain, AddTable, DeleteTable, Operation
from tests.executor.build import (
    FILTER,
    NAT,
    add,
    base,
    chain,
    native,
    rules_of,
    state_of,
    with_filter,
)
from tests.netns import in_netns
from translate import Opaque

NATIVE: tuple[type[NativeExecutor], ...] = (CffiExecutor, NftablesModuleExecutor)
FORWARD = chain("FORWARD")
OWN_NETNS = Path("/proc/thread-self/ns/net")


@pytest.fixture(params=NATIVE, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> type[NativeExecutor]:
    found: type[NativeExecutor] = request.param
    return found


@pytest.fixture
def executor(kind: type[NativeExecutor], netns: str) -> Iterator[NativeExecutor]:
    with kind(netns=netns) as executor:
        yield executor


def nft(netns: str, command: str) -> str:
    return in_netns(netns, ["nft", command]).stdout


class TestNamespaces:
    def test_the_caller_stays_where_it_is(self, kind: type[NativeExecutor], netns: str) -> None:
        own = OWN_NETNS.readlink()

        with kind(netns=netns) as executor:
            with_filter(executor)
            assert OWN_NETNS.readlink() == own

        assert "chain FORWARD" in nft(netns, "list ruleset")

    def test_any_thread_works_in_the_executors_namespace(
        self, executor: NativeExecutor, netns: str
    ) -> None:
        thread = threading.Thread(target=with_filter, args=(executor, "DOCKER"))
        thread.start()
        thread.join()

        assert "chain DOCKER" in nft(netns, "list ruleset")

    def test_no_such_namespace(self, kind: type[NativeExecutor]) -> None:
        with pytest.raises(
            NotFound,
            match=r"^there is no network namespace 'nowhere' in /run/netns: `ip netns add` makes",
        ):
            kind(netns="nowhere")

    @pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\0b"])
    def test_no_possible_namespace(self, kind: type[NativeExecutor], name: str) -> None:
        with pytest.raises(InvalidInput, match="is no network namespace's name; ip-netns"):
            kind(netns=name)

    def test_a_file_that_is_no_namespace(
        self,
        kind: type[NativeExecutor],
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
    ) -> None:
        monkeypatch.setattr("nfcore.executor._netns._DIRECTORY", tmp_path)
        (tmp_path / "file").touch()

        with pytest.raises(
            BackendUnavailable, match=r"^network namespace 'file' cannot be entered: Invalid arg"
        ):
            kind(netns="file")


class TestPrefix:
    def test_tables_of_another_name(self, kind: type[NativeExecutor], netns: str) -> None:
        with kind(netns=netns) as plain, kind(netns=netns, table_prefix="docker-") as prefixed:
            with_filter(plain)
            with_filter(prefixed, "DOCKER")
            prefixed.commit([add(FORWARD, "-j DOCKER")])

            assert "table ip docker-filter" in nft(netns, "list tables")
            assert rules_of(prefixed, FORWARD) == ["-j DOCKER"]
            assert rules_of(plain, FORWARD) == []
            assert set(prefixed.snapshot().tables) == {FILTER}

    @pytest.mark.parametrize(
        ("prefix", "message"),
        [
            ("a b", "table prefix 'a b' may hold letters, digits, '-', '_' and '.' only"),
            ("x" * 248, "table prefix 'x+' is longer than 247 bytes"),
        ],
    )
    def test_impossible_prefixes(
        self, kind: type[NativeExecutor], netns: str, prefix: str, message: str
    ) -> None:
        with pytest.raises(InvalidInput, match=message):
            kind(netns=netns, table_prefix=prefix)

    def test_the_longest_prefix_works(self, kind: type[NativeExecutor], netns: str) -> None:
        with kind(netns=netns, table_prefix="x" * 247) as executor:
            with_filter(executor)

            assert set(executor.snapshot().tables) == {FILTER}


class TestOtherPeoplesRules:
    def test_other_tables_are_not_read(self, executor: Executor, netns: str) -> None:
        nft(netns, "add table inet filter; add table ip mine; add table bridge filter")
        with_filter(executor)

        assert set(executor.snapshot().tables) == {FILTER}

    def test_chains_that_iptables_could_not_name_are_left_out(
        self, executor: Executor, netns: str
    ) -> None:
        with_filter(executor, "DOCKER")
        long = "service-ULMVA6XW-ns1/svc1/tcp/p80"
        nft(
            netns,
            f"add chain ip filter {long}; add rule ip filter {long} drop;"
            f"add rule ip filter FORWARD jump {long}",
        )

        assert list(executor.snapshot().tables[FILTER].chains) == ["FORWARD", "DOCKER"]
        (held,) = state_of(executor, FORWARD).rules
        (opaque,) = held.body.matches
        assert isinstance(opaque, Opaque)
        assert opaque.statement == {"jump": {"target": long}}

    def test_sets_and_maps_beside_the_rules_are_no_obstacle(
        self, executor: Executor, netns: str
    ) -> None:
        with_filter(executor)
        nft(netns, "add set ip filter s { type ipv4_addr; }; add element ip filter s { 10.0.0.1 }")
        nft(netns, "add rule ip filter FORWARD ip saddr @s drop")

        assert len(state_of(executor, FORWARD).rules) == 1

    def test_a_generation_counts_other_peoples_commits(
        self, executor: NativeExecutor, netns: str
    ) -> None:
        before = executor.generation()
        nft(netns, "add table inet other")

        assert executor.generation() == before + 1
        assert executor.snapshot().generation == before + 1


class TestChecks:
    def test_a_check_knows_what_is_wrong_in_a_table_that_is_only_being_made(
        self, executor: Executor
    ) -> None:
        """The kernel's own dry run lets this pass."""
        prerouting, user = chain("PREROUTING", NAT), chain("X", NAT)
        operations: list[Operation] = [
            AddTable(table=FILTER),
            AddTable(table=NAT),
            base(prerouting),
            AddChain(chain=user),
            add(user, "-j MASQUERADE"),
            add(prerouting, "-j X"),
            AddChain(chain=chain("LATER", NAT)),
        ]
        for before in ([], [DeleteTable(table=NAT)]):
            for attempt in (executor.check, executor.commit):
                with pytest.raises(CommitRefused, match="Operation not supported") as caught:
                    attempt([*before, *operations])
                assert caught.value.index == len(before) + 5
            executor.commit([AddTable(table=NAT)])

    def test_a_refusal_that_has_gone_by_the_time_it_is_looked_into_names_no_operation(
        self, executor: NativeExecutor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with_filter(executor)
        run = executor._library.run

        def refuse_commits(commands: bytes, *, dry_run: bool = False) -> Reply:
            if dry_run:
                return run(commands, dry_run=True)
            return Reply(done=False, output=b"", error=b"internal:0:0-0: Error: Was busy\n\n")

        monkeypatch.setattr(executor._library, "run", refuse_commits)
        with pytest.raises(CommitRefused) as caught:
            executor.commit([add(FORWARD, "-j ACCEPT")])

        assert (caught.value.index, caught.value.operation) == (None, None)
        assert str(caught.value) == "the transaction was refused: Was busy; nothing was changed"


class TestMany:
    def test_several_threads_take_turns(self, executor: Executor) -> None:
        with_filter(executor)

        def work(number: int) -> None:
            for count in range(20):
                executor.commit([add(FORWARD, f"-i if{number}.{count} -j DROP")])
                executor.snapshot()

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(state_of(executor, FORWARD).rules) == 80

    def test_three_thousand_rules_in_one_transaction(self, executor: Executor) -> None:
        with_filter(executor)
        executor.commit([add(FORWARD, f"-i if{number} -j ACCEPT") for number in range(3_000)])

        rules = state_of(executor, FORWARD).rules
        assert len(rules) == 3_000
        assert rules_of(executor, FORWARD)[-1] == "-i if2999 -j ACCEPT"


WITHOUT_RIGHTS = """
import json, os, sys
from nfcore.exceptions import NotPermitted
from nfcore.executor import open_executor
os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    open_executor(sys.argv[1])
except NotPermitted as error:
    print(json.dumps(str(error)))
"""


class TestUnavailable:
    @pytest.mark.parametrize("name", ["auto", "cffi", "module"])
    def test_without_rights(self, netns: str, name: str) -> None:
        done = in_netns(netns, [sys.executable, "-c", WITHOUT_RIGHTS, name])

        assert json.loads(done.stdout) == (
            "nf_tables needs root, or CAP_NET_ADMIN in this network namespace"
        )


TOO_LARGE = """
import sys
from nfcore.exceptions import CommitRefused
from nfcore.executor import CffiExecutor
from tests.executor.build import add, chain, with_filter
with CffiExecutor() as executor:
    with_filter(executor)
    for count in (100, 20_000):
        rules = [add(chain("FORWARD"), f"-i if{number} -j ACCEPT") for number in range(count)]
        try:
            executor.commit(rules)
        except CommitRefused as error:
            print(count, error)
"""


def test_a_user_namespace_sets_a_limit_that_is_named() -> None:
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--net", sys.executable, "-c", TOO_LARGE],
        cwd=Path(__file__).parent.parent.parent,
        check=True,
        capture_output=True,
        text=True,
    )

    assert done.stdout == (
        "20000 the transaction was refused: netlink: Error: Could not process rule: Message too "
        "long: the transaction does not fit into a netlink socket's buffer "
        "(net.core.wmem_default), and only CAP_NET_ADMIN in the initial user namespace may "
        "enlarge it; nothing was changed\n"
    )


def test_libnftables_would_end_the_process_on_what_the_encoder_refuses(netns: str) -> None:
    """Why comments are measured: one byte more than fits, past the encoder, is fatal."""
    done = run_python(
        netns,
        "import nftables, json\n"
        "nft = nftables.Nftables()\n"
        "rule = {'family': 'ip', 'table': 't', 'chain': 'c', 'expr': [{'counter': None}]}\n"
        "def add(size): return nft.json_cmd({'nftables': [\n"
        "    {'add': {'table': {'family': 'ip', 'name': 't'}}},\n"
        "    {'add': {'chain': {'family': 'ip', 'table': 't', 'name': 'c'}}},\n"
        "    {'add': {'rule': {**rule, 'comment': 'x' * size}}}]})\n"
        "print(add(253)[0], flush=True)\n"
        "print(add(254)[0], flush=True)\n",
    )

    assert done.stdout == "0\n"
    assert done.returncode != 0


def test_the_deepest_comment_that_fits_is_sent(executor: Executor) -> None:
    with_filter(executor)
    executor.commit([native(FORWARD, {"counter": None}, {"accept": None}, tag="x" * 100)])

    (held,) = state_of(executor, FORWARD).rules
    assert held.tag == "x" * 100


def run_python(netns: str, code: str) -> subprocess.CompletedProcess[str]:
    return in_netns(netns, [sys.executable, "-c", code], check=False)
