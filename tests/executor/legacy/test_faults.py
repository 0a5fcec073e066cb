"""Programs that fail, hang, are killed, print garbage or find the lock held: the rules stay."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nfcore.exceptions import (
    BackendUnavailable,
    CommitRefused,
    InvalidInput,
    ListingFailed,
    PartlyCommitted,
)
from nfcore.executor.legacy import LegacyExecExecutor, LegacyExecutor
from nfcore.operations import (
    AddChain,
    AddTable,
    DeleteChain,
    FlushChain,
    Operation,
    SetPolicy,
)
from tests.executor.build import FILTER6, NAT, add, chain, delete, rules_of, state_of
from tests.legacy import RUN, Fake, saved
from tests.netns import in_netns
from translate import Counters

FORWARD, DOCKER, OLD = chain("FORWARD"), chain("DOCKER"), chain("OLD")
RESTORE, RESTORE6, PROGRAM = (
    "iptables-legacy-restore",
    "ip6tables-legacy-restore",
    "iptables-legacy",
)
SLEEP = "sleep 1000 & wait"
"""The script and a child of its own hang, both with its pipes open."""

pytestmark = pytest.mark.usefixtures("own_lock")


@pytest.fixture
def host(netns: str) -> str:
    """A namespace with rules, counters and a policy, some of them of programs nfcore knows not."""
    for line in (
        "-P FORWARD DROP",
        "-N OLD",
        "-A OLD -c 7 700 -s 10.0.0.1 -j RETURN",
        "-A OLD -m recent --name seen --set -c 1 60",
        "-A FORWARD -j OLD",
        "-A FORWARD -c 5 500 -j ACCEPT",
    ):
        in_netns(netns, [PROGRAM, *line.split()])
    in_netns(netns, ["ip6tables-legacy", "-A", "FORWARD", "-j", "ACCEPT"])
    in_netns(netns, [PROGRAM, "-t", "nat", "-S"])
    return netns


@pytest.fixture
def executor(host: str) -> Iterator[LegacyExecutor]:
    with LegacyExecutor(netns=host, limit=2) as executor:
        yield executor


@pytest.fixture
def one_by_one(host: str) -> Iterator[LegacyExecExecutor]:
    with LegacyExecExecutor(netns=host, limit=2) as executor:
        yield executor


def everything(executor: LegacyExecutor | LegacyExecExecutor) -> list[Operation]:
    """A transaction of every kind of operation, over two tables and both IP versions."""
    jump, accept, *_ = state_of(executor, FORWARD).rules
    return [
        AddTable(table=NAT),
        AddChain(chain=DOCKER),
        add(FORWARD, "-i a -j ACCEPT", place="head"),
        add(FORWARD, "-i b -j DOCKER", before=accept.handle),
        add(DOCKER, "-j RETURN", counters=Counters(packets=1, bytes=2)),
        delete(FORWARD, jump.handle),
        FlushChain(chain=OLD),
        DeleteChain(chain=OLD),
        SetPolicy(chain=FORWARD, policy="accept"),
        add(chain("POSTROUTING", NAT), "-s 10.0.0.0/24 -j MASQUERADE"),
        AddChain(chain=chain("DOCKER", FILTER6)),
        add(chain("FORWARD", FILTER6), "-j DOCKER"),
    ]


class Interrupted(Exception):
    """What ends a block early."""


def leave(seen: str) -> None:
    assert "-A FORWARD -i b -j DOCKER" in seen
    raise Interrupted


class TestWithoutFaults:
    def test_everything_is_done(self, executor: LegacyExecutor, host: str) -> None:
        executor.commit(everything(executor))

        assert rules_of(executor, FORWARD) == ["-i a -j ACCEPT", "-i b -j DOCKER", "-j ACCEPT"]
        text = saved(host)
        assert ":OLD" not in text
        assert "[1:2] -A DOCKER -j RETURN" in text
        assert "[5:500] -A FORWARD -j ACCEPT" in text
        assert "-A POSTROUTING -s 10.0.0.0/24 -j MASQUERADE" in text

    def test_one_by_one_leaves_the_same(
        self, executor: LegacyExecutor, one_by_one: LegacyExecExecutor, host: str
    ) -> None:
        with pytest.raises(Interrupted), executor.undoable(everything(executor)):
            leave(at_once := saved(host))

        one_by_one.commit(everything(one_by_one))

        assert saved(host) == at_once

    @pytest.mark.parametrize("kind", ["executor", "one_by_one"])
    def test_a_block_that_fails_takes_it_back(
        self, kind: str, host: str, request: pytest.FixtureRequest
    ) -> None:
        executor: LegacyExecutor = request.getfixturevalue(kind)
        before = saved(host)

        with pytest.raises(Interrupted), executor.undoable(everything(executor)):
            leave(saved(host))

        assert saved(host) == before


class TestRestore:
    def test_the_second_call_fails(self, executor: LegacyExecutor, host: str, fake: Fake) -> None:
        before = saved(host)
        fake(RESTORE6, f'[ $call = 1 ] && {{ echo "no luck" >&2; exit 3; }}\n{RUN}')

        with pytest.raises(CommitRefused) as caught:
            executor.commit(everything(executor))

        assert caught.value.answer == (
            "ip6tables-legacy-restore ended with exit code 3: no luck; iptables -t nat, "
            "iptables -t filter: put back as it was"
        )
        assert str(caught.value).endswith("; nothing was changed")
        assert caught.value.index is None
        assert saved(host) == before

    def test_a_later_table_is_refused_by_the_kernel(
        self, executor: LegacyExecutor, host: str
    ) -> None:
        before = saved(host)
        bad = add(chain("OUT", NAT), "-j MASQUERADE")
        operations: list[Operation] = [
            add(FORWARD, "-i a -j ACCEPT"),
            AddChain(chain=bad.chain),
            add(chain("OUTPUT", NAT), "-j OUT"),
            bad,
            add(FORWARD, "-i b -j ACCEPT"),
        ]

        with pytest.raises(CommitRefused, match="exit code 1: iptables-restore: line 9 failed") as (
            caught
        ):
            executor.commit(operations)

        assert (caught.value.index, caught.value.operation) == (3, bad)
        assert "iptables -t filter: put back as it was" in caught.value.answer
        assert saved(host) == before

    @pytest.mark.parametrize("seconds", [20, 0])
    def test_the_one_that_the_kernel_refuses_among_many(
        self,
        executor: LegacyExecutor,
        host: str,
        seconds: int,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """It names no line; where the search takes too long the error goes without."""
        monkeypatch.setattr("nfcore.executor.legacy._executor._SEARCH_SECONDS", seconds)
        before = saved(host)
        out = chain("OUT", NAT)
        operations: list[Operation] = [AddChain(chain=out), add(chain("OUTPUT", NAT), "-j OUT")]
        operations += [add(out, f"-o if{number} -j RETURN") for number in range(400)]
        operations[200] = add(out, "-j MASQUERADE")

        with pytest.raises(CommitRefused, match="exit code 1") as caught:
            executor.commit(operations)

        assert caught.value.index == (200 if seconds else None)
        assert saved(host) == before

    def test_putting_back_fails_too(self, executor: LegacyExecutor, host: str, fake: Fake) -> None:
        before = saved(host)
        operations = everything(executor)
        fake(RESTORE6, "echo broken >&2; exit 1")
        fake(RESTORE, f'[ $call -gt 1 ] && {{ echo "no way back" >&2; exit 9; }}\n{RUN}')

        with pytest.raises(PartlyCommitted) as caught:
            executor.commit(operations)

        states = {str(table): state for table, state in caught.value.tables.items()}
        assert states == {
            "iptables -t filter": "holds all of its part",
            "iptables -t nat": "holds all of its part",
            "ip6tables -t filter": "is as before",
        }
        assert str(caught.value) == (
            "the transaction failed and could not be undone: ip6tables-legacy-restore ended with "
            "exit code 1: broken; then, when it was to be taken back: iptables-legacy-restore "
            "ended with exit code 9: no way back; now iptables -t filter holds all of its part, "
            "iptables -t nat holds all of its part, ip6tables -t filter is as before"
        )
        now = saved(host)
        assert "-A FORWARD -i b -j DOCKER" in now
        assert now.split("*filter")[-1] == before.split("*filter")[-1]

    @pytest.mark.parametrize(
        ("script", "end"),
        [
            (SLEEP, "did not end within 2 seconds and was killed: it printed nothing"),
            (f'"$real" "$@"; {SLEEP}', "did not end within 2 seconds and was killed"),
            ("echo dying; kill -9 $$", "was ended by SIGKILL: dying"),
            ('"$real" "$@"; kill -9 $$', "was ended by SIGKILL: it printed nothing"),
            ("printf '\\377\\0garbage'; exit 1", "ended with exit code 1: \\udcff\\x00garbage"),
            ("echo '}{'; exit 0", "ended with exit code 0: }{; but the tables do not hold what"),
            ('"$real" "$@"; echo oops >&2; exit 2', "ended with exit code 2: oops"),
        ],
        ids=[
            "hangs",
            "hangs when done",
            "is killed",
            "is killed when done",
            "prints garbage and fails",
            "prints garbage and does nothing",
            "fails when done",
        ],
    )
    def test_nothing_stays(
        self, executor: LegacyExecutor, host: str, fake: Fake, script: str, end: str
    ) -> None:
        before, operations = saved(host), everything(executor)
        fake(RESTORE, script)

        with pytest.raises(CommitRefused) as caught:
            executor.commit(operations)

        assert caught.value.answer.encode("unicode_escape", "surrogatepass").decode().startswith(
            f"{RESTORE} {end}"
        ) or caught.value.answer.startswith(f"{RESTORE} {end}")
        assert saved(host) == before

    def test_garbage_printed_by_one_that_did_its_work(
        self, executor: LegacyExecutor, host: str, fake: Fake
    ) -> None:
        fake(RESTORE, f"echo '#!%%'; {RUN}")

        executor.commit(everything(executor))

        assert "-A FORWARD -i b -j DOCKER" in saved(host)

    def test_others_changes_are_not_undone(
        self, executor: LegacyExecutor, host: str, fake: Fake
    ) -> None:
        """A program that does not take the lock comes in between."""
        operations = everything(executor)
        fake(RESTORE6, f"{PROGRAM} -A FORWARD -i theirs -j ACCEPT; exit 1")

        with pytest.raises(PartlyCommitted, match="other changes came in between") as caught:
            executor.commit(operations)

        states = {str(table): state for table, state in caught.value.tables.items()}
        assert states["iptables -t filter"] == "holds some of its part, or other changes"
        assert states["iptables -t nat"] == "is as before"
        assert "-A FORWARD -i theirs -j ACCEPT" in saved(host)

    def test_a_rule_with_a_line_break_is_kept_by_going_back(
        self, executor: LegacyExecutor, host: str, fake: Fake
    ) -> None:
        in_netns(host, [PROGRAM, "-A", "FORWARD", "-m", "comment", "--comment", 'two\nlines "'])
        before = saved(host)
        fake(RESTORE6, "exit 1")

        with pytest.raises(CommitRefused):
            executor.commit(everything(executor))

        assert saved(host) == before

    def test_a_rule_with_a_line_break_cannot_come_back(
        self, executor: LegacyExecutor, host: str, fake: Fake
    ) -> None:
        in_netns(host, [PROGRAM, "-A", "OLD", "-m", "comment", "--comment", "two\nlines"])
        fake(RESTORE6, "exit 1")

        with pytest.raises(PartlyCommitted, match="a rule's line break cannot be put into a line"):
            executor.commit(everything(executor))


class TestOneByOne:
    @pytest.mark.parametrize("failing", range(2, 15))
    def test_a_call_fails(
        self, one_by_one: LegacyExecExecutor, host: str, fake: Fake, failing: int
    ) -> None:
        before, operations = saved(host), everything(one_by_one)
        fake(PROGRAM, f'[ $call = {failing} ] && {{ echo "no luck"; exit 3; }}\n{RUN}')

        with pytest.raises(CommitRefused, match="iptables-legacy ended with exit code 3: no luck"):
            one_by_one.commit(operations)

        assert saved(host) == before

    def test_a_call_is_killed_when_its_work_is_done(
        self, one_by_one: LegacyExecExecutor, host: str, fake: Fake
    ) -> None:
        before, operations = saved(host), everything(one_by_one)
        fake(PROGRAM, f'[ $call = 6 ] && {{ "$real" "$@"; kill -9 $$; }}\n{RUN}')

        with pytest.raises(CommitRefused, match="was ended by SIGKILL") as caught:
            one_by_one.commit(operations)

        assert caught.value.operation == operations[caught.value.index or 0]
        assert saved(host) == before

    def test_somebody_adds_the_same_rule_meanwhile(
        self, one_by_one: LegacyExecExecutor, host: str, fake: Fake
    ) -> None:
        fake(PROGRAM, f'[ $call = 1 ] && "$real" -A FORWARD -i a -j ACCEPT\n{RUN}')
        operation = add(FORWARD, "-i a -j ACCEPT")

        with pytest.raises(
            CommitRefused, match="somebody changed the chain meanwhile: the rule is there already"
        ) as caught:
            one_by_one.commit([operation])

        assert caught.value.operation == operation
        assert saved(host).count("-A FORWARD -i a -j ACCEPT") == 1

    def test_somebody_deletes_the_rule_meanwhile(
        self, one_by_one: LegacyExecExecutor, host: str, fake: Fake
    ) -> None:
        handle = state_of(one_by_one, FORWARD).rules[1].handle
        fake(PROGRAM, f'[ $call = 1 ] && "$real" -D FORWARD -j ACCEPT\n{RUN}')

        with pytest.raises(CommitRefused, match="meanwhile: the rule is not there any more"):
            one_by_one.commit([delete(FORWARD, handle)])

        assert "-A FORWARD -j ACCEPT" not in saved(host).split("*filter")[1]  # it is their work

    def test_an_answer_of_ip6tables_that_is_wrong(self, one_by_one: LegacyExecExecutor) -> None:
        """It says that a rule is there where one with another port is."""
        rules = [f"-p tcp -m tcp --dport {port} -j ACCEPT" for port in (80, 81)]
        forward = chain("FORWARD", FILTER6)
        one_by_one.commit([add(forward, rules[0])])
        one_by_one.commit([add(forward, rules[1])])
        assert rules_of(one_by_one, forward) == ["-j ACCEPT", *rules]

        one_by_one.commit([delete(forward, state_of(one_by_one, forward).rules[-1].handle)])
        assert rules_of(one_by_one, forward) == ["-j ACCEPT", rules[0]]

    def test_nobody_tells_whether_an_answer_is_wrong(
        self, one_by_one: LegacyExecExecutor, host: str, fake: Fake
    ) -> None:
        before = saved(host)
        fake(PROGRAM, "exit 0")
        path = fake("iptables-legacy-save", f"[ $call = 2 ] && exit 6\n{RUN}")

        with pytest.raises(CommitRefused, match="iptables-legacy-save ended with exit code 6"):
            one_by_one.commit([add(FORWARD, "-i a -j ACCEPT")])

        path.unlink()
        assert saved(host) == before


HOLD = """
import fcntl, sys
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(own_lock: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process, which holds the xtables lock until its standard input ends."""
    argv = [sys.executable, "-c", HOLD, str(own_lock)]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process


class TestLock:
    def test_the_holder_is_named(self, host: str, holder: subprocess.Popen[str]) -> None:
        before = saved(host)
        comm = Path(f"/proc/{holder.pid}/comm").read_text().strip()
        with (
            LegacyExecutor(netns=host, wait=0.1) as executor,
            pytest.raises(CommitRefused) as caught,
        ):
            executor.commit([add(FORWARD, "-i a -j DROP")])
        assert re.fullmatch(
            r"the xtables lock /\S+/xtables.lock was not free within 0.1 seconds: "
            rf"{re.escape(comm)} \(process {holder.pid}\) holds it",
            caught.value.answer,
        )
        assert saved(host) == before

    def test_the_holder_is_named_to_programs_of_their_own(
        self, host: str, holder: subprocess.Popen[str]
    ) -> None:
        before = saved(host)
        with (
            LegacyExecExecutor(netns=host, wait=1) as executor,
            pytest.raises(CommitRefused) as caught,
        ):
            executor.commit([add(FORWARD, "-i a -j DROP")])
        assert "Another app is currently holding the xtables lock" in caught.value.answer
        assert f"(process {holder.pid}) holds it" in caught.value.answer
        assert saved(host) == before

    def test_it_is_waited_for(self, host: str, holder: subprocess.Popen[str]) -> None:
        with LegacyExecutor(netns=host, wait=30) as executor:
            assert holder.stdin is not None
            holder.stdin.close()
            executor.commit([add(FORWARD, "-i a -j DROP")])
            assert rules_of(executor, FORWARD)[-1] == "-i a -j DROP"

    def test_programs_too_old_to_be_given_another_lock(self, host: str, fake: Fake) -> None:
        before = saved(host)
        message = "Another app is currently holding the xtables lock. Stopped waiting after 1s."
        fake(RESTORE, f'echo "{message}" >&2; exit 4')
        with (
            LegacyExecutor(netns=host, wait=1) as executor,
            pytest.raises(CommitRefused, match="too old to know XTABLES_LOCKFILE"),
        ):
            executor.commit([add(FORWARD, "-i a -j DROP")])
        assert saved(host) == before

    def test_a_lock_that_cannot_be_opened(self, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XTABLES_LOCKFILE", "/nowhere/lock")
        with (
            LegacyExecutor(netns=host) as executor,
            pytest.raises(
                BackendUnavailable,
                match=r"^the xtables lock /nowhere/lock cannot be opened: No such file or",
            ),
        ):
            executor.commit([add(FORWARD, "-i a -j DROP")])


class TestSave:
    @pytest.mark.parametrize(
        ("script", "message"),
        [
            ("echo broken >&2; exit 7", "iptables-legacy-save ended with exit code 7: broken"),
            (SLEEP, "iptables-legacy-save did not end within 2 seconds and was killed"),
            ("echo '<html>'", "iptables-legacy-save printed no tables: '<html>' begins no table"),
            (
                '"$real" "$@" | head -n 4',
                "iptables-legacy-save printed no tables: the output ends within iptables -t",
            ),
        ],
        ids=["fails", "hangs", "prints garbage", "stops in the middle"],
    )
    def test_nothing_is_sent(
        self, executor: LegacyExecutor, host: str, fake: Fake, script: str, message: str
    ) -> None:
        before, operations = saved(host), everything(executor)
        path = fake("iptables-legacy-save", script)

        with pytest.raises(ListingFailed, match=message):
            executor.snapshot()
        with pytest.raises(ListingFailed, match=message):
            executor.commit(operations)

        path.unlink()
        assert saved(host) == before

    def test_it_fails_after_the_commit_failed(
        self, executor: LegacyExecutor, host: str, fake: Fake
    ) -> None:
        operations = everything(executor)
        fake(RESTORE6, "echo broken; exit 1")
        path = fake("iptables-legacy-save", f"[ $call -gt 1 ] && exit 5\n{RUN}")

        with pytest.raises(PartlyCommitted) as caught:
            executor.commit(operations)

        states = {str(table): state for table, state in caught.value.tables.items()}
        unread = "cannot be read (iptables-legacy-save ended with exit code 5: it printed nothing)"
        assert states == {
            "iptables -t filter": unread,
            "iptables -t nat": unread,
            "ip6tables -t filter": "is as before",
        }
        path.unlink()
        assert "-A FORWARD -i b -j DOCKER" in saved(host)


class TestOpening:
    @pytest.mark.parametrize(
        ("kind", "program"),
        [
            (LegacyExecutor, "ip6tables-legacy-restore"),
            (LegacyExecutor, "iptables-legacy-save"),
            (LegacyExecExecutor, "iptables-legacy"),
        ],
    )
    def test_a_program_is_missing(
        self,
        kind: type[LegacyExecutor | LegacyExecExecutor],
        program: str,
        netns: str,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
    ) -> None:
        for name in ("iptables", "ip6tables"):
            for suffix in ("", "-save", "-restore"):
                if (full := f"{name}-legacy{suffix}") != program:
                    (tmp_path / full).symlink_to(shutil.which(full) or "")
        message = rf"^{program} is not in PATH: `apt-get install iptables` has it on Debian$"
        with monkeypatch.context() as patch:
            patch.setenv("PATH", str(tmp_path))
            with pytest.raises(BackendUnavailable, match=message):
                kind(netns=netns)

    def test_a_program_that_cannot_be_run(self, netns: str, fake: Fake) -> None:
        fake("iptables-legacy-save", "").write_text("neither a script nor a program")
        with pytest.raises(BackendUnavailable, match="iptables-legacy-save cannot be run: Exec f"):
            LegacyExecutor(netns=netns)

    def test_a_program_that_fails(self, netns: str, fake: Fake) -> None:
        fake("iptables-legacy-save", "echo you must be root >&2; exit 1")
        with pytest.raises(
            BackendUnavailable,
            match=r"^iptables-legacy-save ended with exit code 1: you must be root$",
        ):
            LegacyExecutor(netns=netns)

    @pytest.mark.parametrize("name", ["wait", "limit"])
    def test_no_time(self, name: str) -> None:
        with pytest.raises(InvalidInput, match=rf"^{name} must be more than 0 seconds, not 0$"):
            LegacyExecutor(wait=0 if name == "wait" else 1, limit=0 if name == "limit" else 1)
