"""Text never does worse than be refused, and what is written as Compose reads back the same."""

import io
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from nfcore.bridge import GatewayMode, NetworkSpec, PublishedPort
from nfcore.exceptions import InvalidInput
from nfcore.inputs import network_from_flags, parse_publish, read_topology
from nfcore.inputs.compose._interpolation import expand

EXAMPLE = (Path(__file__).parents[2] / "examples" / "compose.yml").read_text()
CHARACTERS = "\"'{}[]:,#&*!|>%@`?-$=~\\\n\t\r\0 \ud800\u2028"
SYNTAX = [": ", "- ", "<<: ", "---\n", "%YAML 1.1\n", "!!int ", "!reset ", "&a ", "*a", "${"]
VALUES = ['"\\UFFFFFFFF"', "null", "2001-99-99", "1e999", "0x"]
FRAGMENTS = st.sampled_from([*CHARACTERS, *SYNTAX, *VALUES])
WORDS = st.sampled_from(["networks", "services", "front", "ipam", "config", "ports", "8080:80"])


def read_or_refuse(text: str) -> None:
    try:
        read_topology(text, file="f")
    except InvalidInput as error:
        assert str(error).startswith("f:")  # noqa: PT017 - not every text is refused


@given(st.text() | st.lists(FRAGMENTS | WORDS).map("".join))
def test_no_text_crashes_the_reader(text: str) -> None:
    read_or_refuse(text)


@given(st.integers(0, len(EXAMPLE)), st.integers(0, 40), FRAGMENTS | st.text(max_size=3))
def test_no_damage_to_a_file_crashes_the_reader(start: int, length: int, text: str) -> None:
    read_or_refuse(EXAMPLE[:start] + text + EXAMPLE[start + length :])


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | WORDS,
    lambda values: (
        st.lists(values, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["networks", "services", "ipam", "config", "subnet", "ports", "Name", "Id"]
            )
            | st.text(max_size=5),
            values,
            max_size=4,
        )
    ),
)


@given(json_values)
def test_no_structure_crashes_the_reader(value: Any) -> None:
    stream = io.StringIO()
    YAML(typ="safe", pure=True).dump(value, stream)
    read_or_refuse(stream.getvalue())


@given(st.text(alphabet="$ {}:-?+AB_1\n") | st.text(), st.dictionaries(st.text(), st.text()))
def test_no_template_crashes_the_interpolation(text: str, environment: dict[str, str]) -> None:
    try:
        expand(text, environment)
    except InvalidInput as error:
        assert error.message  # noqa: PT017 - not every text is refused


@given(st.text())
def test_a_doubled_dollar_sign_keeps_any_text_as_it_is(text: str) -> None:
    assert expand(text.replace("$", "$$"), {}) == text


@given(st.text(alphabet="0123456789:.-/[]tcpudps") | st.text())
def test_no_notation_crashes_its_parser(text: str) -> None:
    try:
        publish = parse_publish(text)
    except InvalidInput as error:
        assert error.message  # noqa: PT017 - not every text is refused
    else:
        assert len(publish.host_ports) == len(publish.ports) > 0


@given(st.text(), st.lists(st.text()), st.lists(st.text()), st.lists(st.text()))
def test_no_flags_crash_the_builder(
    name: str, subnets: list[str], gateways: list[str], options: list[str]
) -> None:
    try:
        network_from_flags(name, subnets=subnets, gateways=gateways, options=options)
    except InvalidInput as error:
        assert error.key is not None  # noqa: PT017 - not every text is refused


names = st.from_regex(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,20}", fullmatch=True)


def host_addresses(version: int) -> st.SearchStrategy[Any]:
    some = st.ip_addresses(v=4, network="192.0.2.0/24") if version == 4 else st.ip_addresses(
        v=6, network="2001:db8::/64"
    )  # fmt: skip
    return st.none() | some


@st.composite
def networks(draw: st.DrawFn, number: int, name: str) -> NetworkSpec:
    """A network whose subnets are its own by its number."""
    v4 = draw(st.booleans())
    v6 = not v4 or draw(st.booleans())
    subnet_v4 = IPv4Network((10 << 24 | number << 16, draw(st.integers(16, 28)))) if v4 else None
    subnet_v6 = (
        IPv6Network(((0xFD00 << 112) + (number << 64), draw(st.integers(64, 120)))) if v6 else None
    )
    modes = st.sampled_from(GatewayMode)
    return NetworkSpec(
        name=name,
        bridge=f"br{number}",
        subnet_v4=subnet_v4,
        subnet_v6=subnet_v6,
        gateway_v4=None if subnet_v4 is None else subnet_v4[draw(st.integers(1, 5))],
        gateway_v6=None if subnet_v6 is None else subnet_v6[draw(st.integers(1, 5))],
        internal=draw(st.booleans()),
        icc=draw(st.booleans()),
        masquerade=draw(st.booleans()),
        gateway_mode_v4=draw(modes),
        gateway_mode_v6=draw(modes),
        host_ipv4=draw(host_addresses(4)),
        host_ipv6=draw(host_addresses(6)),
        host_binding_ipv4=draw(host_addresses(4)),
    )


