"""From a file's bytes to a checked topology; the one place of this package that does I/O."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from nfcore.bridge import find_network_clash, find_port_clash
from nfcore.exceptions import InvalidInput
from nfcore.inputs._document import Node, Value
from nfcore.inputs._inspect import looks_like_network, read_inspect
from nfcore.inputs._json import parse_json
from nfcore.inputs._topology import Origin, Topology
from nfcore.inputs._yaml import parse_yaml
from nfcore.inputs.compose import read_compose

__all__ = ["load", "read_topology"]


def load(path: str, *, stdin: BinaryIO, environment: Mapping[str, str] | None = None) -> Topology:
    """Read a Compose file, or the output of ``docker network inspect``.

    Args:
        path: the file; ``-`` is standard input.
        stdin: standard input.
        environment: the variables for a Compose file's interpolation.

    Raises:
        InvalidInput: for a file that cannot be read or is not UTF-8, and as `read_topology` does.
    """
    file = "<stdin>" if path == "-" else path
    try:
        data = stdin.read() if path == "-" else Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InvalidInput(f"cannot be read: {reason}", file=file) from error
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"not UTF-8 text: byte 0x{data[error.start]:02x} cannot stand here",
            file=file,
            line=data.count(b"\n", 0, error.start) + 1,
        ) from error
    return read_topology(text, file=file, environment=environment)


def read_topology(
    text: str, *, file: str, environment: Mapping[str, str] | None = None
) -> Topology:
    """Read a Compose file, or the output of ``docker network inspect``.

    Text that begins with ``[`` is the latter; text that begins with ``{`` is either in JSON.

    Args:
        text: the file's text.
        file: its name, for messages.
        environment: the variables for a Compose file's interpolation; None is none.

    Returns:
        The networks, which can all be side by side, and the ports, which can all be published.

    Raises:
        InvalidInput: with file, line and dotted key, saying what is wrong and what would be right.
    """
    text = text.removeprefix("\ufeff")
    root = _root(text, file)
    if root.is_null:
        raise root.fail("is empty: it must be a Compose file or `docker network inspect` output")
    if root.is_sequence:
        topology = read_inspect(root.items())
    elif looks_like_network(root):
        topology = read_inspect((root,))
    elif root.is_mapping:
        topology = read_compose(root, environment=environment or {})
    else:
        raise root.fail("must be a mapping with networks: and services:, as Compose files are")
    if not topology.networks:
        raise root.fail("; ".join(("has no bridge network to program", *topology.notes)))
    _check_networks(topology)
    _check_ports(topology)
    return topology


def _root(text: str, file: str) -> Node:
    start = text.lstrip()[:1]
    value: Value
    if start == "[":
        value = parse_json(text, file=file)
    elif start == "{":
        try:
            value = parse_json(text, file=file)
        except InvalidInput:  # a YAML mapping may begin like this too
            value = parse_yaml(text, file=file)
    else:
        value = parse_yaml(text, file=file)
    return Node(value=value, file=file, line=value.line)


def _check_networks(topology: Topology) -> None:
    clash = find_network_clash(topology.specs)
    if clash is not None:
        first, second = (topology.networks[i].origin for i in (clash.first, clash.second))
        raise _clash(f"{clash.reason} ({first.key} in line {first.line})", second)


def _check_ports(topology: Topology) -> None:
    ports = sorted(
        (
            (origin, network.spec, port)
            for network in topology.networks
            for port, origin in zip(network.ports, network.port_origins, strict=True)
        ),
        key=lambda item: item[0].line,
    )
    clash = find_port_clash([(spec, port) for _, spec, port in ports])
    if clash is not None:
        first, second = (ports[i][0] for i in (clash.first, clash.second))
        raise _clash(f"{clash.reason} ({first.key} in line {first.line}): remove one", second)


def _clash(message: str, origin: Origin) -> InvalidInput:
    return InvalidInput(message, file=origin.file, line=origin.line, key=origin.key or None)
