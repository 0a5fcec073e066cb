"""Describes the extension ``nfcore.executor._libnftables`` to cffi; setup.py is its only caller.

Out-of-line API mode: the C compiler checks every declaration below against the header, and a call
releases the interpreter lock while libnftables and the kernel work.
"""

from __future__ import annotations

from cffi import FFI

__all__ = ["make_ffi"]

_DECLARATIONS = """
struct nft_ctx;

#define NFT_CTX_DEFAULT ...
#define NFT_CTX_OUTPUT_HANDLE ...
#define NFT_CTX_OUTPUT_JSON ...

struct nft_ctx *nft_ctx_new(uint32_t flags);
void nft_ctx_free(struct nft_ctx *ctx);
void nft_ctx_set_dry_run(struct nft_ctx *ctx, bool dry);
void nft_ctx_output_set_flags(struct nft_ctx *ctx, unsigned int flags);
int nft_ctx_buffer_output(struct nft_ctx *ctx);
const char *nft_ctx_get_output_buffer(struct nft_ctx *ctx);
int nft_ctx_buffer_error(struct nft_ctx *ctx);
const char *nft_ctx_get_error_buffer(struct nft_ctx *ctx);
int nft_run_cmd_from_buffer(struct nft_ctx *nft, const char *buf);
"""


def make_ffi() -> FFI:
    """The description of the extension; ``optional`` keeps a failed build from failing setup."""
    ffi = FFI()
    ffi.cdef(_DECLARATIONS)
    ffi.set_source(
        "nfcore.executor._libnftables",
        "#include <nftables/libnftables.h>",
        libraries=["nftables"],
        optional=True,
    )
    return ffi
