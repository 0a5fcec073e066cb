"""Tables that are not iptables', read from the kernel in iptables' terms."""

from __future__ import annotations

import pytest

from nfcore.exceptions import BackendUnavailable
from nfcore.executor import CffiExecutor, ForeignTable
from nfcore.executor._foreign import decode_foreign
from tests.netns import in_netns
from translate import IPVersion, save_line

TABLES = """\
table inet firewall {
  chain forward {
    type filter hook forward priority 10; policy drop;
    ct state { established, related } accept
    ct state new accept
    meta nfproto ipv6 drop
    meta nfproto != ipv6 ip saddr 10.0.0.0/8 accept
    ip6 saddr fd00::/8 accept
    jump a_name_that_iptables_would_never_take
    jump FORWARD
    iifname vmap { "eth7" : drop }
    reject with icmpx type admin-prohibited
    reject with icmpx type no-route
  }
  chain a_name_that_iptables_would_never_take {
    tcp dport 22 accept
  }
  chain FORWARD {
    udp dport 53 accept
  }
  chain dstnat {
    type nat hook prerouting priority -110
    tcp dport 80 dnat ip to 10.0.0.9:8080
    tcp dport 81 dnat ip6 to [fd00::9]:8081
  }
}
table ip filter {
  chain FORWARD {
    type filter hook forward priority 0
  }
}
table ip mine {
  chain x {
    tcp dport 1 drop
  }
}
table ip6 theirs {
  chain x {
    tcp dport 2 drop
  }
}
table bridge low {
}
table netdev lower {
}
"""


@pytest.fixture
def filled(netns: str) -> str:
    in_netns(netns, ["nft", "-f", "-"], stdin=TABLES)
    return netns


def lines(table: ForeignTable) -> dict[str, list[str]]:
    return {name: [save_line(rule) for rule in chain.rules] for name, chain in table.chains.items()}


def read(netns: str, version: IPVersion, prefix: str = "") -> dict[str, ForeignTable]:
    with CffiExecutor(netns=netns, table_prefix=prefix) as executor:
        return {str(table): table for table in executor.foreign_tables(version)}


def test_every_table_but_iptables_own(filled: str) -> None:
    found = read(filled, IPVersion.V4)
    assert list(found) == ["ip mine", "inet firewall", "netdev lower", "bridge low"]
    assert found["bridge low"].chains == {}
    assert list(read(filled, IPVersion.V6)) == [
        "ip6 theirs",
        "inet firewall",
        "netdev lower",
        "bridge low",
    ]
    assert "ip filter" in read(filled, IPVersion.V4, prefix="docker-")


def test_rules_as_ipv4_packets_meet_them(filled: str) -> None:
    told = lines(read(filled, IPVersion.V4)["inet firewall"])
    short = "a_name_that_iptables_wou~2"
    assert told == {
        "forward": [
            "-A forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
            "-A forward -m conntrack --ctstate NEW -j ACCEPT",
            "-A forward -s 10.0.0.0/8 -j ACCEPT",
            f"-A forward -j {short}",
            "-A forward -j FORWARD~3",
            told["forward"][5],
            "-A forward -j REJECT --reject-with icmp-admin-prohibited",
            "-A forward -j REJECT --reject-with icmp-net-unreachable",
        ],
        short: [f"-A {short} -p tcp -m tcp --dport 22 -j ACCEPT"],
        "FORWARD~3": ["-A FORWARD~3 -p udp -m udp --dport 53 -j ACCEPT"],
        "dstnat": ["-A dstnat -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.9:8080"],
    }
    assert told["forward"][5].startswith('-A forward -m nft --statement "{\\"vmap\\"')


def test_rules_as_ipv6_packets_meet_them(filled: str) -> None:
    table = read(filled, IPVersion.V6)["inet firewall"]
    told = lines(table)
    assert told["forward"][2:4] == ["-A forward -j DROP", "-A forward -s fd00::/8 -j ACCEPT"]
    assert told["dstnat"] == [
        "-A dstnat -p tcp -m tcp --dport 81 -j DNAT --to-destination [fd00::9]:8081"
    ]
    base = table.chains["forward"].base
    assert base is not None
    assert (base.hook, base.priority, base.policy) == ("forward", 10, "drop")


def test_no_json() -> None:
    with pytest.raises(ValueError, match="Expecting value"):
        decode_foreign(b"", "inet", "x", IPVersion.V4)


def test_a_closed_executor_reads_nothing(netns: str) -> None:
    executor = CffiExecutor(netns=netns)
    executor.close()
    with pytest.raises(BackendUnavailable, match="is closed"):
        executor.foreign_tables(IPVersion.V4)
