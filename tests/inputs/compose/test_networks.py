from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest

from nfcore.bridge import GatewayMode, NetworkSpec
from nfcore.exceptions import InvalidInput
from nfcore.inputs import Topology, default_bridge_name, read_topology


def read(text: str, **environment: str) -> Topology:
    return read_topology(text, file="f", environment=environment)


def refusal(text: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        read(text)
    return str(caught.value)


def test_a_network_with_everything() -> None:
    (spec,) = read("""
        networks:
          front:
            name: public
            driver: bridge
            attachable: true
            labels: [a=b]
            x-mine: true
            enable_ipv4: true
            enable_ipv6: "true"
            internal: false
            driver_opts:
              com.docker.network.bridge.name: br0
              com.docker.network.bridge.enable_icc: "false"
              com.docker.network.bridge.enable_ip_masquerade: false
              com.docker.network.bridge.host_binding_ipv4: 192.0.2.1
              com.docker.network.bridge.gateway_mode_ipv4: routed
              com.docker.network.bridge.gateway_mode_ipv6: nat
              com.docker.network.host_ipv4: 192.0.2.2
              com.docker.network.host_ipv6: 2001:db8::2
              com.docker.network.driver.mtu: 1400
            ipam:
              driver: default
              options: {a: b}
              config:
                - subnet: 10.0.0.0/24
                  ip_range: 10.0.0.128/25
                  gateway: 10.0.0.254
                  aux_addresses: {printer: 10.0.0.7}
                - subnet: fd00::/64
                  gateway: fd00::ff
    """).specs
    assert spec == NetworkSpec(
        name="public",
        bridge="br0",
        subnet_v4=IPv4Network("10.0.0.0/24"),
        gateway_v4=IPv4Address("10.0.0.254"),
        subnet_v6=IPv6Network("fd00::/64"),
        gateway_v6=IPv6Address("fd00::ff"),
        icc=False,
        masquerade=False,
        host_binding_ipv4=IPv4Address("192.0.2.1"),
        gateway_mode_v4=GatewayMode.ROUTED,
        host_ipv4=IPv4Address("192.0.2.2"),
        host_ipv6=IPv6Address("2001:db8::2"),
    )


def test_a_network_with_nothing() -> None:
    (network,) = read("name: shop\nnetworks:\n  front:\n").networks
    assert network.spec == NetworkSpec(
        name="front",
        bridge=default_bridge_name("front"),
        subnet_v4=IPv4Network("172.17.0.0/16"),
        gateway_v4=IPv4Address("172.17.0.1"),
    )
    assert str(network.origin) == "f:3: networks.front"


def test_default_pools_leave_out_what_the_file_uses_anywhere() -> None:
    specs = read("""
        networks:
          a:
          b: {ipam: {}}
          c: {ipam: {config: [{subnet: 172.17.128.0/24}]}}
    """).specs
    assert [str(spec.subnet_v4) for spec in specs] == [
        "172.18.0.0/16",
        "172.19.0.0/16",
        "172.17.128.0/24",
    ]


def test_ipv6_alone() -> None:
    (spec,) = read("""
        networks:
          six:
            enable_ipv4: false
            enable_ipv6: true
            ipam: {config: [{subnet: "fd00::/64"}]}
    """).specs
    assert (spec.subnet_v4, spec.gateway_v4) == (None, None)
    assert (spec.subnet_v6, spec.gateway_v6) == (IPv6Network("fd00::/64"), IPv6Address("fd00::1"))


def test_the_gateway_is_the_first_address_that_is_not_reserved() -> None:
    (spec,) = read("""
        networks:
          a: {ipam: {config: [{subnet: 10.0.0.0/24, aux_addresses: {router: 10.0.0.1}}]}}
    """).specs
    assert spec.gateway_v4 == IPv4Address("10.0.0.2")


def test_anchors_and_interpolation() -> None:
    specs = read(
        """
        x-options: &options
          com.docker.network.bridge.enable_icc: ${ICC}
        networks:
          a:
            driver_opts: {<<: *options, com.docker.network.bridge.name: "br-$NAME"}
            internal: ${INTERNAL:-true}
            ipam: {config: [{subnet: "10.${NET}.0.0/16"}]}
        """,
        ICC="0",
        NAME="shop",
        NET="9",
    ).specs
    assert specs == (
        NetworkSpec(
            name="a",
            bridge="br-shop",
            subnet_v4=IPv4Network("10.9.0.0/16"),
            gateway_v4=IPv4Address("10.9.0.1"),
            internal=True,
            icc=False,
        ),
    )


def test_networks_that_the_bridge_driver_does_not_make_are_noted() -> None:
    topology = read("""networks:
  a:
  b: {external: true, name: other}
  c: {external: {name: other}}
  d: {driver: macvlan, driver_opts: {parent: eth0}}
  e: {external: false, driver: default}
""")
    assert [spec.name for spec in topology.specs] == ["a", "e"]
    assert topology.notes == (
        "f:3: networks.b: network b is external, not programmed",
        "f:4: networks.c: network c is external, not programmed",
        "f:5: networks.d: network d is of driver 'macvlan', not programmed",
    )


def test_the_default_network_is_there_when_a_service_is_on_it() -> None:
    topology = read("services:\n  web:\nnetworks:\n  a:\n")
    assert [(spec.name, str(spec.subnet_v4)) for spec in topology.specs] == [
        ("a", "172.17.0.0/16"),
        ("default", "172.18.0.0/16"),
    ]
    assert str(topology.networks[1].origin) == "f:2: services.web"
    assert [
        spec.name for spec in read("services: {web: {networks: [a]}}\nnetworks: {a: }").specs
    ] == ["a"]


def test_a_default_network_that_is_described() -> None:
    topology = read("services: {web: }\nnetworks:\n  default: {name: shop}\n  a:\n")
    assert [spec.name for spec in topology.specs] == ["shop", "a"]


def config(text: str) -> str:
    return f"networks:\n  a:\n    ipam:\n      config:\n        - {text}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("netwroks: {}", "f:1: netwroks: unknown key 'netwroks'; did you mean 'networks'?"),
        ("include: [x.yml]",
         "f:1: include: what it includes is not read: give the output of `docker compose config`"),
        ("networks: [a]",
         "f:1: networks: must be a mapping (lines of KEY: VALUE), not a list"),
        ("networks:\n  a: {intrenal: true}",
         "f:2: networks.a.intrenal: unknown key 'intrenal'; did you mean 'internal'?"),
        ("networks:\n  a: {internal: yes}",
         "f:2: networks.a.internal: 'yes' is no boolean: write true or false"),
        ("networks:\n  a b:",
         "f:2: networks.a b: 'a b' is no name: it must be of letters, digits, '_', '.' and '-'"),
        ("networks:\n  _a:",
         "f:2: networks._a: '_a' is no network name: it must begin with a letter or digit, and go "
         "on with letters, digits, '_', '.' and '-'"),
        ("networks:\n  a:\n    name: a/b",
         "f:3: networks.a.name: 'a/b' is no network name: it must begin with a letter or digit, "
         "and go on with letters, digits, '_', '.' and '-'"),
        ("networks:\n  a: {driver: brigde}",
         "f:2: networks.a.driver: unknown driver 'brigde'; did you mean 'bridge'?"),
        ("networks:\n  a: {driver: weave}",
         "f:2: networks.a.driver: unknown driver 'weave'; known are bridge, host, ipvlan, macvlan, "
         "none, null, overlay"),
        ("networks:\n  a:\n    driver_opts:\n      com.docker.network.bridge.icc: 1",
         "f:4: networks.a.driver_opts.com.docker.network.bridge.icc: unknown driver option "
         "'com.docker.network.bridge.icc'; did you mean 'com.docker.network.bridge.enable_icc'?"),
        ("networks:\n  a:\n    driver_opts:\n      com.docker.network.bridge.enable_icc: maybe",
         "f:4: networks.a.driver_opts.com.docker.network.bridge.enable_icc: 'maybe' is no boolean: "
         "write true or false"),
        ("networks:\n  a:\n    driver_opts:\n"
         "      com.docker.network.bridge.name: much-too-long-name",
         "f:4: networks.a.driver_opts.com.docker.network.bridge.name: network a: bridge name: "
         "interface name 'much-too-long-name' is longer than 15 bytes"),
        ("networks:\n  a: {enable_ipv4: false}",
         "f:2: networks.a: neither IPv4 nor IPv6 is on: add enable_ipv6: true and an IPv6 subnet"),
        ("networks:\n  a: {enable_ipv6: true}",
         "f:2: networks.a: IPv6 is on without an IPv6 subnet (Docker would pick one at random): "
         "add to ipam.config, for instance, - subnet: fdca:9781:12ca:1bbd::/64"),
        (config("{subnet: 'fd00::/64'}"),
         "f:5: networks.a.ipam.config[0].subnet: fd00::/64 needs IPv6, which is off: add "
         "enable_ipv6: true to the network"),
        ("networks:\n  a: {enable_ipv4: false, enable_ipv6: true, ipam: {config: [\n"
         "  {subnet: 10.0.0.0/24}]}}",
         "f:3: networks.a.ipam.config[0].subnet: 10.0.0.0/24 needs IPv4, which is off: add "
         "enable_ipv4: true to the network"),
        ("networks:\n  a: {ipam: {driver: dhcp}}",
         "f:2: networks.a.ipam.driver: IPAM driver 'dhcp' gives addresses that only it knows: "
         "write default"),
        (config("{gateway: 10.0.0.1}"),
         "f:5: networks.a.ipam.config[0]: has no subnet: write one like - subnet: 172.20.0.0/16"),
        (config("{subnet: 10.0.0.0/24, gatway: 10.0.0.1}"),
         "f:5: networks.a.ipam.config[0].gatway: unknown key 'gatway'; did you mean 'gateway'?"),
        (config("{subnet: 10.0.0.5/24}"),
         "f:5: networks.a.ipam.config[0].subnet: 10.0.0.5/24 has bits to the right of its prefix: "
         "it should be 10.0.0.0/24"),
        (config("{subnet: 10.0.0.0/24, gateway: 10.0.0.0}"),
         "f:5: networks.a.ipam.config[0].gateway: 10.0.0.0 is the address of the subnet "
         "10.0.0.0/24 itself: take another"),
        (config("{subnet: 10.0.0.0/24, gateway: 'fd00::1'}"),
         "f:5: networks.a.ipam.config[0].gateway: fd00::1 is not in the subnet 10.0.0.0/24"),
        (config("{subnet: 10.0.0.0/24, aux_addresses: {x: 10.0.1.1}}"),
         "f:5: networks.a.ipam.config[0].aux_addresses.x: 10.0.1.1 is not in the subnet "
         "10.0.0.0/24"),
        (config("{subnet: 10.0.0.0/30, aux_addresses: {x: 10.0.0.1, y: 10.0.0.2}}"),
         "f:5: networks.a.ipam.config[0]: every address of 10.0.0.0/30 is reserved: leave one for "
         "the gateway"),
        (config("{subnet: 10.0.0.0/24, ip_range: 10.0.0.0/16}"),
         "f:5: networks.a.ipam.config[0].ip_range: must be a part of 10.0.0.0/24 in CIDR notation, "
         "not '10.0.0.0/16'"),
        (config("{subnet: 10.0.0.0/24, ip_range: x}"),
         "f:5: networks.a.ipam.config[0].ip_range: must be a part of 10.0.0.0/24 in CIDR notation, "
         "not 'x'"),
        (config("{subnet: 10.0.0.0/24}\n        - {subnet: 10.0.1.0/24}"),
         "f:2: networks.a: a bridge network has one IPv4 subnet, but 10.0.0.0/24 and 10.0.1.0/24 "
         "are given: remove one"),
        (config("{subnet: '10.${UNSET}.0.0/24'}"),
         "f:5: networks.a.ipam.config[0].subnet: the variable UNSET is not set: set it, or write "
         "${UNSET:-default}"),
        (config("{subnet: 10.0.0.0/16}") + "  b: {ipam: {config: [{subnet: 10.0.9.0/24}]}}",
         "f:6: networks.b: its subnet 10.0.9.0/24 overlaps 10.0.0.0/16 of network a: take another "
         "subnet (networks.a in line 2)"),
        ("networks:\n  a:\n  b: {name: a}",
         "f:3: networks.b: network a is there already: take another name (networks.a in line 2)"),
        ("networks:\n"
         "  a: {driver_opts: {com.docker.network.bridge.name: br0}}\n"
         "  b: {driver_opts: {com.docker.network.bridge.name: br0}}",
         "f:3: networks.b: bridge br0 is network a's already: take another bridge name (networks.a "
         "in line 2)"),
    ],
)  # fmt: skip
def test_what_a_network_cannot_be(text: str, message: str) -> None:
    assert refusal(text) == message


def test_more_networks_than_default_pools() -> None:
    text = "networks:\n" + "".join(f"  n{number}:\n" for number in range(32))
    assert refusal(text).startswith("f:33: networks.n31: Docker's default address pools")
