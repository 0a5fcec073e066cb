"""Moving Docker's rules from one kind of tables to the other: what moves, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest

from nfcore.bridge import Link, MadeBy, recognize
from nfcore.engine import Engine, ListingSource
from nfcore.exceptions import CommitRefused, Conflict, PartlyCommitted
from nfcore.executor import open_executor
from nfcore.host import Migration, Side, migrate, save_text
from nfcore.operations import ChainRef, Operation, SetPolicy, TableRef
from tests.bridge.combos import driver_for
from tests.host.lab import NETWORK, PORTS
from tests.legacy import RUN, Fake
from tests.legacy import saved as legacy_saved
from tests.netns import in_netns
from translate import IPVersion, Untranslatable

pytestmark = pytest.mark.usefixtures("own_lock")

RESTORE = "iptables-legacy-restore"
SPEC = replace(NETWORK, icc=False)
LINK = Link(parent=SPEC.subnet_v4[3], child=SPEC.subnet_v4[2], port=5432)  # type: ignore[index]


@dataclass(frozen=True, kw_only=True)
class Host:
    """A namespace and both of its kinds of tables."""

    netns: str
    nftables: Side
    legacy: Side

    def run(self, line: str) -> None:
        in_netns(self.netns, line.split())

    def program(self, side: Side) -> None:
        """A network with ports and a link, FORWARD's policy DROP."""
        driver = driver_for(hairpin=False)
        with side.engine.transaction() as transaction:
            driver.start(transaction)
            driver.create_network(transaction, SPEC)
            for port in PORTS:
                driver.publish(transaction, SPEC, port)
            driver.link(transaction, SPEC, LINK)
            transaction.set_policy(IPVersion.V4, "filter", "FORWARD", "drop")

    def saved(self, side: Side) -> list[str]:
        return [save_text(side.engine.ruleset, version) for version in IPVersion]

    def rules(self, side: Side) -> list[str]:
        return [line for text in self.saved(side) for line in text.split("\n") if line[:1] == "-"]

    def chains(self, side: Side) -> list[str]:
        return [line for text in self.saved(side) for line in text.split("\n") if " - " in line]


@pytest.fixture
def host(netns: str) -> Iterator[Host]:
    with (
        open_executor("nftables", netns=netns) as native,
        open_executor("legacy", netns=netns) as legacy,
    ):
        yield Host(
            netns=netns,
            nftables=Side(name="nf_tables", engine=Engine(native, source=ListingSource(native))),
            legacy=Side(name="iptables-legacy", engine=Engine(legacy)),
        )


def test_there_and_back(host: Host) -> None:
    host.program(host.nftables)
    before = host.saved(host.nftables)
    rules = len(host.rules(host.nftables))

    assert migrate(host.nftables, host.legacy) == Migration(rules=rules, chains=10, resumed=False)

    assert host.saved(host.legacy) == before
    assert host.rules(host.nftables) == host.chains(host.nftables) == []
    assert ":FORWARD DROP" not in "".join(host.saved(host.nftables))
    (state,) = recognize(host.legacy.engine.ruleset)
    assert (state.spec.name, state.made_by) == (SPEC.bridge, MadeBy.OTHERS)
    assert set(state.ports) == set(PORTS)
    assert state.links == (LINK,)

    migrate(host.legacy, host.nftables)

    assert host.saved(host.nftables) == before
    assert host.rules(host.legacy) == host.chains(host.legacy) == []
    assert "DROP" not in legacy_saved(host.netns)


def test_counters_go_along(host: Host) -> None:
    host.program(host.legacy)
    host.run("iptables-legacy -I DOCKER-USER -c 12 3456 -s 10.0.0.9 -j DROP")

    migrate(host.legacy, host.nftables)

    saved = save_text(host.nftables.engine.ruleset, IPVersion.V4, counters=True)
    assert "[12:3456] -A DOCKER-USER -s 10.0.0.9/32 -j DROP\n" in saved


