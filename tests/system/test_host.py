"""A host that was opened for rules only."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest

from nfcore.bridge import NetworkSpec
from nfcore.engine import Engine
from nfcore.exceptions import InvalidInput
from nfcore.executor import FakeExecutor
from nfcore.host import Host

FRONT = NetworkSpec(name="front", bridge="br-f", subnet_v4=IPv4Network("10.1.0.0/24"))


@pytest.mark.parametrize(("with_bridge", "ip_forward"), [(True, False), (False, True)])
def test_it_is_asked_for_no_more(*, with_bridge: bool, ip_forward: bool) -> None:
    host = Host(Engine(FakeExecutor()))
    with pytest.raises(InvalidInput, match=r"^this host was opened for rules only: give it a "):
        host.create_network(FRONT, with_bridge=with_bridge, ip_forward=ip_forward)
    assert host.networks() == ()


def test_it_reports_rules_alone() -> None:
    done = Host(Engine(FakeExecutor())).create_network(FRONT)
    assert done.changes
    assert (done.system, done.flows_cleared) == ((), 0)
