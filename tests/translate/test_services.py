import pytest

from translate.services import service_port


@pytest.mark.parametrize(
    ("name", "protocol", "port"),
    [
        ("http", "tcp", 80),
        ("www", "tcp", 80),
        ("ntp", "udp", 123),
        ("ntp", "tcp", None),
        ("fsp", None, 21),
        ("echo", None, 7),
        ("HTTP", "tcp", None),
        ("no-such-service", None, None),
    ],
)
def test_services_are_known_by_name_and_protocol(
    name: str, protocol: str | None, port: int | None
) -> None:
    assert service_port(name, protocol) == port