@pytest.mark.parametrize("kind", ["nftables", "legacy"])
def test_a_policy_changes_before_the_rules_go(
    host: Host, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one transaction nf_tables would drop packets between the two: some of 7,000 were."""
    old, new = host.nftables, host.legacy
    if kind == "legacy":
        old, new = new, old
    host.program(old)
    sent: list[Sequence[Operation]] = []
    commit = old.engine._executor.commit

    def spy(operations: Sequence[Operation], *, generation: int | None = None) -> None:
        sent.append(operations)
        commit(operations, generation=generation)

    monkeypatch.setattr(old.engine._executor, "commit", spy)
    migrate(old, new)

    policies, removals = sent
    forward = ChainRef(table=TableRef(version=IPVersion.V4, name="filter"), name="FORWARD")
    assert policies == (SetPolicy(chain=forward, policy="accept"),)
    assert not any(isinstance(operation, SetPolicy) for operation in removals)


def test_nothing_to_move(host: Host) -> None:
    host.program(host.nftables)
    before = host.saved(host.nftables)
    assert migrate(host.legacy, host.nftables) == Migration(rules=0, chains=0, resumed=False)
    assert host.saved(host.nftables) == before


def test_a_dry_run_only_looks(host: Host) -> None:
    host.program(host.nftables)
    before = host.saved(host.nftables)
    done = migrate(host.nftables, host.legacy, dry_run=True)
    assert done.rules == len(host.rules(host.nftables))
    assert host.saved(host.nftables) == before
    assert legacy_saved(host.netns) == ""


def test_what_is_left_of_an_interrupted_migration_is_finished(host: Host) -> None:
    host.program(host.nftables)
    before = host.saved(host.nftables)
    host.program(host.legacy)
    assert host.saved(host.legacy) == before

    assert migrate(host.nftables, host.legacy).resumed

    assert host.saved(host.legacy) == before
    assert host.rules(host.nftables) == []


def test_rules_without_a_native_form_stay_in_the_legacy_tables(host: Host) -> None:
    fill = "POSTROUTING -p sctp -m sctp --sport 7 -j CHECKSUM --checksum-fill"
    host.program(host.nftables)
    host.run(f"iptables-legacy -t mangle -A {fill}")
    before = host.saved(host.nftables)
    assert f"-A {fill}\n" in before[0]

    migrate(host.nftables, host.legacy)
    assert host.saved(host.legacy) == before
    migrate(host.legacy, host.nftables)
    assert host.saved(host.nftables) == before


class TestChainsOfUsers:
    def test_those_that_docker_user_leads_to_go_along(self, host: Host) -> None:
        host.program(host.legacy)
        for line in ("-N LIMITS", "-N MORE", "-A LIMITS -j MORE", "-A MORE -s 10.0.0.9 -j DROP"):
            host.run(f"iptables-legacy {line}")
        host.run("iptables-legacy -I DOCKER-USER -j LIMITS")
        before = host.saved(host.legacy)

        migrate(host.legacy, host.nftables)

        assert host.saved(host.nftables) == before
        assert host.chains(host.legacy) == []

    def test_those_that_others_need_too_stay_as_well(self, host: Host) -> None:
        host.program(host.legacy)
        for line in (
            "-N LIMITS",
            "-N MORE",
            "-A LIMITS -j MORE",
            "-A INPUT -j LIMITS",
            "-I DOCKER-USER -j LIMITS",
        ):
            host.run(f"iptables-legacy {line}")

        migrate(host.legacy, host.nftables)

        assert {":LIMITS - [0:0]", ":MORE - [0:0]"} <= {*host.chains(host.nftables)}
        assert host.chains(host.legacy) == [":LIMITS - [0:0]", ":MORE - [0:0]"]
        assert host.rules(host.legacy) == ["-A INPUT -j LIMITS", "-A LIMITS -j MORE"]

    def test_one_of_that_name_is_there(self, host: Host) -> None:
        host.program(host.legacy)
        host.run("iptables-legacy -N LIMITS")
        host.run("iptables-legacy -I DOCKER-USER -j LIMITS")
        host.run("iptables-nft -N LIMITS")
        host.run("iptables-nft -A LIMITS -s 10.0.0.9 -j DROP")
        before = legacy_saved(host.netns), host.saved(host.nftables)

        with pytest.raises(
            Conflict, match=r"^iptables -t filter LIMITS is there already, with other rules"
        ):
            migrate(host.legacy, host.nftables)
        assert (legacy_saved(host.netns), host.saved(host.nftables)) == before


class TestRefusals:
    @pytest.mark.parametrize(
        ("line", "message"),
        [
            (
                "iptables-legacy -A FORWARD -i eth1 -j ACCEPT",
                "FORWARD of iptables-legacy holds rules that are not Docker's "
                "(iptables -t filter -A FORWARD -i eth1 -j ACCEPT): apart from Docker's they would "
                "mean something else; move them to DOCKER-USER, or take them out",
            ),
            (
                "iptables-nft -A FORWARD -i eth1 -j ACCEPT",
                "FORWARD of nf_tables holds rules that are not Docker's (iptables -t filter -A FOR",
            ),
            (
                "iptables-legacy -N MINE; iptables-legacy -A MINE -i eth1 -j DOCKER-USER",
                "a rule that is not Docker's leads to DOCKER-USER: -A MINE -i eth1 -j DOCKER-USER"
                "; take it out first",
            ),
            (
                "iptables-nft -N DOCKER",
                "both iptables-legacy and nf_tables hold chains of Docker's, and they differ "
                "(iptables -t filter ",
            ),
        ],
    )
    def test_refused_before_anything_is_changed(self, host: Host, line: str, message: str) -> None:
        host.program(host.legacy)
        for command in line.split("; "):
            host.run(command)
        before = legacy_saved(host.netns), host.saved(host.nftables)

        with pytest.raises(Conflict) as caught:
            migrate(host.legacy, host.nftables)

        assert str(caught.value).startswith(message)
        assert (legacy_saved(host.netns), host.saved(host.nftables)) == before

    def test_a_jump_from_elsewhere_is_docker_s_own_matter_in_built_in_chains(
        self, host: Host
    ) -> None:
        """Whoever put it there, it means nothing without the chain."""
        host.program(host.legacy)
        host.run("iptables-legacy -t nat -A PREROUTING -i eth7 -j DOCKER")
        before = host.saved(host.legacy)
        migrate(host.legacy, host.nftables)
        assert host.saved(host.nftables) == before

    def test_a_rule_that_nf_tables_has_no_form_for(self, host: Host) -> None:
        host.program(host.legacy)
        host.run("iptables-legacy -I DOCKER-USER -m string --string a --algo bm -j DROP")
        before = legacy_saved(host.netns)

        with pytest.raises(Untranslatable, match=r"-A DOCKER-USER -m string --string .*-m string"):
            migrate(host.legacy, host.nftables)

        assert legacy_saved(host.netns) == before
        assert host.saved(host.nftables) == ["", ""]

    def test_a_rule_that_iptables_has_no_words_for(self, host: Host) -> None:
        host.program(host.nftables)
        host.run("nft add rule ip filter DOCKER-USER rt mtu 1400 accept")
        before = host.saved(host.nftables)

        with pytest.raises(
            Conflict, match=r"^a rule of chain DOCKER-USER has no words that both kinds .* know: -A"
        ):
            migrate(host.nftables, host.legacy)

        assert host.saved(host.nftables) == before
        assert legacy_saved(host.netns) == ""

    def test_others_rules_in_nat_stay_and_are_told(self, host: Host) -> None:
        host.program(host.legacy)
        vpn = "-A POSTROUTING -s 10.8.0.0/24 -o eth0 -j MASQUERADE"
        host.run(f"iptables-legacy -t nat {vpn}")

        done = migrate(host.legacy, host.nftables)

        assert done.left == (f"iptables -t nat {vpn}",)
        assert host.rules(host.legacy) == [vpn]


class TestFailures:
    @pytest.mark.parametrize("call", [1, 2], ids=["its policy", "its rules"])
    def test_the_old_cannot_be_removed(self, host: Host, fake: Fake, call: int) -> None:
        host.program(host.legacy)
        before = legacy_saved(host.netns)
        fake(RESTORE, f"[ $call = {call} ] && {{ echo broken; exit 1; }}\n{RUN}")

        with pytest.raises(CommitRefused, match="exit code 1: broken"):
            migrate(host.legacy, host.nftables)

        assert legacy_saved(host.netns) == before
        assert host.rules(host.nftables) == host.chains(host.nftables) == []

    def test_the_old_is_removed_half_way(self, host: Host, fake: Fake) -> None:
        """Then what is new is all that is whole, and stays."""
        host.program(host.legacy)
        before = host.saved(host.legacy)
        fake("ip6tables-legacy-restore", "exit 1")
        fake(RESTORE, f"[ $call -gt 2 ] && exit 1\n{RUN}")

        with pytest.raises(PartlyCommitted, match="iptables -t filter holds all of its part"):
            migrate(host.legacy, host.nftables)

        assert host.saved(host.nftables) == before

    def test_the_new_is_refused(self, host: Host, fake: Fake) -> None:
        host.program(host.nftables)
        before = host.saved(host.nftables)
        fake(RESTORE, "echo broken; exit 1")

        with pytest.raises(CommitRefused, match="exit code 1: broken"):
            migrate(host.nftables, host.legacy)

        assert host.saved(host.nftables) == before
        assert legacy_saved(host.netns) == ""

    def test_somebody_changes_the_new_at_once(self, host: Host, fake: Fake) -> None:
        host.program(host.nftables)
        before = host.saved(host.nftables)
        fake(
            "ip6tables-legacy-restore",
            '"$real" "$@" || exit 1\n'
            "[ $call = 1 ] && iptables-legacy -A DOCKER -s 10.0.0.9 -j DROP\nexit 0",
        )

        with pytest.raises(
            Conflict,
            match=r"the rules were not moved: iptables-legacy shows it otherwise .*10.0.0.9",
        ):
            migrate(host.nftables, host.legacy)

        assert host.saved(host.nftables) == before
        assert host.rules(host.legacy) == host.chains(host.legacy) == []

    def test_somebody_changes_the_old_meanwhile(self, host: Host, fake: Fake) -> None:
        host.program(host.nftables)
        fake(
            "ip6tables-legacy-restore",
            '"$real" "$@" || exit 1\n'
            "[ $call = 1 ] && nft add rule ip filter DOCKER-USER drop\nexit 0",
        )

        with pytest.raises(
            Conflict, match="the rules were not moved: somebody changed nf_tables meanwhile"
        ):
            migrate(host.nftables, host.legacy)

        assert "-A DOCKER-USER -j DROP" in host.rules(host.nftables)
        assert host.rules(host.legacy) == host.chains(host.legacy) == []

    def test_nor_can_the_new_be_cleared_again(self, host: Host, fake: Fake) -> None:
        host.program(host.nftables)
        fake(
            "ip6tables-legacy-restore",
            '[ $call -gt 1 ] && exit 9\n"$real" "$@" || exit 1\n'
            "nft add rule ip filter DOCKER-USER drop\nexit 0",
        )

        with pytest.raises(PartlyCommitted) as caught:
            migrate(host.nftables, host.legacy)

        assert "when iptables-legacy was to be cleared again: " in caught.value.answer
        assert set(caught.value.tables.values()) == {"is programmed in both"}
        assert host.rules(host.legacy) != []
