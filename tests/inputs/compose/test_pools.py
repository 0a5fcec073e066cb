from ipaddress import IPv4Network, IPv6Network
from itertools import islice

import pytest

from nfcore.exceptions import InvalidInput
from nfcore.inputs.compose._pools import free_pools


def test_dockers_default_pools_in_dockers_order() -> None:
    pools = [str(pool) for pool in islice(free_pools([]), 31)]
    assert pools[:2] == ["172.17.0.0/16", "172.18.0.0/16"]
    assert pools[14:17] == ["172.31.0.0/16", "192.168.0.0/20", "192.168.16.0/20"]
    assert pools[30] == "192.168.240.0/20"


def test_what_is_taken_is_passed_over() -> None:
    taken = IPv4Network("172.17.5.0/24"), IPv4Network("172.18.0.0/15"), IPv6Network("fd00::/64")
    assert str(next(free_pools(taken))) == "172.20.0.0/16"


def test_the_pools_end() -> None:
    with pytest.raises(InvalidInput, match=r"are used up: give a subnet in ipam\.config$"):
        list(free_pools([]))
