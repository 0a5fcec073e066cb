"""Metrics over HTTP."""

from __future__ import annotations

import socket
from urllib.request import urlopen

import pytest

from nfcore.events import FlowsCleared
from nfcore.exceptions import InvalidInput
from nfcore.metrics import Address, PrometheusMetrics, serve


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:9105", Address("127.0.0.1", 9105)),
        ("[::1]:0", Address("::1", 0)),
        ("localhost:65535", Address("localhost", 65535)),
    ],
)
def test_an_address(text: str, address: Address) -> None:
    assert Address.parse(text) == address
    assert str(address) == text


@pytest.mark.parametrize("text", ["", "9105", ":9105", "127.0.0.1", "a:b", "::1:9", "h:65536"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        Address.parse(text)
    assert str(refusal.value) == (
        f"{text!r} is no ADDRESS:PORT, such as 127.0.0.1:9105 or [::1]:9105"
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_metrics_are_served_while_the_block_runs(host: str) -> None:
    metrics = PrometheusMetrics()
    metrics(FlowsCleared(flows=4))
    with (
        serve(metrics, Address(host, 0)) as address,
        urlopen(f"http://{address}/metrics", timeout=10) as answer,
    ):
        assert b"\nnfcore_flows_cleared_total 4.0\n" in answer.read()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, address.port), timeout=10)


def test_an_address_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with (
            pytest.raises(
                InvalidInput,
                match=f"^metrics cannot be served on 127.0.0.1:{port}: Address already in use$",
            ),
            serve(PrometheusMetrics(), Address("127.0.0.1", port)),
        ):
            pass
