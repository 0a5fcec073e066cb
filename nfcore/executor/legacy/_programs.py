"""Running iptables' programs in a network namespace: no shell, a time limit, the whole answer."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Final, TypeVar

from nfcore.exceptions import BackendUnavailable

__all__ = ["Answer", "Place", "Programs"]

_SHORT: Final = 4096
"""Bytes."""

T = TypeVar("T")

_SHOWN: Final = 2000
"""Characters of a program's output that a message has room for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a program ended and what it printed.

    Args:
        program: its name.
        code: its exit code; negative is the signal that ended it, None that it had to be killed.
        out: its standard output.
        err: its standard error.
        limit: the seconds that it was given.
    """

    program: str
    code: int | None
    out: str
    err: str
    limit: float

    @property
    def succeeded(self) -> bool:
        """Whether it says so."""
        return self.code == 0

    def __str__(self) -> str:
        if self.code is None:
            end = f"did not end within {self.limit:g} seconds and was killed"
        elif self.code < 0:
            end = f"was ended by {signal.Signals(-self.code).name}"
        else:
            end = f"ended with exit code {self.code}"
        printed = " | ".join(
            line.strip() for line in f"{self.err}\n{self.out}".split("\n") if line.strip()
        )
        return f"{self.program} {end}: {printed[:_SHOWN] or 'it printed nothing'}"


class Place:
    """A network namespace that programs are started in, whichever thread asks.

    A namespace belongs to a thread, and a child inherits its thread's; so one thread of this
    object's own starts them, one at a time.

    Args:
        enter: what moves that thread; None leaves it in its maker's namespace.
    """

    def __init__(self, enter: Callable[[], None] | None = None) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="iptables-legacy")
        self._proc_net = -1
        self._files: dict[str, int] = {}
        try:
            self.call(enter or _stay)
            self._proc_net = self.call(_open_proc_net)
        except BaseException:
            self.close()
            raise

    def call(self, function: Callable[[], T]) -> T:
        """Call a function there. Whatever interrupts the wait, the call is not left running."""
        future: Future[T] = self._thread.submit(function)
        try:
            return future.result()
        finally:
            wait([future])

    def read_proc_net(self, file: str) -> str | None:
        """A short file of the namespace's /proc/net; None where it is not there or not to be read.

        Without asking the thread, whose directory it is, and without opening the file every time:
        that is a hundred times faster.
        """
        descriptor = self._files.get(file)
        try:
            if descriptor is None:
                flags = os.O_RDONLY | os.O_CLOEXEC
                descriptor = self._files[file] = os.open(file, flags, dir_fd=self._proc_net)
            return os.pread(descriptor, _SHORT, 0).decode("ascii")
        except OSError:
            if descriptor is not None:
                os.close(self._files.pop(file))
            return None

    def close(self) -> None:
        """Leave it; harmless when called twice."""
        self._thread.shutdown()
        for descriptor in (*self._files.values(), self._proc_net):
            if descriptor >= 0:
                os.close(descriptor)
        self._files, self._proc_net = {}, -1


def _stay() -> None:
    pass


def _open_proc_net() -> int:
    return os.open("/proc/thread-self/net", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


class Programs:
    """iptables' programs, found in PATH by name.

    Args:
        place: where they run.
        limit: how long each may take, in seconds.
        lock_file: what they take for the xtables lock; None is the real one.
    """

    def __init__(self, place: Place, *, limit: float, lock_file: str | None = None) -> None:
        self.place: Final = place
        self.limit: Final = limit
        self._lock_file: Final = lock_file

    def with_lock_file(self, path: str | None) -> Programs:
        """The same programs, with another lock file."""
        return Programs(self.place, limit=self.limit, lock_file=path)

    def require(self, program: str) -> str:
        """A program's path.

        Raises:
            BackendUnavailable: it is not in PATH.
        """
        path = shutil.which(program)
        if path is None:
            raise BackendUnavailable(
                f"{program} is not in PATH: `apt-get install iptables` has it on Debian"
            )
        return path

    def run(self, program: str, arguments: Sequence[str], *, stdin: str = "") -> Answer:
        """Run a program to its end.

        Args:
            program: its name.
            arguments: its arguments, each passed as it is.
            stdin: what it reads.

        Raises:
            BackendUnavailable: it is not in PATH, or cannot be run.
        """
        environment = {**os.environ, "LC_ALL": "C"}
        if self._lock_file is not None:
            environment["XTABLES_LOCKFILE"] = self._lock_file
        argv = [self.require(program), *arguments]
        given = stdin.encode(errors="surrogateescape")

        def start_and_wait() -> tuple[int | None, bytes, bytes]:
            return _run(argv, given, environment, self.limit)

        try:
            code, out, err = self.place.call(start_and_wait)
        except OSError as error:
            raise BackendUnavailable(f"{argv[0]} cannot be run: {error.strerror}") from error
        return Answer(program=program, code=code, out=_text(out), err=_text(err), limit=self.limit)


def _run(
    argv: Sequence[str], stdin: bytes, environment: dict[str, str], limit: float
) -> tuple[int | None, bytes, bytes]:
    # A session of its own: an interrupt at the terminal must not stop it half-way, and whatever it
    # starts can be killed with it.
    with subprocess.Popen(  # noqa: S603 - a program of iptables', its arguments made by nfcore
        argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        start_new_session=True,
    ) as process:
        try:
            out, err = process.communicate(stdin, timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            return None, out, err
        return process.returncode, out, err


def _text(printed: bytes) -> str:
    return printed.decode(errors="surrogateescape")
