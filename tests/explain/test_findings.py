"""Every finding, from rules of both layouts."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from nfcore.engine import Engine, IptRule, Ruleset
from nfcore.executor import FakeExecutor, ForeignTable
from nfcore.explain import as_text
from nfcore.layout import RulesLayout, SetsLayout
from nfcore.system import DeviceView, Flow
from tests.explain.scene import HOST, Scene, chain_of
from translate import IPVersion
from translate.evaluate import Outcome, State

V4 = IPVersion.V4


@pytest.fixture(params=[RulesLayout, SetsLayout], ids=["rules", "sets"])
def scene(request: pytest.FixtureRequest) -> Scene:
    return Scene(layout=request.param)


@pytest.fixture
def hairpin(scene: Scene) -> Scene:
    scene.hairpin = True
    return scene


def test_nothing_is_wrong_with_a_published_port(scene: Scene) -> None:
    told = scene.ask("outside", "host:8080")
    assert (told.way.outcome, told.arrives, told.ends_in) == (Outcome.ACCEPT, True, "front")
    assert str(told.way.packet.destination) == "10.1.0.2"
    assert told.findings == ()
    assert told.reply is not None
    assert told.reply.outcome is Outcome.ACCEPT
    assert str(told.reply.packet.source) == "192.0.2.1"


@pytest.mark.parametrize(
    ("sender", "receiver", "code", "words"),
    [
        ("outside", "host:8081", "not-published", "no DNAT rule is for 192.0.2.1:8081/tcp"),
        ("outside", "host:80", "not-published", "as a container's port there is"),
        ("outside", "host:9090", "other-address", "on another address only: 192.0.2.8:9090->"),
        ("outside", "host:53/tcp", "other-protocol", "there is 0.0.0.0:53->10.1.0.2:53/udp"),
        ("outside", "host:8084", "routed", "network routed is in routed mode"),
        ("front", "host:8080", "no-hairpin", "left to docker-proxy"),
        ("back", "host:8080", "no-hairpin", "network back is not in hairpin mode"),
        ("host", "127.0.0.1:8080", "loopback-needs-proxy", "127.0.0.1 is left to docker-proxy"),
        ("outside", "front:81", "not-open", "10.1.0.2:81/tcp on network front is not open"),
        ("front", "back:10.2.0.2:80", "isolated", "networks front and back are kept apart"),
        ("front", "inner:80", "internal", "network inner is internal: there is no way into it"),
        ("inner", "outside:80", "internal", "there is no way out of it"),
        ("back", "back:10.2.0.9:80", "icc-off", "ICC is off on network back"),
        ("back", "back:10.2.0.9", "icc-off", "ICC is off on network back"),
    ],
)
def test_the_driver_has_its_reasons(
    scene: Scene, sender: str, receiver: str, code: str, words: str
) -> None:
    found = scene.finding(sender, receiver)
    assert found.code == code
    assert words in found.text
    assert found.remedy


@pytest.mark.parametrize(
    ("sender", "receiver"),
    [
        ("back:10.2.0.2", "back:10.2.0.3:5432"),  # linked
        ("front", "front:10.1.0.9:80"),
        ("front", "outside:80"),
        ("outside", "routed:10.4.0.2:80"),
        ("outside", "routed:10.4.0.7"),  # pings are let in
        ("outside", "[2001:db8::1]:8080"),
        ("host", "192.0.2.1:8080"),
        ("10.1.0.2", "10.1.0.1"),
    ],
)
def test_and_lets_other_packets_pass(scene: Scene, sender: str, receiver: str) -> None:
    told = scene.ask(sender, receiver)
    assert [found.text for found in told.findings] == []
    assert told.arrives is True


def test_published_for_the_other_ip_version_only(scene: Scene) -> None:
    found = scene.finding("outside", "[2001:db8::1]:53/udp")
    assert (found.code, found.blocks) == ("not-published", False)
    assert "for IPv4 the port is published" in found.text


def test_link_local_senders_are_left_out(scene: Scene) -> None:
    found = scene.finding("fe80::7", "[2001:db8::1]:8080", in_interface="eth0")
    assert found.code == "link-local"


def test_a_flow_that_is_known_asks_no_nat_rule(scene: Scene) -> None:
    told = scene.ask("outside", "host:8080", state=State.ESTABLISHED)
    assert [found.code for found in told.findings] == ["not-new"]


def test_the_jump_to_docker_is_missing(scene: Scene) -> None:
    jump = ("-m", "addrtype", "--dst-type", "LOCAL", "-j", "DOCKER")
    scene.changes.append(IptRule(V4, "nat", "PREROUTING", jump).delete)
    found = scene.finding("outside", "host:8080")
    assert found.code == "no-jump"
    assert "no rule of nat's PREROUTING leads this packet to DOCKER" in found.text


def test_another_nat_rule_comes_first(scene: Scene) -> None:
    scene.rule("nat", "DOCKER", "-p", "tcp", "--dport", "8080", "-j", "RETURN")
    found = scene.finding("outside", "host:8080")
    assert found.code == "other-rule-first"


def test_docker_user_stops_it(scene: Scene) -> None:
    scene.rule("filter", "DOCKER-USER", "-i", "eth0", "-j", "DROP")
    found = scene.finding("outside", "host:8080")
    assert (found.code, found.blocks) == ("docker-user", True)
    assert "-A DOCKER-USER -i eth0 -j DROP" in found.text


def test_a_chain_of_docker_users_stops_it(scene: Scene) -> None:
    scene.changes.append(lambda to: to.new_chain(V4, "filter", "MINE"))
    scene.rule("filter", "MINE", "-j", "REJECT").rule("filter", "DOCKER-USER", "-j", "MINE")
    assert scene.finding("outside", "host:8080").code == "docker-user"


def test_another_chain_stops_it_after_docker_user(scene: Scene) -> None:
    scene.changes.append(lambda to: to.new_chain(V4, "filter", "MINE"))
    scene.rule("filter", "MINE", "-j", "DROP")
    scene.rule("filter", "DOCKER-ISOLATION-STAGE-1", "-j", "MINE")
    found = scene.finding("outside", "host:8080")
    assert found.code == "rule"
    assert "filter MINE rule 1: -A MINE -j DROP" in found.text


def test_forwards_policy_stops_it(scene: Scene) -> None:
    found = scene.finding("outside", "203.0.113.5:80", out_interface="eth1")
    assert found.code == "policy"
    assert "from eth0 to eth1" in found.text
    assert "neither interface is a network's" in found.text


def test_another_policy_stops_it(scene: Scene) -> None:
    scene.changes.append(lambda to: to.set_policy(V4, "filter", "INPUT", "drop"))
    found = scene.finding("outside", "192.0.2.1:22")
    assert found.text == "no rule of filter INPUT accepts it, and its policy is DROP"


def test_broadcasts_are_not_forwarded(scene: Scene) -> None:
    scene.rule(
        "nat", "PREROUTING", "-d", "192.0.2.255", "-j", "DNAT", "--to-destination", "10.1.0.2"
    )
    assert scene.finding("outside", "192.0.2.255:80/udp").code == "not-unicast"


def test_a_program_decides(scene: Scene) -> None:
    scene.rule("filter", "DOCKER-USER", "-j", "NFQUEUE", "--queue-num", "1")
    told = scene.ask("outside", "host:8080")
    assert told.findings[0].code == "queue"
    assert told.arrives is False


def test_the_answer_is_stopped(scene: Scene) -> None:
    scene.rule("filter", "DOCKER-USER", "-s", "10.1.0.2", "-j", "DROP")
    found = scene.finding("outside", "host:8080")
    assert found.code == "reply-stopped"
    assert "-A DOCKER-USER -s 10.1.0.2/32 -j DROP" in found.text


def test_snat_to_an_address_that_the_host_lacks(scene: Scene) -> None:
    words = ("-s", "10.1.0.0/24", "-j", "SNAT", "--to-source", "203.0.113.9")
    scene.rule("nat", "POSTROUTING", *words)
    told = scene.ask("front", "outside:80")
    assert [(found.code, found.blocks) for found in told.findings] == [("source-elsewhere", False)]
    assert told.findings[0].remedy == "ip address add 203.0.113.9 dev eth0"


def test_no_answer_is_expected_of_an_answer(scene: Scene) -> None:
    told = scene.ask("outside", "routed:10.4.0.2", icmp_type="echo-reply")
    assert (told.way.outcome, told.reply) == (Outcome.ACCEPT, None)
    assert told.arrives is True


def test_no_route_there_and_none_back(scene: Scene) -> None:
    nowhere = replace(
        HOST, route=lambda packet: None if "203" in str(packet.destination) else HOST.route(packet)
    )
    scene.host = nowhere
    assert scene.finding("front", "203.0.113.5:80").code == "no-route"
    found = scene.finding("203.0.113.5", "192.0.2.1:8080", in_interface="eth0")
    assert found.code == "no-route-back"


def test_loopback_needs_route_localnet(hairpin: Scene) -> None:
    found = hairpin.finding("host", "127.0.0.1:8080")
    assert found.code == "route-localnet"
    assert found.remedy is not None
    assert "net.ipv4.conf.br1.route_localnet=1" in found.remedy


def test_hairpin_reaches_published_ports_from_inside(hairpin: Scene) -> None:
    for sender in ("front:10.1.0.2", "front:10.1.0.9", "back"):
        told = hairpin.ask(sender, "host:8080")
        assert str(told.way.packet.destination) == "10.1.0.2"
    own = hairpin.ask("front:10.1.0.2", "host:8080")
    assert str(own.way.packet.source) == "10.1.0.1"


def test_hairpin_without_bridge_netfilter_is_not_answered(hairpin: Scene) -> None:
    hairpin.host = replace(HOST, sysctl=lambda _: "0")
    found = hairpin.finding("front:10.1.0.9", "host:8080")
    assert found.code == "hairpin-unanswered"
    assert found.remedy is not None
    assert "net.bridge.bridge-nf-call-iptables=1" in found.remedy


def test_a_container_reaches_its_own_port_by_a_bridge_port_in_hairpin_mode(
    hairpin: Scene,
) -> None:
    closed = DeviceView(kind="veth", bridge="br1")
    ports = {"v1": closed, "v2": closed, "v3": replace(closed, bridge="br2")}
    hairpin.host = replace(HOST, devices={**HOST.devices, **ports})
    found = hairpin.finding("front:10.1.0.2", "host:8080")
    assert (found.code, found.blocks) == ("hairpin-port", True)
    assert "of its ports v1, v2 let nothing do that" in found.text
    opened = {**ports, "v2": replace(closed, hairpin=True)}
    hairpin.host = replace(HOST, devices={**HOST.devices, **opened})
    assert hairpin.finding("front:10.1.0.2", "host:8080").blocks is False
    assert hairpin.ask("front:10.1.0.9", "host:8080").arrives is True


def test_what_a_bridge_passes_by_itself(scene: Scene) -> None:
    scene.host = replace(HOST, sysctl=lambda _: None)
    told = scene.ask("front", "front:10.1.0.9:80")
    assert [(found.code, found.blocks) for found in told.findings] == [("bridged", False)]


def test_forwarding_is_off(scene: Scene) -> None:
    scene.host = replace(HOST, forwards=frozenset({IPVersion.V6}))
    found = scene.finding("outside", "host:8080")
    assert found.code == "no-forwarding"
    assert found.text.endswith("net.ipv4.ip_forward is 0")
    assert scene.ask("outside", "[2001:db8::1]:8080").arrives is True
    assert scene.ask("outside", "192.0.2.1:22").arrives is True


def test_a_bridge_is_missing_or_down(scene: Scene) -> None:
    devices = dict(HOST.devices)
    br1 = devices.pop("br1")
    scene.host = replace(HOST, devices=devices)
    found = scene.finding("outside", "host:8080")
    assert (found.code, found.blocks) == ("no-interface", True)
    assert "there is no bridge (network front) br1" in found.text
    scene.host = replace(HOST, devices={**devices, "br1": replace(br1, up=False)})
    found = scene.finding("outside", "host:8080")
    assert found.code == "interface-down"
    assert found.remedy == "ip link set br1 up"


def test_an_interface_of_nobodys_is_missing(scene: Scene) -> None:
    found = scene.finding("198.51.100.1", "192.0.2.1:8080", in_interface="eth9")
    assert found.text.startswith("there is no interface eth9")
    assert found.remedy is None


def test_the_kernel_takes_it_not_in(scene: Scene) -> None:
    scene.host = replace(HOST, refusal=lambda packet: f"no {packet.destination}")
    found = scene.finding("outside", "host:8080")
    assert found.code == "refused-on-arrival"
    assert found.text.endswith("no 10.1.0.2")  # as it is behind PREROUTING


def test_tracked_connections_go_on_by_old_rules(scene: Scene) -> None:
    old = Flow(
        protocol=17,
        source=IPv4Address("198.51.100.1"),
        destination=IPv4Address("192.0.2.1"),
        dport=53,
        receiver=IPv4Address("10.1.0.9"),
        receiver_port=53,
    )
    new = replace(old, receiver=IPv4Address("10.1.0.2"))
    scene.host = replace(HOST, flows=lambda version: (old, new) if version is V4 else ())
    told = scene.ask("outside", "host:53/udp")
    assert [(found.code, found.blocks) for found in told.findings] == [("old-flows", False)]
    assert "1 tracked connections to 192.0.2.1:53/udp" in told.findings[0].text
    assert told.findings[0].remedy == "conntrack -D -d 192.0.2.1 -p udp --dport 53"
    scene.host = replace(HOST, flows=lambda _: (new,))
    assert scene.ask("outside", "host:53/udp").findings == ()


def test_a_foreign_chain_drops(scene: Scene) -> None:
    scene.foreign = [chain_of("-p tcp --dport 80 -j DROP")]
    told = scene.ask("outside", "host:8080")
    assert told.arrives is False
    assert told.findings[0].code == "foreign-stop"
    assert told.findings[0].text == (
        "chain inet other own (hook forward, priority 10) ends its way with DROP: "
        "-A own -p tcp -m tcp --dport 80 -j DROP"
    )
    assert scene.ask("outside", "host:53/udp").arrives is True


def test_a_foreign_chain_sees_what_was_translated_before(scene: Scene) -> None:
    before = chain_of("-p tcp --dport 8080 -j DROP", hook="prerouting", priority=-150)
    behind = chain_of("-p tcp --dport 8080 -j DROP", hook="prerouting", priority=-50)
    for table, arrives in ((before, False), (behind, True)):
        scene.foreign = [table]
        assert scene.ask("outside", "host:8080").arrives is arrives


def test_a_foreign_chain_sees_what_it_leaves_as(scene: Scene) -> None:
    scene.foreign = [chain_of("-s 192.0.2.1 -j DROP", hook="postrouting", priority=110)]
    assert scene.ask("front", "outside:80").arrives is False  # it is masqueraded before
    scene.foreign = [chain_of("-s 192.0.2.1 -j DROP", hook="postrouting", priority=90)]
    assert scene.ask("front", "outside:80").arrives is True


def test_a_foreign_policy_drops(scene: Scene) -> None:
    table = chain_of()
    base = table.chains["own"].base
    assert base is not None
    chain = replace(table.chains["own"], base=replace(base, policy="drop"))
    scene.foreign = [replace(table, chains={"own": chain})]
    assert scene.finding("outside", "host:8080").text.endswith("with DROP: its policy")


def test_a_foreign_rule_that_cannot_be_evaluated(scene: Scene) -> None:
    scene.foreign = [chain_of("-m limit --limit 1/s -j DROP")]
    told = scene.ask("outside", "host:8080")
    assert told.arrives is None
    assert [found.code for found in told.findings] == ["foreign-unknown"]
    assert "-m limit --limit 1/sec -j DROP (" in told.findings[0].text


@pytest.mark.parametrize(
    ("port", "priority", "translates"),
    [(8080, -110, True), (8080, -90, False), (8081, -90, True)],
)
def test_a_foreign_chain_translates(
    scene: Scene, port: int, priority: int, translates: bool
) -> None:
    words = f"-p tcp --dport {port} -j DNAT --to-destination 10.9.9.9:1"
    scene.foreign = [chain_of(words, hook="prerouting", priority=priority, kind="nat")]
    told = scene.ask("outside", f"host:{port}")
    foreign = [found for found in told.findings if found.code == "foreign-nat"]
    assert [("destination 10.9.9.9:1" in found.text) for found in foreign] == [True] * translates
    assert told.arrives is (None if translates else True)


def test_tables_below_ip_are_named(scene: Scene) -> None:
    scene.foreign = [
        ForeignTable(family="bridge", name="a"),
        ForeignTable(family="netdev", name="b"),
    ]
    told = scene.ask("outside", "host:8080")
    assert [found.text for found in told.findings] == [
        "tables of family bridge were not read (a): they see frames on bridges",
        "tables of family netdev were not read (b): they see packets before all else",
    ]


def test_a_rule_that_cannot_be_evaluated(scene: Scene) -> None:
    scene.rule("filter", "DOCKER-USER", "-m", "limit", "--limit", "1/s", "-j", "DROP")
    told = scene.ask("outside", "host:8080")
    assert told.outcomes == (Outcome.ACCEPT, Outcome.DROP)
    assert told.arrives is None
    assert told.findings[0].code == "uncertain"
    assert "taken not to match" in told.findings[0].text


def other_tables(*rules: IptRule) -> Ruleset:
    with Engine(FakeExecutor()) as engine:
        with engine.transaction() as transaction:
            for rule in rules:
                rule.append(transaction)
        return engine.ruleset


def test_the_other_kind_of_tables_lets_it_pass(scene: Scene) -> None:
    scene.other = other_tables(IptRule(V4, "filter", "FORWARD", ("-p", "udp", "-j", "DROP")))
    told = scene.ask("outside", "host:8080")
    assert (told.arrives, told.findings) == (True, ())
    assert not [line for line in as_text(told) if line.startswith("iptables-legacy")]


def test_the_other_kind_of_tables_stops_it(scene: Scene) -> None:
    drop = IptRule(V4, "filter", "FORWARD", ("-p", "tcp", "--dport", "80", "-j", "DROP"))
    nat = IptRule(V4, "nat", "POSTROUTING", ("-j", "MASQUERADE"))
    scene.other = other_tables(drop, nat)
    told = scene.ask("outside", "host:8080")
    assert [found.code for found in told.findings] == ["foreign-stop", "two-nat-tables"]
    assert "the tables of iptables-legacy ends its way with DROP" in told.findings[0].text
    assert "has 1 rules in table nat too" in told.findings[1].text
