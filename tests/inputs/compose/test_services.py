"""Services: their networks, addresses and published ports."""

import pytest

from nfcore.exceptions import InvalidInput
from nfcore.inputs import Topology, read_topology

NETWORKS = """
networks:
  dual:
    enable_ipv6: true
    ipam: {config: [{subnet: 10.0.0.0/24, aux_addresses: {x: 10.0.0.9}}, {subnet: "fd00::/64"}]}
  four: {ipam: {config: [{subnet: 10.4.0.0/24}]}}
  six: {enable_ipv4: false, enable_ipv6: true, ipam: {config: [{subnet: "fd06::/64"}]}}
  bound:
    enable_ipv6: true
    driver_opts: {com.docker.network.bridge.host_binding_ipv4: 127.0.0.1}
    ipam: {config: [{subnet: 10.1.0.0/24}, {subnet: "fd01::/64"}]}
  inside: {internal: true, ipam: {config: [{subnet: 10.2.0.0/24}]}}
  pooled:
  another: {external: true}
"""


def read(services: str, **environment: str) -> Topology:
    return read_topology(f"services:\n{services}\n{NETWORKS}", file="f", environment=environment)


def ports(topology: Topology) -> list[str]:
    return [str(port) for network in topology.networks for port in network.ports]


def notes(topology: Topology) -> list[str]:
    """All but the note on the external network."""
    return [note for note in topology.notes if "network another is" not in note]


def web(networks: str, port: str = '"80:8080"', *, more: str = "") -> str:
    return f"  web:\n    networks: {{{networks}}}\n    ports:\n      - {port}\n{more}"


DUAL = 'dual: {ipv4_address: 10.0.0.2, ipv6_address: "fd00::2"}'


@pytest.mark.parametrize(
    ("port", "published"),
    [
        ('"80:8080"', ["0.0.0.0:80->10.0.0.2:8080/tcp", "[::]:80->[fd00::2]:8080/tcp"]),
        ('"53:53/udp"', ["0.0.0.0:53->10.0.0.2:53/udp", "[::]:53->[fd00::2]:53/udp"]),
        ("127.0.0.1:80:80", ["127.0.0.1:80->10.0.0.2:80/tcp"]),
        ('"[::1]:80:80"', ["[::1]:80->[fd00::2]:80/tcp"]),
        (
            "0.0.0.0:80-81:90-91",
            ["0.0.0.0:80->10.0.0.2:90/tcp", "0.0.0.0:81->10.0.0.2:91/tcp"],
        ),
        ("'${HTTP:-80}:$TARGET'", ["0.0.0.0:80->10.0.0.2:8080/tcp", "[::]:80->[fd00::2]:8080/tcp"]),
        (
            "{target: 8080, published: 80}",
            ["0.0.0.0:80->10.0.0.2:8080/tcp", "[::]:80->[fd00::2]:8080/tcp"],
        ),
        (
            "{target: 53, published: '53', protocol: UDP, host_ip: 192.0.2.1, mode: host, "
            "name: dns, app_protocol: dns, x-mine: 1}",
            ["192.0.2.1:53->10.0.0.2:53/udp"],
        ),
        (
            "{target: 90-91, published: 80-81, host_ip: '::', mode: ingress}",
            ["[::]:80->[fd00::2]:90/tcp", "[::]:81->[fd00::2]:91/tcp"],
        ),
        ("{target: 80, published: 80, host_ip: '', protocol: sctp}", [
            "0.0.0.0:80->10.0.0.2:80/sctp",
            "[::]:80->[fd00::2]:80/sctp",
        ]),
    ],
)  # fmt: skip
def test_ports_in_short_and_long_form(port: str, published: list[str]) -> None:
    topology = read(web(DUAL, port), TARGET="8080")
    assert ports(topology) == published
    assert {str(origin) for origin in topology.networks[0].port_origins} == {
        "f:5: services.web.ports[0]"
    }
    assert notes(topology) == []


