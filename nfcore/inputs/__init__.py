"""What users hand in - files, flags, notations - as network specs and published ports.

Everything here is pure but `load`, which reads the file. Whatever cannot be right is an
`nfcore.exceptions.InvalidInput` that says what, where, and what would be right.
"""

from nfcore.inputs._driver_options import driver_setting, split_driver_option
from nfcore.inputs._flags import network_from_flags
from nfcore.inputs._load import load, read_topology
from nfcore.inputs._notation import Publish, parse_publish
from nfcore.inputs._publishing import published_ports
from nfcore.inputs._topology import Origin, PlannedNetwork, Topology
from nfcore.inputs._values import default_bridge_name, parse_address

__all__ = [
    "Origin",
    "PlannedNetwork",
    "Publish",
    "Topology",
    "default_bridge_name",
    "driver_setting",
    "load",
    "network_from_flags",
    "parse_address",
    "parse_publish",
    "published_ports",
    "read_topology",
    "split_driver_option",
]
