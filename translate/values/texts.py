"""Texts that the kernel keeps in fields of so many bytes."""

from __future__ import annotations

__all__ = ["cut_to_bytes", "size_in_bytes"]


def size_in_bytes(text: str) -> int:
    """The length of a text in bytes, as a command line held them."""
    return len(text.encode(errors="surrogateescape"))


def cut_to_bytes(text: str, size: int) -> str:
    """The beginning of a text that fits into ``size`` bytes: iptables cuts silently."""
    return text.encode(errors="surrogateescape")[:size].decode(errors="ignore")