@st.composite
def ports(draw: st.DrawFn, network: NetworkSpec, number: int) -> list[PublishedPort]:
    """Ports of one container, each explicit of its IP version; host ports are nobody else's."""
    if network.internal:
        return []
    found = []
    for place in range(draw(st.integers(0, 3))):
        subnets = [s for s in (network.subnet_v4, network.subnet_v6) if s is not None]
        subnet: Any = draw(st.sampled_from(subnets))
        found.append(
            PublishedPort(
                address=subnet[6],
                port=draw(st.integers(1, 65535)),
                protocol=draw(st.sampled_from(["tcp", "udp", "sctp"])),
                host_address=draw(host_addresses(subnet.version)),
                host_port=1000 + number * 10 + place,
            )
        )
    return found


@st.composite
def topologies(draw: st.DrawFn) -> list[tuple[NetworkSpec, list[PublishedPort]]]:
    drawn = draw(st.lists(names, min_size=1, max_size=6, unique=True))
    found = [draw(networks(number, name)) for number, name in enumerate(drawn)]
    return [(network, draw(ports(network, number))) for number, network in enumerate(found)]


def network_entry(network: NetworkSpec) -> dict[str, Any]:
    bridge = "com.docker.network.bridge."
    options = {
        f"{bridge}name": network.bridge,
        f"{bridge}enable_icc": str(network.icc).lower(),
        f"{bridge}enable_ip_masquerade": network.masquerade,
        f"{bridge}gateway_mode_ipv4": network.gateway_mode_v4.value,
        f"{bridge}gateway_mode_ipv6": network.gateway_mode_v6.value,
        f"{bridge}host_binding_ipv4": network.host_binding_ipv4 or IPv4Address(0),
        "com.docker.network.host_ipv4": network.host_ipv4,
        "com.docker.network.host_ipv6": network.host_ipv6,
    }
    pools = ((network.subnet_v4, network.gateway_v4), (network.subnet_v6, network.gateway_v6))
    return {
        "name": network.name,
        "internal": network.internal,
        "enable_ipv4": network.subnet_v4 is not None,
        "enable_ipv6": network.subnet_v6 is not None,
        "ipam": {
            "config": [
                {"subnet": str(subnet), "gateway": str(gateway)}
                for subnet, gateway in pools
                if subnet is not None
            ]
        },
        "driver_opts": {
            key: value if isinstance(value, bool) else str(value)
            for key, value in options.items()
            if value is not None
        },
    }


def port_entry(port: PublishedPort, *, short: bool) -> Any:
    unspecified = IPv4Address(0) if port.version == 4 else IPv6Address(0)
    host = port.host_address or unspecified
    if short:
        shown = host if port.version == 4 else f"[{host}]"
        return f"{shown}:{port.host_port}:{port.port}/{port.protocol}"
    return {
        "target": port.port,
        "published": str(port.host_port),
        "host_ip": str(host),
        "protocol": port.protocol,
    }


@given(topologies(), st.booleans())
def test_what_is_written_as_compose_reads_back_the_same(
    written: list[tuple[NetworkSpec, list[PublishedPort]]], short: bool
) -> None:
    document: dict[str, Any] = {"networks": {}, "services": {}}
    for number, (network, published) in enumerate(written):
        document["networks"][f"n{number}"] = network_entry(network)
        addresses = {
            f"ipv{subnet.version}_address": str(subnet[6])
            for subnet in (network.subnet_v4, network.subnet_v6)
            if subnet is not None
        }
        document["services"][f"s{number}"] = {
            "networks": {f"n{number}": addresses},
            "ports": [port_entry(port, short=short) for port in published],
        }
    yaml = YAML(typ="safe", pure=True)
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment] # typed as None
    stream = io.StringIO()
    yaml.dump(document, stream)
    topology = read_topology(stream.getvalue(), file="f")
    assert [(network.spec, list(network.ports)) for network in topology.networks] == written
    assert topology.notes == ()
