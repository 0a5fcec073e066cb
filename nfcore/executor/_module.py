"""libnftables through the ``nftables`` Python module (Debian's python3-nftables, pip-nftables)."""

from __future__ import annotations

import ctypes
from typing import Any, ClassVar

from nfcore.exceptions import BackendUnavailable
from nfcore.executor._library import Library, Reply
from nfcore.executor._native import NativeExecutor

__all__ = ["NftablesModuleExecutor"]


class _ModuleLibrary:
    """A libnftables context of the ``nftables`` module."""

    def __init__(self) -> None:
        # Here, not above: the package works without the module.
        import nftables  # noqa: PLC0415

        self._nftables: Any = nftables.Nftables()
        self._nftables.set_json_output(True)
        self._nftables.set_handle_output(True)
        self._set_dry_run = _dry_run_setter(self._nftables)

    def run(self, commands: bytes, *, dry_run: bool = False) -> Reply:
        self._set_dry_run(dry_run)
        code, output, error = self._nftables.cmd(commands)
        return Reply(done=code == 0, output=output, error=error)

    def close(self) -> None:
        # The module frees its context when the object goes; there is no other way to ask for it.
        del self._set_dry_run, self._nftables


def _dry_run_setter(nftables: Any) -> Any:
    """The module's own setter, or the library's function where the module has none.

    The module wraps ``nft_ctx_set_dry_run`` from its 1.0.9 on; older ones keep the context to
    themselves.
    """
    own = getattr(nftables, "set_dry_run", None)
    if own is not None:
        return own
    function = ctypes.CDLL("libnftables.so.1").nft_ctx_set_dry_run
    function.argtypes = [ctypes.c_void_p, ctypes.c_bool]
    function.restype = None
    context = nftables._Nftables__ctx  # noqa: SLF001 - see above

    def set_dry_run(value: bool) -> None:
        function(context, value)

    return set_dry_run


class NftablesModuleExecutor(NativeExecutor):
    """Commits through libnftables, called by the ``nftables`` module (see `NativeExecutor`)."""

    name: ClassVar[str] = "module"

    @classmethod
    def _library_in_this_thread(cls) -> Library:
        try:
            return _ModuleLibrary()
        except (ImportError, OSError) as error:
            raise BackendUnavailable(
                f"the 'nftables' Python module is not usable: {error}; `pip install pip-nftables` "
                "and `apt install libnftables1` provide it"
            ) from error
