"""What Docker's bridge driver wants of the firewall.

>>> from ipaddress import IPv4Network
>>> from nfcore.engine import Engine
>>> from nfcore.executor import FakeExecutor
>>> engine, driver = Engine(FakeExecutor()), Driver()
>>> with engine.transaction() as transaction:
...     driver.start(transaction)
...     driver.create_network(
...         transaction,
...         NetworkSpec(name="front", bridge="br0", subnet_v4=IPv4Network("172.18.0.0/16")),
...     )
>>> [state.spec.name for state in recognize(engine.ruleset)]
['front']
"""

from nfcore.bridge._addresses import address_text
from nfcore.bridge._chaininfo import (
    add_return_rule,
    ensure_jump_rule,
    program_filter_chain,
    program_nat_chain,
    remove_existing_chain,
)
from nfcore.bridge._chains import remove_ip_chains, setup_ip_chains, setup_user_chain
from nfcore.bridge._conflicts import (
    Clash,
    check_networks,
    check_ports,
    find_network_clash,
    find_port_clash,
)
from nfcore.bridge._driver import Driver, check_port_fits, resolve_port
from nfcore.bridge._facts import (
    Kind,
    Linked,
    NetworkFact,
    OpenPort,
    PortMasqueraded,
    Published,
)
from nfcore.bridge._icc import set_icc
from nfcore.bridge._internal import setup_internal_network_rules
from nfcore.bridge._isolation import set_inc
from nfcore.bridge._leaks import Inhabited, Leak, find_leaks
from nfcore.bridge._links import program_link
from nfcore.bridge._missing import missing_rules
from nfcore.bridge._names import (
    DOCKER_CHAIN,
    ISOLATION_CHAIN_1,
    ISOLATION_CHAIN_2,
    OLD_ISOLATION_CHAIN,
    USER_CHAIN,
)
from nfcore.bridge._neighbours import Neighbours
from nfcore.bridge._network import (
    default_drop,
    remove_ip_tables,
    set_icmp,
    setup_ip4_tables,
    setup_ip6_tables,
    setup_ip_tables,
    setup_ip_tables_internal,
)
from nfcore.bridge._plan import AppliedNetworks, plan_apply
from nfcore.bridge._ports import set_per_port_forwarding, set_per_port_nat
from nfcore.bridge._programmer import (
    NetworkParts,
    PlacedNetwork,
    ProgrammableView,
    Programmer,
    WantedNetwork,
)
from nfcore.bridge._reading import read_fact
from nfcore.bridge._recognize import recognize
from nfcore.bridge._recorder import Recorder
from nfcore.bridge._spec import (
    DriverConfig,
    GatewayMode,
    Link,
    NetworkSpec,
    Protocol,
    PublishedPort,
)
from nfcore.bridge._start import start_driver
from nfcore.bridge._state import UNKNOWN_SUBNETS, MadeBy, NetworkState, RulesView
from nfcore.bridge._steps import append_or_del_chain_rule, program_chain_rule, program_rule
from nfcore.bridge._tags import network_tags, port_tag, read_network_tags, read_port_tag
from nfcore.bridge._wsl2 import (
    Wsl2Host,
    insert_mirrored_wsl2_rule,
    mirrored_wsl2_rule,
    mirrored_wsl2_workaround,
)

__all__ = [
    "DOCKER_CHAIN",
    "ISOLATION_CHAIN_1",
    "ISOLATION_CHAIN_2",
    "OLD_ISOLATION_CHAIN",
    "UNKNOWN_SUBNETS",
    "USER_CHAIN",
    "AppliedNetworks",
    "Clash",
    "Driver",
    "DriverConfig",
    "GatewayMode",
    "Inhabited",
    "Kind",
    "Leak",
    "Link",
    "Linked",
    "MadeBy",
    "Neighbours",
    "NetworkFact",
    "NetworkParts",
    "NetworkSpec",
    "NetworkState",
    "OpenPort",
    "PlacedNetwork",
    "PortMasqueraded",
    "ProgrammableView",
    "Programmer",
    "Protocol",
    "Published",
    "PublishedPort",
    "Recorder",
    "RulesView",
    "WantedNetwork",
    "Wsl2Host",
    "add_return_rule",
    "address_text",
    "append_or_del_chain_rule",
    "check_networks",
    "check_port_fits",
    "check_ports",
    "default_drop",
    "ensure_jump_rule",
    "find_leaks",
    "find_network_clash",
    "find_port_clash",
    "insert_mirrored_wsl2_rule",
    "mirrored_wsl2_rule",
    "mirrored_wsl2_workaround",
    "missing_rules",
    "network_tags",
    "plan_apply",
    "port_tag",
    "program_chain_rule",
    "program_filter_chain",
    "program_link",
    "program_nat_chain",
    "program_rule",
    "read_fact",
    "read_network_tags",
    "read_port_tag",
    "recognize",
    "remove_existing_chain",
    "remove_ip_chains",
    "remove_ip_tables",
    "resolve_port",
    "set_icc",
    "set_icmp",
    "set_inc",
    "set_per_port_forwarding",
    "set_per_port_nat",
    "setup_internal_network_rules",
    "setup_ip4_tables",
    "setup_ip6_tables",
    "setup_ip_chains",
    "setup_ip_tables",
    "setup_ip_tables_internal",
    "setup_user_chain",
    "start_driver",
]
