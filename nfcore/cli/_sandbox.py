"""A user and a network namespace of this process's own, for trying things without root."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from nfcore.exceptions import BackendUnavailable
from nfcore.executor import CLONE_NEWNET, CLONE_NEWUSER, unshare

__all__ = ["enter_sandbox"]


def enter_sandbox(unshare: Callable[[int], None] = unshare) -> None:
    """Move this process into new user and network namespaces, as root in there.

    It follows user_namespaces(7): ``setgroups`` is denied before the group is mapped. The
    namespaces end with the process.

    Args:
        unshare: unshare(2), raising OSError.

    Raises:
        BackendUnavailable: the kernel forbids it; the message says what would allow it.
    """
    uid, gid = os.getuid(), os.getgid()
    try:
        unshare(CLONE_NEWUSER | CLONE_NEWNET)
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
