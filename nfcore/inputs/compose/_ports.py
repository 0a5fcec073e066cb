"""The ``ports`` of a service in a Compose file, short and long."""

from __future__ import annotations

from typing import Final

from nfcore.inputs._document import Node
from nfcore.inputs._notation import Publish, parse_port_range, parse_protocol, parse_publish
from nfcore.inputs._suggestions import did_you_mean
from nfcore.inputs._values import parse_address
from translate import IPAddress

__all__ = ["read_port"]

_FIELDS: Final = ("app_protocol", "host_ip", "mode", "name", "protocol", "published", "target")
_MODES: Final = ("host", "ingress")


def read_port(node: Node) -> Publish:
    """Read one entry of ``ports``: ``"8080:80"``, or a mapping with ``target`` and ``published``.

    Raises:
        InvalidInput: for what Docker would refuse, and where Docker would pick the host port.
    """
    if not node.is_mapping:
        with node.here():
            return parse_publish(node.plain())
    fields = node.fields(_FIELDS)
    for key, purpose in (("target", "the container's port"), ("published", "the host's port")):
        if key not in fields or fields[key].is_null:
            raise node.fail(f"has no {key!r}, {purpose}: write one like {key}: 8080")
    if "mode" in fields and fields["mode"].text() not in _MODES:
        mode = fields["mode"].text()
        raise fields["mode"].fail(f"unknown mode {mode!r}; {did_you_mean(mode, _MODES)}")
    host_ports, ports = _ports(fields["published"]), _ports(fields["target"])
    protocol = fields.get("protocol")
    with node.here():
        return Publish(
            host_ports=host_ports,
            ports=ports,
            protocol="tcp" if protocol is None else parse_protocol(protocol.text()),
            host_address=_address(fields.get("host_ip")),
        )


def _ports(node: Node) -> range:
    with node.here():
        return parse_port_range(node.plain())


def _address(node: Node | None) -> IPAddress | None:
    if node is None or node.is_null or not node.text():
        return None
    with node.here():
        return parse_address(node.text())
