"""What Docker's bridge driver wants of the firewall."""

from nfcore.bridge._conflicts import (
    Clash,
    check_networks,
    check_ports,
    find_network_clash,
    find_port_clash,
)
from nfcore.bridge._spec import (
    DriverConfig,
    GatewayMode,
    Link,
    NetworkSpec,
    Protocol,
    PublishedPort,
)

__all__ = [
    "Clash",
    "DriverConfig",
    "GatewayMode",
    "Link",
    "NetworkSpec",
    "Protocol",
    "PublishedPort",
    "check_networks",
    "check_ports",
    "find_network_clash",
    "find_port_clash",
]
