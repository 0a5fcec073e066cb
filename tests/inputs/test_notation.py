from ipaddress import IPv4Address, IPv6Address

import pytest

from nfcore.exceptions import InvalidInput
from nfcore.inputs import Publish, parse_publish


@pytest.mark.parametrize(
    ("text", "publish"),
    [
        ("8080:80", Publish(host_ports=range(8080, 8081), ports=range(80, 81))),
        ("0080:080", Publish(host_ports=range(80, 81), ports=range(80, 81))),
        (
            "53:53/udp",
            Publish(host_ports=range(53, 54), ports=range(53, 54), protocol="udp"),
        ),
        (
            "9:9/SCTP",
            Publish(host_ports=range(9, 10), ports=range(9, 10), protocol="sctp"),
        ),
        ("3000-3005:4000-4005", Publish(host_ports=range(3000, 3006), ports=range(4000, 4006))),
        (
            "127.0.0.1:8080:80/udp",
            Publish(
                host_ports=range(8080, 8081),
                ports=range(80, 81),
                protocol="udp",
                host_address=IPv4Address("127.0.0.1"),
            ),
        ),
        (
            "[::1]:8080-8081:80-81",
            Publish(
                host_ports=range(8080, 8082),
                ports=range(80, 82),
                host_address=IPv6Address("::1"),
            ),
        ),
        (
            "0.0.0.0:1:65535",
            Publish(
                host_ports=range(1, 2),
                ports=range(65535, 65536),
                host_address=IPv4Address("0.0.0.0"),  # noqa: S104 - a value to read, nothing binds
            ),
        ),
    ],
)
def test_dockers_notation(text: str, publish: Publish) -> None:
    assert parse_publish(text) == publish


NO_PORT = "is no port: write one like 8080, or a range like 8080-8089"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("80", "'80' has no host port: Docker would pick a free one, nfcore picks none; "
               "write HOSTPORT:80"),
        ("127.0.0.1::80", "'127.0.0.1::80' has no host port: Docker would pick a free one, nfcore "
                          "picks none; write HOSTPORT:80"),
        ("", f"'' {NO_PORT}"),
        ("8080:", f"'' {NO_PORT}"),
        ("8080:http", f"'http' {NO_PORT}"),
        ("8080:80-", f"'80-' {NO_PORT}"),
        ("8080:-80", f"'-80' {NO_PORT}"),
        ("80 80:80", f"'80 80' {NO_PORT}"),
        ("8080:\uff18\uff10", f"'\uff18\uff10' {NO_PORT}"),
        ("0:80", "port 0 is not in 1 to 65535"),
        ("8080:65536", "port 65536 is not in 1 to 65535"),
        ("8080:99999999999", f"'99999999999' {NO_PORT}"),
        ("8081-8080:81-80", "the port range 81-80 runs backwards: write 80-81"),
        ("8080:80/", "unknown protocol '': write tcp, udp, sctp"),
        ("8080:80/icmp", "unknown protocol 'icmp': write tcp, udp, sctp"),
        ("8080:80/tcp/udp", "unknown protocol 'tcp/udp': write tcp, udp, sctp"),
        ("::1:8080:80", "an IPv6 host address stands in brackets: write [::1]"),
        ("localhost:8080:80",
         "'localhost' is no IP address: write one like 172.20.0.10 or fd00:20::10"),
        ("[10.0.0.1:8080:80",
         "'[10.0.0.1' is no IP address: write one like 172.20.0.10 or fd00:20::10"),
        ("8000-8010:80", "host ports 8000-8010 for container port 80: Docker would pick a free "
                         "one; nfcore picks none, write one host port (such as 8000)"),
        ("8000-8010:80-85", "host ports 8000-8010 are 11, container ports 80-85 are 6: both ranges "
                            "must be of one length"),
        ("8000:80-85", "host ports 8000 are 1, container ports 80-85 are 6: both ranges must be of "
                       "one length"),
    ],
)  # fmt: skip
def test_what_is_not_dockers_notation(text: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_publish(text)
    assert str(caught.value) == message
