"""A network from the flags of ``docker network create``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from nfcore.bridge import NetworkSpec
from nfcore.exceptions import InvalidInput
from nfcore.inputs._driver_options import DriverSettings, driver_setting, split_driver_option
from nfcore.inputs._network import Pool, build_network, pools_by_version
from nfcore.inputs._values import check_network_name, parse_address, parse_subnet
from translate import IPAddress, IPVersion

__all__ = ["network_from_flags"]


def network_from_flags(
    name: str,
    *,
    subnets: Sequence[str],
    gateways: Sequence[str] = (),
    ipv6: bool = False,
    internal: bool = False,
    options: Sequence[str] = (),
) -> NetworkSpec:
    """The network that ``docker network create NAME --subnet … --gateway … -o …`` describes.

    Args:
        name: the network's name.
        subnets: each ``--subnet``, at most one of each IP version.
        gateways: each ``--gateway``; it belongs to the subnet that it lies in.
        ipv6: ``--ipv6``; needed for an IPv6 subnet, and needs one.
        internal: ``--internal``.
        options: each ``-o KEY=VALUE``.

    Raises:
        InvalidInput: naming the flag and its position among those of its kind.
    """
    with _flag("NAME"):
        check_network_name(name)
    pools = _pools(subnets, _gateways(gateways))
    with _flag("--subnet"):
        by_version = pools_by_version(pools)
        if not by_version:
            raise InvalidInput("no subnet: give one, such as --subnet 172.20.0.0/16")
    if ipv6 != (IPVersion.V6 in by_version):
        raise InvalidInput(
            "IPv6 is on without an IPv6 subnet: add --subnet, such as fd00:20::/64"
            if ipv6
            else f"{by_version[IPVersion.V6].subnet} needs IPv6, which is off: add --ipv6",
            key="--ipv6" if ipv6 else "--subnet",
        )
    settings: DriverSettings = {}
    bridge_flag = "NAME"
    for position, option in enumerate(options, 1):
        with _flag("-o", position, len(options)):
            setting = driver_setting(*split_driver_option(option))
        settings |= setting
        if "bridge" in setting:
            bridge_flag = _flag_name("-o", position, len(options))
    with _flag(bridge_flag):  # all else was checked before
        return build_network(name=name, pools=by_version, internal=internal, settings=settings)


def _gateways(texts: Sequence[str]) -> dict[str, IPAddress]:
    gateways = {}
    for position, text in enumerate(texts, 1):
        flag = _flag_name("--gateway", position, len(texts))
        with _flag(flag):
            gateways[flag] = parse_address(text)
    return gateways


def _pools(texts: Sequence[str], gateways: dict[str, IPAddress]) -> list[Pool]:
    pools = []
    unused = dict(gateways)
    for position, text in enumerate(texts, 1):
        with _flag("--subnet", position, len(texts)):
            subnet = parse_subnet(text)
        inside = [flag for flag, gateway in unused.items() if gateway in subnet]
        for extra in inside[1:]:
            raise InvalidInput(f"subnet {subnet} has a gateway already: remove one", key=extra)
        for flag in inside:
            with _flag(flag):
                pools.append(Pool(subnet=subnet, gateway=unused.pop(flag)))
        if not inside:
            pools.append(Pool(subnet=subnet))
    for flag, gateway in unused.items():
        raise InvalidInput(
            f"no subnet has the gateway {gateway}: it must be an address of one of "
            f"{', '.join(texts)}",
            key=flag,
        )
    return pools


def _flag_name(flag: str, position: int, count: int) -> str:
    return flag if count == 1 else f"{flag} (number {position})"


@contextmanager
def _flag(name: str, position: int = 1, count: int = 1) -> Iterator[None]:
    """Give an error from within the name of the flag that it comes from."""
    try:
        yield
    except InvalidInput as error:
        raise InvalidInput(error.message, key=_flag_name(name, position, count)) from error
