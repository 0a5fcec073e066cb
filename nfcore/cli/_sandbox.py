"""A user and a network namespace of this process's own, for trying things without root."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from nfcore.exceptions import BackendUnavailable

__all__ = ["enter_sandbox"]

_CLONE_NEWUSER: Final = 0x10000000
_CLONE_NEWNET: Final = 0x40000000


def enter_sandbox(unshare: Callable[[int], None] | None = None) -> None:
    """Move this process into new user and network namespaces, as root in there.

    It follows user_namespaces(7): ``setgroups`` is denied before the group is mapped. The
    namespaces end with the process.

    Args:
        unshare: unshare(2), raising OSError; None is the C library's.

    Raises:
        BackendUnavailable: the kernel forbids it; the message says what would allow it.
    """
    uid, gid = os.getuid(), os.getgid()
    try:
        (unshare or _unshare)(_CLONE_NEWUSER | _CLONE_NEWNET)
        _write("setgroups", "deny")
        _write("uid_map", f"0 {uid} 1")
        _write("gid_map", f"0 {gid} 1")
    except OSError as error:
        raise BackendUnavailable(
            f"the kernel does not let this user make a sandbox ({error.strerror}): user namespaces "
            "must be allowed, see the sysctls user.max_user_namespaces, "
            "kernel.unprivileged_userns_clone and kernel.apparmor_restrict_unprivileged_userns; "
            "or run as root with --netns"
        ) from error


def _write(name: str, text: str) -> None:
    Path("/proc/self", name).write_text(text, encoding="ascii")


def _unshare(flags: int) -> None:
    from cffi import FFI  # noqa: PLC0415 - only a sandbox needs it

    ffi = FFI()
    ffi.cdef("int unshare(int flags);")
    library: Any = ffi.dlopen(None)
    if library.unshare(flags) != 0:
        raise OSError(ffi.errno, os.strerror(ffi.errno))