@pytest.mark.parametrize(
    ("port", "message"),
    [
        ("8080", "'8080' has no host port: Docker would pick a free one, nfcore picks none; write "
                 "HOSTPORT:8080"),
        ("[1]", "must be text, not a list"),
        ("{published: 80}", "has no 'target', the container's port: write one like target: 8080"),
        ("{target: 80}", "has no 'published', the host's port: write one like published: 8080"),
        ("{target: 80, published: }",
         "has no 'published', the host's port: write one like published: 8080"),
        ("{target: 80, published: 8000-8010}",
         "host ports 8000-8010 for container port 80: Docker would pick a free one; nfcore picks "
         "none, write one host port (such as 8000)"),
        ("'[::1]:80:80/xyz'", "unknown protocol 'xyz': write tcp, udp, sctp"),
        ("{target: 80, published: 80, protocol: xyz}",
         "unknown protocol 'xyz': write tcp, udp, sctp"),
    ],
)  # fmt: skip
def test_what_a_port_cannot_be(port: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(web(DUAL, port))
    assert str(caught.value) == f"f:5: services.web.ports[0]: {message}"


@pytest.mark.parametrize(
    ("port", "key", "message"),
    [
        ("{target: 0, published: 80}", "target", "port 0 is not in 1 to 65535"),
        ("{target: 80, published: x}", "published",
         "'x' is no port: write one like 8080, or a range like 8080-8089"),
        ("{target: 80, published: 80, host_ip: x}", "host_ip",
         "'x' is no IP address: write one like 172.20.0.10 or fd00:20::10"),
        ("{target: 80, published: 80, mode: hots}", "mode",
         "unknown mode 'hots'; did you mean 'host'?"),
        ("{target: 80, publish: 80}", "publish",
         "unknown key 'publish'; did you mean 'published'?"),
    ],
)  # fmt: skip
def test_what_a_ports_field_cannot_be(port: str, key: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(web(DUAL, port))
    assert str(caught.value) == f"f:5: services.web.ports[0].{key}: {message}"


FOUR = "four: {ipv4_address: 10.4.0.2}"
SIX = 'six: {ipv6_address: "fd06::2"}'
INSIDE = "inside: {ipv4_address: 10.2.0.2}"
BOUND = 'bound: {ipv4_address: 10.1.0.2, ipv6_address: "fd01::2"}'


@pytest.mark.parametrize(
    ("networks", "published"),
    [
        (FOUR, ["0.0.0.0:80->10.4.0.2:8080/tcp"]),
        (SIX, ["[::]:80->[fd06::2]:8080/tcp"]),
        (BOUND, ["127.0.0.1:80->10.1.0.2:8080/tcp"]),
        (f"{FOUR}, {SIX}", ["0.0.0.0:80->10.4.0.2:8080/tcp", "[::]:80->[fd06::2]:8080/tcp"]),
        (f"{FOUR}, {DUAL}", ["0.0.0.0:80->10.0.0.2:8080/tcp", "[::]:80->[fd00::2]:8080/tcp"]),
        (f"{DUAL}, {BOUND}", ["127.0.0.1:80->10.1.0.2:8080/tcp"]),
        (f"{INSIDE}, {FOUR}", ["0.0.0.0:80->10.4.0.2:8080/tcp"]),
        (
            f"{DUAL}, bound: {{ipv4_address: 10.1.0.2, gw_priority: -1}}",
            ["0.0.0.0:80->10.0.0.2:8080/tcp", "[::]:80->[fd00::2]:8080/tcp"],
        ),
        (
            "four: {ipv4_address: 10.4.0.2, gw_priority: 1}, another: {}",
            ["0.0.0.0:80->10.4.0.2:8080/tcp"],
        ),
    ],
)
def test_ports_are_published_on_the_default_gateways_network(
    networks: str, published: list[str]
) -> None:
    topology = read(web(networks))
    assert ports(topology) == published
    assert notes(topology) == []


@pytest.mark.parametrize(
    ("service", "reason"),
    [
        (web(INSIDE), "all its networks are internal"),
        (web(f"another: {{}}, {DUAL}"), "its gateway is network another, which is external"),
        (web(DUAL, more="    scale: 0\n"), "the service has no containers"),
        (web(DUAL, more="    deploy: {replicas: 0}\n"), "the service has no containers"),
        ("  web: {network_mode: none, ports: ['80:80']}", "network_mode is 'none'"),
        ("  web: {network_mode: bridge, ports: ['80:80']}", "network_mode is 'bridge'"),
    ],
)
def test_ports_that_are_not_published_are_noted(service: str, reason: str) -> None:
    topology = read(service)
    assert ports(topology) == []
    assert notes(topology) == [f"f:2: services.web: its ports are not published: {reason}"]


def test_a_version_without_an_address_is_noted() -> None:
    topology = read(web("dual: {ipv4_address: 10.0.0.2}"))
    assert ports(topology) == ["0.0.0.0:80->10.0.0.2:8080/tcp"]
    assert notes(topology) == [
        "f:3: services.web.networks.dual: its ports are not published on IPv6, for want of "
        "ipv6_address"
    ]
    topology = read(web('bound: {ipv6_address: "fd01::2"}', '"[::1]:80:80"'))
    assert ports(topology) == ["[::1]:80->[fd01::2]:80/tcp"]
    assert notes(topology) == [
        "f:3: services.web.networks.bound: its ports are not published on IPv4, for want of "
        "ipv4_address"
    ]


def test_a_version_that_the_network_would_not_publish_is_not_noted() -> None:
    assert notes(read(web("bound: {ipv4_address: 10.1.0.2}"))) == []


def test_services_without_ports_need_no_address() -> None:
    topology = read("""
  a: {networks: [dual, four], expose: ["80"], image: "x:${UNSET}", command: "echo $UNSET"}
  b: {network_mode: host}
  c: {networks: {dual: {aliases: [c], mac_address: "02:42:ac:11:00:02", priority: 7}, four: }}
  x-d: [1]
""")
    assert ports(topology) == []
    assert notes(topology) == []


def test_services_whose_profile_is_off_are_left_out() -> None:
    service = web(DUAL, more="    profiles: [debug, ops]\n")
    topology = read(service)
    assert ports(topology) == []
    assert notes(topology) == ["f:2: services.web: left out: no profile of ['debug', 'ops'] is on"]
    for profiles in ("ops", "a,debug", "*"):
        assert len(ports(read(service, COMPOSE_PROFILES=profiles))) == 2
    assert len(ports(read(web(DUAL, more="    profiles: []\n")))) == 2


def test_a_service_may_have_many_containers_if_none_has_a_fixed_address() -> None:
    assert ports(read("  web: {networks: [dual], deploy: {replicas: 3}}")) == []


@pytest.mark.parametrize(
    ("services", "message"),
    [
        ("  a b: {}",
         "f:2: services.a b: 'a b' is no name: it must be of letters, digits, '_', '.' and '-'"),
        ("  web: text",
         "f:2: services.web: must be a mapping (lines of KEY: VALUE), not text ('text')"),
        ("  web:\n    port: ['80:80']",
         "f:3: services.web.port: unknown key 'port'; did you mean 'ports'?"),
        ("  web: {extends: {service: base}}",
         "f:2: services.web.extends: what it extends is not read: give the output of `docker "
         "compose config`"),
        ("  web:\n    networks:\n      - daul",
         "f:4: services.web.networks[0]: service web is on network 'daul', which networks doesn't "
         "have; did you mean 'dual'?"),
        ("  web:\n    networks:\n      - dual\n      - dual",
         "f:5: services.web.networks[1]: network 'dual' stands here twice: remove one"),
        ("  web:\n    networks: {dual: {ipv4_adress: 10.0.0.2}}",
         "f:3: services.web.networks.dual.ipv4_adress: unknown key 'ipv4_adress'; did you mean "
         "'ipv4_address'?"),
        ("  web:\n    networks: {dual: {ipv4_address: 'fd00::2'}}",
         "f:3: services.web.networks.dual.ipv4_address: fd00::2 is an IPv6 address: write an IPv4 "
         "one"),
        ("  web:\n    networks: {dual: {ipv4_address: 10.9.0.2}}",
         "f:3: services.web.networks.dual.ipv4_address: 10.9.0.2 is not in the subnet 10.0.0.0/24"),
        ("  web:\n    networks: {dual: {ipv4_address: 10.0.0.1}}",
         "f:3: services.web.networks.dual.ipv4_address: 10.0.0.1 is the gateway of network dual: "
         "take another in 10.0.0.0/24"),
        ("  web:\n    networks: {dual: {ipv4_address: 10.0.0.9}}",
         "f:3: services.web.networks.dual.ipv4_address: 10.0.0.9 is reserved by aux_addresses of "
         "network dual: take another"),
        ("  web:\n    networks: {four: {ipv6_address: 'fd00::2'}}",
         "f:3: services.web.networks.four.ipv6_address: network four has no IPv6, so none can have "
         "fd00::2"),
        ("  web:\n    networks: {pooled: {ipv4_address: 172.17.0.2}}",
         "f:3: services.web.networks.pooled.ipv4_address: network pooled must give its subnet "
         "before a service can have an address: networks.pooled.ipam.config, - subnet: "
         "172.17.0.0/16"),
        ("  web: {networks: {dual: {gw_priority: high}}}",
         "f:2: services.web.networks.dual.gw_priority: must be a decimal integer, not 'high'"),
        ("  web: {network_mode: host, networks: [dual]}",
         "f:2: services.web: has both networks and network_mode: remove one"),
        ("  web: {network_mode: host, ports: ['80:80']}",
         "f:2: services.web: network_mode host leaves nothing to publish: remove ports"),
        ("  web: {network_mode: 'service:db', ports: ['80:80']}",
         "f:2: services.web: network_mode is 'service:db': move the ports to the container that "
         "has the network"),
        ("  web: {network_mode: hots, ports: ['80:80']}",
         "f:2: services.web: unknown network_mode 'hots'; did you mean 'host'?"),
        ("  web:\n    scale: -1", "f:3: services.web.scale: must be 0 or more containers, not -1"),
        (f"  web: {{networks: {{{FOUR}}}, deploy: {{replicas: 2}}}}",
         "f:2: services.web.networks.four.ipv4_address: service web has 2 containers, but one can "
         "have 10.4.0.2: remove the address, or the replicas"),
        (f"  a: {{networks: {{{FOUR}}}}}\n  b: {{networks: {{{FOUR}}}}}",
         "f:3: services.b.networks.four.ipv4_address: 10.4.0.2 is the address of service a (line "
         "2) already: take another"),
        (web("dual: "),
         "f:5: services.web.ports[0]: service web publishes ports on network dual but has no "
         "address there: under services.web.networks.dual write ipv4_address, an address in "
         "10.0.0.0/24"),
        ("  web: {ports: ['80:80']}",
         "f:2: services.web.ports[0]: service web publishes ports on network default but has no "
         "address there: under services.web.networks.default write ipv4_address, an address in "
         "172.18.0.0/16, and give the network that subnet: networks.default.ipam.config, - subnet: "
         "172.18.0.0/16"),
        (web(FOUR, '"[::1]:80:80"'),
         "f:5: services.web.ports[0]: host and container address (10.4.0.2) differ in IP version, "
         "so nothing would be published: give the container an address of the host address's "
         "version"),
        (web('bound: {ipv6_address: "fd01::2"}'),
         "f:5: services.web.ports[0]: host and container address (fd01::2) differ in IP version, "
         "so nothing would be published: give the container an address of the host address's "
         "version"),
        (web(DUAL, more="      - 127.0.0.1:80:81\n"),
         "f:6: services.web.ports[1]: 127.0.0.1:80->10.0.0.2:81/tcp is published already, as "
         "0.0.0.0:80->10.0.0.2:8080/tcp (services.web.ports[0] in line 5): remove one"),
        (web(FOUR, more=f"  b: {{networks: {{{DUAL}}}, ports: ['80:80']}}"),
         "f:6: services.b.ports[0]: 0.0.0.0:80->10.0.0.2:80/tcp is published already, as "
         "0.0.0.0:80->10.4.0.2:8080/tcp (services.web.ports[0] in line 5): remove one"),
    ],
)  # fmt: skip
def test_what_a_service_cannot_be(services: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(services)
    assert str(caught.value) == message
