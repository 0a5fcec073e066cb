"""Compose files."""

from nfcore.inputs.compose._file import read_compose

__all__ = ["read_compose"]
