"""The bridge driver's options, under Docker's own names.

Compose calls them ``driver_opts``, ``docker network create`` takes them as ``-o KEY=VALUE``, and
``docker network inspect`` prints them as ``Options``.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from typing import Final, TypedDict, TypeVar

from nfcore.bridge import GatewayMode
from nfcore.exceptions import InvalidInput
from nfcore.inputs._suggestions import did_you_mean
from nfcore.inputs._values import parse_address_of, parse_boolean
from translate import IPVersion

__all__ = ["BRIDGE_NAME_OPTION", "DriverSettings", "driver_setting", "split_driver_option"]

A = TypeVar("A", IPv4Address, IPv6Address)

BRIDGE_NAME_OPTION: Final = "com.docker.network.bridge.name"

_PROGRAMMED: Final = (
    BRIDGE_NAME_OPTION,
    "com.docker.network.bridge.enable_icc",
    "com.docker.network.bridge.enable_ip_masquerade",
    "com.docker.network.bridge.host_binding_ipv4",
    "com.docker.network.bridge.gateway_mode_ipv4",
    "com.docker.network.bridge.gateway_mode_ipv6",
    "com.docker.network.host_ipv4",
    "com.docker.network.host_ipv6",
)
_WITHOUT_RULES: Final = (
    "com.docker.network.bridge.default_bridge",
    "com.docker.network.bridge.inhibit_ipv4",
    "com.docker.network.container_iface_prefix",
    "com.docker.network.driver.mtu",
)


class DriverSettings(TypedDict, total=False):
    """The fields of a `NetworkSpec` that driver options set."""

    bridge: str
    icc: bool
    masquerade: bool
    host_binding_ipv4: IPv4Address | None
    gateway_mode_v4: GatewayMode
    gateway_mode_v6: GatewayMode
    host_ipv4: IPv4Address
    host_ipv6: IPv6Address


def split_driver_option(text: str) -> tuple[str, str]:
    """The key and value of ``-o KEY=VALUE``.

    Raises:
        InvalidInput: where there is no ``=``.
    """
    key, equals, value = text.partition("=")
    if not equals:
        raise InvalidInput(f"{text!r} is no option: write KEY=VALUE")
    return key, value


def driver_setting(name: str, value: str) -> DriverSettings:
    """What one driver option sets; nothing for an option that no rule depends on.

    Args:
        name: the option, such as ``com.docker.network.bridge.enable_icc``.
        value: its value as Docker gets it.

    Raises:
        InvalidInput: for an unknown option or a value that it cannot have.
    """
    match name:
        case "com.docker.network.bridge.name":
            return {"bridge": value}
        case "com.docker.network.bridge.enable_icc":
            return {"icc": parse_boolean(value)}
        case "com.docker.network.bridge.enable_ip_masquerade":
            return {"masquerade": parse_boolean(value)}
        case "com.docker.network.bridge.host_binding_ipv4":
            address = parse_address_of(value, IPVersion.V4)
            return {"host_binding_ipv4": None if address.is_unspecified else address}
        case "com.docker.network.bridge.gateway_mode_ipv4":
            return {"gateway_mode_v4": _gateway_mode(value)}
        case "com.docker.network.bridge.gateway_mode_ipv6":
            return {"gateway_mode_v6": _gateway_mode(value)}
        case "com.docker.network.host_ipv4":
            return {"host_ipv4": _source_address(parse_address_of(value, IPVersion.V4))}
        case "com.docker.network.host_ipv6":
            return {"host_ipv6": _source_address(parse_address_of(value, IPVersion.V6))}
    if name in _WITHOUT_RULES:
        return {}
    raise InvalidInput(
        f"unknown driver option {name!r}; {did_you_mean(name, _PROGRAMMED + _WITHOUT_RULES)}"
    )


def _gateway_mode(value: str) -> GatewayMode:
    try:
        return GatewayMode(value)
    except ValueError:
        modes = " or ".join(mode.value for mode in GatewayMode)
        raise InvalidInput(f"unknown gateway mode {value!r}: write {modes}") from None


def _source_address(address: A) -> A:
    if address.is_unspecified:
        raise InvalidInput(
            f"{address} can be no packet's source: write one of the host's addresses"
        )
    return address
