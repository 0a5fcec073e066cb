"""The sandbox, where the kernel forbids it."""

from __future__ import annotations

import errno
import os

import pytest

from nfcore.cli._sandbox import enter_sandbox
from nfcore.exceptions import BackendUnavailable


def test_a_clear_message_where_the_kernel_forbids_it() -> None:
    def refuse(flags: int) -> None:
        assert flags == 0x50000000
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    with pytest.raises(BackendUnavailable, match=r"not permitted.*max_user_namespaces"):
        enter_sandbox(refuse)
