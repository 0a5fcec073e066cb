"""The driver's steps: what they do, what they undo, and what they say when they fail."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest

from nfcore.bridge import (
    DriverConfig,
    GatewayMode,
    Link,
    NetworkSpec,
    PublishedPort,
    append_or_del_chain_rule,
    default_drop,
    ensure_jump_rule,
    program_chain_rule,
    program_filter_chain,
    program_link,
    program_nat_chain,
    resolve_port,
    set_icc,
    set_icmp,
    set_inc,
    set_per_port_forwarding,
    setup_internal_network_rules,
    setup_ip4_tables,
    setup_ip6_tables,
    setup_ip_chains,
    setup_user_chain,
    start_driver,
)
from nfcore.bridge._recorder import Recorder
from nfcore.engine import Engine, Firewall, IptRule
from nfcore.exceptions import (
    CommitRefused,
    DriverError,
    InvalidInput,
    NotFound,
    ParseError,
    TransactionClosed,
)
from nfcore.executor import FakeExecutor
from nfcore.operations import Operation
from tests.bridge.combos import driver_for
from tests.bridge.faults import faulty_transaction
from translate import IPVersion, save_line

V4, V6 = IPVersion.V4, IPVersion.V6
DUAL = NetworkSpec(
    name="front",
    bridge="br0",
    subnet_v4=IPv4Network("172.18.0.0/16"),
    subnet_v6=IPv6Network("fd00:18::/64"),
)
WEB = PublishedPort(address=IPv4Address("172.18.0.2"), port=80, host_port=8080)
DRIVER = driver_for(hairpin=False)
RULE = IptRule(V4, "filter", "FORWARD", ("-i", "br0", "-j", "ACCEPT"))


@pytest.fixture
def executor() -> FakeExecutor:
    return FakeExecutor()


@pytest.fixture
def engine(executor: FakeExecutor) -> Engine:
    """An engine over a started driver."""
    engine = Engine(executor)
    with engine.transaction() as tx:
        DRIVER.start(tx)
    return engine


def chain(engine: Engine, table: str, name: str, version: IPVersion = V4) -> list[str]:
    words = f"-A {name} "
    return [
        save_line(held.body).removeprefix(words)
        for held in engine.ruleset.rules(version, table, name)
    ]


# Starting.


def test_starting_again_without_networks_changes_nothing(engine: Engine) -> None:
    for start in (DRIVER.start, DRIVER.ensure_started):
        with engine.transaction() as tx:
            start(tx)
            assert tx.operations() == ()


def test_starting_keeps_the_users_own_chain_and_the_jump_that_holds_a_chain(engine: Engine) -> None:
    own = IptRule(V4, "filter", "DOCKER-USER", ("-i", "eth0", "-j", "DROP"))
    with engine.transaction() as tx:
        own.insert(tx)
        DRIVER.create_network(tx, DUAL)
    with engine.transaction() as tx:
        DRIVER.start(tx)
    assert chain(engine, "filter", "DOCKER-USER") == ["-i eth0 -j DROP", "-j RETURN"]
    assert chain(engine, "filter", "DOCKER-ISOLATION-STAGE-1") == ["-j RETURN"]
    assert chain(engine, "filter", "FORWARD")[:2] == [
        "-j DOCKER-USER",
        "-j DOCKER-ISOLATION-STAGE-1",
    ]
    assert chain(engine, "nat", "PREROUTING") == []


def test_a_start_and_its_networks_in_one_transaction_change_nothing(engine: Engine) -> None:
    def everything(firewall: Firewall) -> None:
        DRIVER.start(firewall)
        DRIVER.create_network(firewall, DUAL)
        DRIVER.publish(firewall, DUAL, WEB)

    with engine.transaction() as tx:
        everything(tx)
    with engine.transaction() as tx:
        everything(tx)
        assert tx.operations() == ()


def test_ensuring_keeps_networks(engine: Engine) -> None:
    with engine.transaction() as tx:
        DRIVER.create_network(tx, DUAL)
    with engine.transaction() as tx:
        DRIVER.ensure_started(tx)
        assert tx.operations() == ()


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("new iptables -t nat DOCKER", "failed to create NAT chain DOCKER: fault"),
        ("new iptables -t filter DOCKER", "failed to create FILTER chain DOCKER: fault"),
        ("DOCKER-ISOLATION-STAGE-1", "failed to create FILTER isolation chain: fault"),
        ("DOCKER-ISOLATION-STAGE-2", "failed to create FILTER isolation chain: fault"),
        (
            "append iptables -t filter -A DOCKER-ISOLATION-STAGE-2",
            "unable to add return rule in DOCKER-ISOLATION-STAGE-2 chain: fault",
        ),
        ("loopback0", "Unable to disable WSL2 loopback rule: fault"),
    ],
)
def test_chains_that_cannot_be_set_up_are_rolled_back(
    executor: FakeExecutor, fault: str, message: str
) -> None:
    tx = faulty_transaction(executor, fault)
    RULE.append(tx)
    before = tx.operations()
    with pytest.raises(DriverError, match=message):
        setup_ip_chains(tx, DRIVER.config, V4, DRIVER.host)
    assert tx.operations() == before


@pytest.mark.parametrize("version", IPVersion)
def test_a_disabled_version_has_no_chains(executor: FakeExecutor, version: IPVersion) -> None:
    config = DriverConfig(enable_iptables=False, enable_ip6tables=False)
    with pytest.raises(
        DriverError, match=f"^cannot create new chains, {version.program} is disabled$"
    ):
        setup_ip_chains(faulty_transaction(executor), config, version, DRIVER.host)


def test_ipv4_goes_on_where_ipv6_cannot_be_set_up(
    executor: FakeExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    tx = faulty_transaction(executor, "ip6tables -t nat")
    with caplog.at_level(logging.WARNING):
        DRIVER.start(tx)
    (record,) = caplog.records
    assert (record.message, record.__dict__["step"]) == (
        "driver step failed",
        "set up ip6tables chains",
    )
    assert record.__dict__["error"].startswith("failed to create")
    assert tx.has_chain(V4, "nat", "DOCKER")
    assert not tx.has_chain(V6, "filter", "DOCKER")


def test_ipv4_does_not_go_on_where_it_cannot_be_set_up_itself(executor: FakeExecutor) -> None:
    with pytest.raises(DriverError, match="failed to create NAT chain DOCKER"):
        DRIVER.start(faulty_transaction(executor, "iptables -t nat"))


class WithoutIPv6(FakeExecutor):
    """A kernel that has no IPv6."""

    def commit(self, operations: Sequence[Operation], *, generation: int | None = None) -> None:
        for index, operation in enumerate(operations):
            if "ip6tables" in str(operation):
                raise CommitRefused("Operation not supported", index=index, operation=operation)
        super().commit(operations, generation=generation)


def test_a_kernel_without_ipv6_gets_a_driver_without_it(caplog: pytest.LogCaptureFixture) -> None:
    engine = Engine(WithoutIPv6())
    with caplog.at_level(logging.WARNING):
        driver = start_driver(engine, DRIVER)
    (record,) = caplog.records
    assert record.__dict__["step"] == "set up ip6tables chains"
    assert record.__dict__["error"].startswith("the transaction was refused")
    assert driver.config.versions == (V4,)
    with engine.transaction() as tx:
        driver.create_network(tx, DUAL)
    assert chain(engine, "filter", "FORWARD")


def test_a_driver_for_ipv6_alone_needs_it() -> None:
    alone = replace(DRIVER, config=DriverConfig(enable_iptables=False))
    with pytest.raises(CommitRefused, match="Operation not supported"):
        start_driver(Engine(WithoutIPv6()), alone)


class RefusesWithoutWords(FakeExecutor):
    """A kernel whose answer names no operation."""

    def commit(self, operations: Sequence[Operation], *, generation: int | None = None) -> None:
        del generation
        raise CommitRefused(f"{len(operations)} operations are too many")


def test_a_refusal_that_names_no_operation_is_passed_on() -> None:
    with pytest.raises(CommitRefused, match="operations are too many"):
        start_driver(Engine(RefusesWithoutWords()), DRIVER)


def test_a_start_that_is_not_refused_returns_the_driver(executor: FakeExecutor) -> None:
    assert start_driver(Engine(executor), DRIVER) is DRIVER


def test_a_recorder_takes_note_of_a_start() -> None:
    recorder = Recorder()
    DRIVER.start(recorder)
    recorder.set_policy(V4, "filter", "FORWARD", "drop")
    assert [str(rule) for rule in recorder.rules if rule.version is V4] == [
        "iptables -t filter -A DOCKER-ISOLATION-STAGE-1 -j RETURN",
        "iptables -t filter -A DOCKER-ISOLATION-STAGE-2 -j RETURN",
        "iptables -t filter -A DOCKER-USER -j RETURN",
        "iptables -t filter -A FORWARD -j DOCKER-USER",
    ]
    returns = IptRule(V4, "filter", "DOCKER-USER", ("-j", "RETURN"))
    assert recorder.exists(returns)
    recorder.flush_chain(V4, "filter", "DOCKER-USER")
    recorder.remove_chain(V4, "filter", "DOCKER-USER")
    assert not recorder.exists(returns)
    assert IptRule(V4, "filter", "FORWARD", ("-j", "DOCKER-ISOLATION")) in recorder.deleted


# Networks.


def test_isolation_goes_with_every_version_of_the_driver(engine: Engine) -> None:
    v4_alone = replace(DUAL, subnet_v6=None)
    with engine.transaction() as tx:
        DRIVER.create_network(tx, v4_alone)
    for version in IPVersion:
        assert chain(engine, "filter", "DOCKER-ISOLATION-STAGE-2", version)[0] == "-o br0 -j DROP"
    assert chain(engine, "filter", "FORWARD", V6) == ["-j DOCKER-USER"]
    with engine.transaction() as tx:
        DRIVER.delete_network(tx, v4_alone)
    for version in IPVersion:
        assert chain(engine, "filter", "DOCKER-ISOLATION-STAGE-2", version) == ["-j RETURN"]


def test_internal_networks_have_no_isolation(engine: Engine) -> None:
    with engine.transaction() as tx:
        DRIVER.create_network(tx, replace(DUAL, internal=True))
    assert chain(engine, "filter", "DOCKER-ISOLATION-STAGE-2") == ["-j RETURN"]


def test_a_network_that_cannot_be_created_leaves_nothing(
    engine: Engine, executor: FakeExecutor
) -> None:
    tx = faulty_transaction(executor, "-A DOCKER-ISOLATION-STAGE-2")
    with pytest.raises(
        DriverError, match=r"^unable to add inter-network communication rule: fault"
    ):
        DRIVER.create_network(tx, DUAL)
    assert tx.operations() == ()
    del engine


def test_isolation_is_rolled_back_by_itself(engine: Engine, executor: FakeExecutor) -> None:
    del engine
    tx = faulty_transaction(executor, "-A DOCKER-ISOLATION-STAGE-2")
    with pytest.raises(DriverError):
        set_inc(tx, V4, "br0", True)
    assert tx.operations() == ()


def test_isolation_that_cannot_be_deleted_is_logged(
    engine: Engine, executor: FakeExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    with engine.transaction() as tx:
        set_inc(tx, V4, "br0", True)
    tx = faulty_transaction(executor, "delete iptables -t filter -A DOCKER-ISOLATION-STAGE-1")
    with caplog.at_level(logging.WARNING):
        set_inc(tx, V4, "br0", False)
    (record,) = caplog.records
    assert record.__dict__["step"] == "remove inter-network communication rule"
    assert record.__dict__["error"].startswith("fault")
    assert len(tx.operations()) == 1, "the other rule is deleted all the same"


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (
            lambda tx: setup_ip4_tables(tx, DriverConfig(enable_iptables=False), DUAL),
            "Cannot program chains, EnableIPTable is disabled",
        ),
        (
            lambda tx: setup_ip6_tables(tx, DriverConfig(enable_ip6tables=False), DUAL),
            "Cannot program chains, EnableIP6Tables is disabled",
        ),
    ],
)
def test_a_version_that_is_off_is_refused(
    executor: FakeExecutor, step: Callable[[Firewall], None], message: str
) -> None:
    with pytest.raises(DriverError, match=f"^{message}$"):
        step(faulty_transaction(executor))


def test_a_version_without_subnet_is_refused(executor: FakeExecutor) -> None:
    tx = faulty_transaction(executor)
    with pytest.raises(InvalidInput, match=r"^network front has no IPv4 subnet$"):
        setup_ip4_tables(tx, DriverConfig(), replace(DUAL, subnet_v4=None))
    with pytest.raises(InvalidInput, match=r"^network front has no IPv6 subnet$"):
        setup_ip6_tables(tx, DriverConfig(), replace(DUAL, subnet_v6=None))


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("MASQUERADE", "Failed to Setup IP tables: Unable to enable NAT rule: fault"),
        ("-A DOCKER -i", "Failed to Setup IP tables: Unable to enable SKIP DNAT rule: fault"),
        ("--src-type", "Failed to Setup IP tables: Unable to disable MASQ LOCAL HOST rule: fault"),
        ("insert iptables -t filter -A FORWARD -i br0 -o br0",
         "Failed to Setup IP tables: Unable to allow intercontainer communication: fault"),
        ("-i br0 '!' -o br0 -j ACCEPT",
         "Failed to Setup IP tables: Unable to enable ACCEPT NON_ICC OUTGOING rule: fault"),
        ("-A PREROUTING",
         "Failed to program NAT chain: failed to inject DOCKER in PREROUTING chain: fault"),
        ("-A OUTPUT",
         "Failed to program NAT chain: failed to inject DOCKER in OUTPUT chain: fault"),
        ("-o br0 -j DOCKER",
         "Failed to program FILTER chain: could not insert linking rule in FORWARD: fault"),
        ("RELATED",
         "Failed to program FILTER chain: could not insert establish rule in FORWARD: fault"),
        ("-o br0 -j DROP",
         "failed to add default-drop rule: Unable to enable DEFAULT DROP rule: fault"),
        ("-j DOCKER-ISOLATION-STAGE-1",
         "unable to insert jump to DOCKER-ISOLATION-STAGE-1 rule in FORWARD chain: fault"),
    ],
)  # fmt: skip
def test_the_drivers_words_for_what_fails(
    engine: Engine, executor: FakeExecutor, fault: str, message: str
) -> None:
    del engine
    with pytest.raises(DriverError, match=f"^{message}"):
        DRIVER.create_network(faulty_transaction(executor, fault), replace(DUAL, subnet_v6=None))


@pytest.mark.parametrize(
    ("spec", "fault", "message"),
    [
        (replace(DUAL, icc=False), "-j DROP", "Unable to prevent intercontainer communication: "),
        (
            replace(DUAL, gateway_mode_v4=GatewayMode.ROUTED),
            "-p icmp",
            "Unable to enable ICMP rule",
        ),
        (replace(DUAL, internal=True), "-d 172.18.0.0/16", "Unable to enable DROP INCOMING rule"),
        (replace(DUAL, internal=True), "-s 172.18.0.0/16", "Unable to enable DROP OUTGOING rule"),
    ],
)
def test_the_drivers_words_for_other_networks(
    engine: Engine, executor: FakeExecutor, spec: NetworkSpec, fault: str, message: str
) -> None:
    del engine
    with pytest.raises(DriverError, match=f"^Failed to Setup IP tables: {message}"):
        DRIVER.create_network(faulty_transaction(executor, fault), spec)


def test_a_user_chain_that_cannot_be_set_up(executor: FakeExecutor) -> None:
    with pytest.raises(DriverError, match=r"^failed to create DOCKER-USER IPv6 chain: fault"):
        setup_user_chain(faulty_transaction(executor, "DOCKER-USER"), V6)


def test_a_missing_chain_is_told_in_the_drivers_words(executor: FakeExecutor) -> None:
    tx = faulty_transaction(executor)
    steps: tuple[tuple[Callable[[], None], str], ...] = (
        (lambda: program_nat_chain(tx, V4, hairpin=False), "failed to inject DOCKER in PREROUTING"),
        (lambda: program_filter_chain(tx, V4, "br0", True), "could not insert linking rule"),
        (lambda: default_drop(tx, V4, "br0", True), "Unable to enable DEFAULT DROP rule: no chain"),
        (lambda: ensure_jump_rule(tx, V4, "FORWARD", "GONE"), "unable to insert jump to GONE rule"),
        (lambda: set_icmp(tx, V6, "br0", True), "Unable to enable ICMP rule: no chain DOCKER"),
    )
    for step, message in steps:
        with pytest.raises(DriverError, match=f"^{message}") as caught:
            step()
        assert isinstance(caught.value.__cause__, NotFound)


def test_rules_are_inserted_or_appended_or_deleted(executor: FakeExecutor) -> None:
    tx = faulty_transaction(executor)
    other = RULE._replace(args=("-i", "br1", "-j", "ACCEPT"))
    append_or_del_chain_rule(tx, RULE, "RULE", True)
    program_chain_rule(tx, other, "OTHER", True)
    assert [h.body.in_interface.value.name for h in tx.rules(V4, "filter", "FORWARD")
            if h.body.in_interface] == ["br1", "br0"]  # fmt: skip
    append_or_del_chain_rule(tx, RULE, "RULE", False)
    program_chain_rule(tx, other, "OTHER", False)
    assert tx.operations() == ()


def test_bad_rules_are_told_in_the_drivers_words(executor: FakeExecutor) -> None:
    bad = RULE._replace(args=("--nonsense",))
    for insert, verb in ((True, "enable"), (False, "disable")):
        with pytest.raises(DriverError, match=f"^Unable to {verb} BAD rule: ") as caught:
            program_chain_rule(faulty_transaction(executor), bad, "BAD", insert)
        assert isinstance(caught.value.__cause__, ParseError)


def test_an_icc_rule_that_cannot_be_deleted_is_ignored(
    engine: Engine, executor: FakeExecutor
) -> None:
    with engine.transaction() as tx:
        set_icc(tx, V4, "br0", True, True)
    tx = faulty_transaction(executor, "delete")
    set_icc(tx, V4, "br0", True, False)
    set_icc(tx, V4, "br0", False, True)
    assert len(tx.operations()) == 1, "the other rule is put in all the same"


def test_icc_is_switched(engine: Engine) -> None:
    for icc, line in ((True, "ACCEPT"), (False, "DROP"), (True, "ACCEPT")):
        with engine.transaction() as tx:
            set_icc(tx, V4, "br0", icc, True)
        own = [rule for rule in chain(engine, "filter", "FORWARD") if "br0" in rule]
        assert own == [f"-i br0 -o br0 -j {line}"]


def test_an_ended_transaction_is_no_fault_of_the_drivers(engine: Engine) -> None:
    tx = engine.begin()
    tx.abandon()
    steps: tuple[Callable[[], None], ...] = (
        lambda: program_chain_rule(tx, RULE, "RULE", True),
        lambda: set_icc(tx, V4, "br0", True, False),
        lambda: set_inc(tx, V4, "br0", False),
    )
    for step in steps:
        with pytest.raises(TransactionClosed):
            step()


def test_internal_rules_take_their_version_from_the_subnet(engine: Engine) -> None:
    for subnet in (IPv4Network("10.0.0.0/8"), IPv6Network("fd00::/8")):
        with engine.transaction() as tx:
            setup_internal_network_rules(tx, "br0", subnet, True, True)
        version = IPVersion(subnet.version)
        assert len(chain(engine, "filter", "DOCKER-ISOLATION-STAGE-1", version)) == 3


# Ports and links.


def test_sctp_checksums_are_filled_in_where_the_environment_says_so(executor: FakeExecutor) -> None:
    port = replace(WEB, protocol="sctp", port=38412)
    tx = faulty_transaction(executor, "CHECKSUM")
    tx.new_chain(V4, "filter", "DOCKER")
    with pytest.raises(DriverError, match=r"^Unable to enable SCTP CHECKSUM rule: fault"):
        set_per_port_forwarding(tx, port, "br0", sctp_checksum=True, enable=True)
    with_checksum = replace(DRIVER, config=replace(DRIVER.config, sctp_checksum=True))
    assert [
        str(rule) for rule in with_checksum.port_rules(DUAL, [port]) if rule.table == "mangle"
    ] == ["iptables -t mangle -A POSTROUTING -p sctp --sport 38412 -j CHECKSUM --checksum-fill"]
    for other in (DRIVER.port_rules(DUAL, [port]), with_checksum.port_rules(DUAL, [WEB])):
        assert all(rule.table != "mangle" for rule in other)


@pytest.mark.parametrize(
    ("fault", "enable", "message"),
    [
        ("DNAT", True, "Unable to enable DNAT rule: fault"),
        ("--dport 80 -j ACCEPT", True, "Unable to enable OPEN PORT rule: fault"),
        ("MASQUERADE", True, "Unable to disable MASQUERADE rule: fault"),
        ("DNAT", False, "Unable to disable DNAT rule: fault"),
    ],
)
def test_the_drivers_words_for_ports(
    engine: Engine, executor: FakeExecutor, fault: str, enable: bool, message: str
) -> None:
    del engine
    step = DRIVER.publish if enable else DRIVER.release
    with pytest.raises(DriverError, match=f"^{message}"):
        step(faulty_transaction(executor, fault), DUAL, WEB)


def test_a_spared_rule_stays_and_a_stuck_one_is_named(
    engine: Engine, executor: FakeExecutor
) -> None:
    second = replace(WEB, host_port=8081)
    with engine.transaction() as tx:
        for port in (WEB, second):
            DRIVER.publish(tx, DUAL, port)
    with engine.transaction() as tx:
        DRIVER.release(tx, DUAL, WEB, sparing=DRIVER.port_rules(DUAL, [second]))
    assert len(chain(engine, "filter", "DOCKER")) == len(chain(engine, "nat", "DOCKER")) == 1
    stuck = faulty_transaction(executor, "DNAT")
    with pytest.raises(DriverError, match=r"^Unable to disable PORT 8081 rule: fault"):
        DRIVER.release(stuck, DUAL, second, sparing={RULE})


def test_an_address_of_all_addresses_is_no_address() -> None:
    for unspecified in (IPv4Address("0.0.0.0"), None):  # noqa: S104 - nothing is bound
        assert resolve_port(DUAL, replace(WEB, host_address=unspecified)) == WEB
    bound = replace(DUAL, host_binding_ipv4=IPv4Address("198.51.100.1"))
    assert resolve_port(bound, WEB).host_address == IPv4Address("198.51.100.1")
    own = replace(WEB, host_address=IPv4Address("198.51.100.2"))
    assert resolve_port(bound, own) is own
    v6 = PublishedPort(address=IPv6Address("fd00:18::2"), port=80, host_port=8080)
    assert resolve_port(bound, v6) is v6


def test_versions_that_the_driver_does_not_program_are_passed_over(executor: FakeExecutor) -> None:
    v4_alone = replace(DRIVER, config=DriverConfig(enable_ip6tables=False))
    v6_port = PublishedPort(address=IPv6Address("fd00:18::2"), port=80, host_port=8080)
    link = Link(parent=IPv6Address("fd00:18::3"), child=IPv6Address("fd00:18::2"), port=80)
    tx = faulty_transaction(executor)
    v4_alone.start(tx)
    v4_alone.create_network(tx, DUAL)
    v4_alone.publish(tx, DUAL, v6_port)
    v4_alone.link(tx, DUAL, link)
    v4_alone.unlink(tx, DUAL, link)
    assert all("ip6tables" not in str(operation) for operation in tx.operations())


def test_links_can_be_inserted_and_fail_by_name(engine: Engine, executor: FakeExecutor) -> None:
    link = Link(parent=IPv4Address("172.18.0.3"), child=IPv4Address("172.18.0.2"), port=5432)
    with engine.transaction() as tx:
        program_link(tx, link, "br0", "insert")
    assert ["dport" in line for line in chain(engine, "filter", "DOCKER")] == [False, True]
    for action in ("append", "delete"):
        with pytest.raises(DriverError, match=f"^Unable to {action} link rules: fault"):
            program_link(faulty_transaction(executor, "--sport"), link, "br0", action)
