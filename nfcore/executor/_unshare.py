"""unshare(2), which Python has from 3.12 on."""

from __future__ import annotations

import os
from typing import Any, Final

__all__ = ["CLONE_NEWNET", "CLONE_NEWUSER", "unshare"]

CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWNET: Final = 0x40000000


def unshare(flags: int) -> None:
    """Move the calling thread into new namespaces.

    Raises:
        OSError: the kernel refused.
    """
    from cffi import FFI  # noqa: PLC0415 - few need it

    ffi = FFI()
    ffi.cdef("int unshare(int flags);")
    library: Any = ffi.dlopen(None)
    if library.unshare(flags) != 0:
        raise OSError(ffi.errno, os.strerror(ffi.errno))
