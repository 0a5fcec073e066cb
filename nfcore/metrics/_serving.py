"""Serving metrics over HTTP, with the client's own server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from prometheus_client import start_http_server

from nfcore.exceptions import InvalidInput
from nfcore.metrics._prometheus import PrometheusMetrics

__all__ = ["Address", "serve"]


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen.

    Args:
        host: an address or name of this host.
        port: the TCP port; 0 is any that is free.
    """

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``ADDRESS:PORT``, an IPv6 address in brackets.

        Raises:
            InvalidInput: it is no such thing.
        """
        host, _, port = text.rpartition(":")
        bracketed = host.startswith("[") and host.endswith("]")
        if not host or (":" in host and not bracketed) or not _is_port(port):
            raise InvalidInput(f"{text!r} is no ADDRESS:PORT, such as 127.0.0.1:9105 or [::1]:9105")
        return cls(host.removeprefix("[").removesuffix("]"), int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) < 1 << 16


@contextmanager
def serve(metrics: PrometheusMetrics, address: Address) -> Iterator[Address]:
    """Serve metrics while the block runs.

    Args:
        metrics: which.
        address: where to listen.

    Returns:
        Where it listens, with the port that it got.

    Raises:
        InvalidInput: it cannot listen there.
    """
    try:
        server, thread = start_http_server(address.port, address.host, metrics.registry)
    except OSError as error:
        raise InvalidInput(f"metrics cannot be served on {address}: {error.strerror}") from error
    try:
        yield Address(address.host, server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
