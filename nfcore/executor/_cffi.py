"""libnftables through nfcore's own compiled extension."""

from __future__ import annotations

from typing import ClassVar

from nfcore.exceptions import BackendUnavailable
from nfcore.executor._library import Library, Reply
from nfcore.executor._native import NativeExecutor

__all__ = ["CffiExecutor"]


class _CffiLibrary:
    """A libnftables context of the compiled extension; calls release the interpreter lock."""

    def __init__(self) -> None:
        # Here, not above: the package works without the extension.
        from nfcore.executor._libnftables import ffi, lib  # noqa: PLC0415

        self._ffi, self._lib = ffi, lib
        context = lib.nft_ctx_new(lib.NFT_CTX_DEFAULT)
        if context == ffi.NULL:
            raise BackendUnavailable("libnftables made no context")
        self._context = ffi.gc(context, lib.nft_ctx_free)
        lib.nft_ctx_output_set_flags(
            self._context, lib.NFT_CTX_OUTPUT_JSON | lib.NFT_CTX_OUTPUT_HANDLE
        )
        if lib.nft_ctx_buffer_output(self._context) or lib.nft_ctx_buffer_error(self._context):
            raise BackendUnavailable("libnftables cannot buffer its output")

    def run(self, commands: bytes, *, dry_run: bool = False) -> Reply:
        ffi, lib, context = self._ffi, self._lib, self._context
        lib.nft_ctx_set_dry_run(context, dry_run)
        failed = lib.nft_run_cmd_from_buffer(context, commands)
        return Reply(
            done=not failed,
            output=ffi.string(lib.nft_ctx_get_output_buffer(context)),
            error=ffi.string(lib.nft_ctx_get_error_buffer(context)),
        )

    def close(self) -> None:
        self._ffi.release(self._context)


class CffiExecutor(NativeExecutor):
    """Commits through libnftables, called by the compiled extension (see `NativeExecutor`)."""

    name: ClassVar[str] = "cffi"

    @classmethod
    def _library_in_this_thread(cls) -> Library:
        try:
            return _CffiLibrary()
        except ImportError as error:
            raise BackendUnavailable(
                f"nfcore's libnftables extension is not usable: {error}; "
                "`apt install libnftables-dev` and installing nfcore again builds it"
            ) from error
