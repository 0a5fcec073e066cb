"""``--backend legacy`` and ``--backend legacy-exec``: the same commands over iptables-legacy."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.cli.conftest import Outcome, Run
from tests.cli.test_scenarios import EXAMPLES, SCENARIOS, ipv6_twin, rules_of, to_ipv6
from tests.netns import in_netns

pytestmark = pytest.mark.usefixtures("own_lock")

Legacy = Callable[..., Outcome]


@pytest.fixture(params=["legacy", "legacy-exec"])
def legacy(request: pytest.FixtureRequest, nfcore: Run, netns: str) -> Legacy:
    """A command on one of the two backends."""

    def run(*arguments: str, stdin: str = "") -> Outcome:
        return nfcore(*arguments, "--backend", request.param, "--netns", netns, stdin=stdin)

    return run


def printed(netns: str) -> str:
    """What iptables' own programs save, but for remarks and tables in an order of their own."""
    texts = (in_netns(netns, [f"ip{v}tables-legacy-save"]).stdout for v in ("", "6"))
    return "".join(
        f"{line}\n" for text in texts for line in text.splitlines() if line.startswith("-A")
    )


@pytest.mark.parametrize("file", SCENARIOS)
def test_scenario(file: str, legacy: Legacy) -> None:
    legacy("apply", str(EXAMPLES / file)).ok()
    saved = legacy("save").ok()
    assert (rules_of(saved, "filter"), rules_of(saved, "nat")) == SCENARIOS[file]
    assert legacy("apply", str(EXAMPLES / file)).ok().startswith("nothing to change: ")


@pytest.mark.parametrize("file", SCENARIOS)
def test_ipv6_twin(file: str, legacy: Legacy) -> None:
    legacy("apply", "-", stdin=ipv6_twin((EXAMPLES / file).read_text())).ok()
    saved = legacy("save", "-6").ok()
    wanted = tuple(to_ipv6(text) for text in SCENARIOS[file])
    assert (rules_of(saved, "filter"), rules_of(saved, "nat")) == wanted


def test_save_prints_what_iptables_save_prints(legacy: Legacy, netns: str) -> None:
    legacy("apply", str(EXAMPLES / "compose.yml")).ok()
    for version in ("", "6"):
        saved = legacy("save", *([f"-{version}"] if version else [])).ok()
        for table in ("filter", "nat"):
            own = in_netns(netns, [f"ip{version}tables-legacy-save", "-t", table]).stdout
            lines = [line for line in own.splitlines() if not line.startswith("#")]
            zeroed = [line.split(" [")[0] for line in lines]
            assert "\n".join(zeroed) in "\n".join(x.split(" [")[0] for x in saved.splitlines())


def test_a_network_is_known_by_its_bridges_name(legacy: Legacy, netns: str) -> None:
    legacy("network", "create", "mine", "--subnet", "10.9.0.0/24").ok()
    empty = printed(netns)
    bridge = "com.docker.network.bridge.name=br-f"
    legacy("network", "create", "front", "--subnet", "10.1.0.0/24", "-o", bridge).ok()
    networks = json.loads(legacy("network", "ls", "--json").ok())
    assert [(n["name"], n["subnet_v4"], n["made_by"]) for n in networks][1:] == [
        ("br-f", "10.1.0.0/24", "others")
    ]
    assert "there is no network 'front'" in legacy("network", "rm", "front").failed()
    legacy("network", "rm", "br-f").ok()
    assert printed(netns) == empty


def test_a_default_bridges_name_tells_the_networks_name(legacy: Legacy, netns: str) -> None:
    legacy("network", "create", "gone", "--subnet", "10.8.0.0/24").ok()
    legacy("network", "rm", "gone").ok()
    started = printed(netns)
    legacy("network", "create", "mine", "--subnet", "10.9.0.0/24").ok()
    ports = ("8080:80", "[::1]:53:53/udp", "9000:9000/sctp")
    message = legacy("port", "publish", "mine", "10.9.0.2", *ports).failed()
    assert "differ in IP version" in message
    legacy("port", "publish", "mine", "10.9.0.2", *ports[::2]).ok()
    assert "--dport 8080 -j DNAT --to-destination 10.9.0.2:80\n" in printed(netns)
    legacy("port", "release", "mine", "10.9.0.2", ports[0]).ok()
    assert "8080" not in printed(netns)
    legacy("network", "rm", "mine").ok()
    assert printed(netns) == started


def test_a_dry_run_sends_nothing(legacy: Legacy, netns: str) -> None:
    plan = legacy("apply", "--dry-run", str(EXAMPLES / "compose.yml")).ok()
    assert "+ iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER" in plan
    assert printed(netns) == ""


def test_what_a_file_lacks_is_left_alone(legacy: Legacy) -> None:
    """Nothing says whose it is; on nf_tables a note in the rules does."""
    legacy("apply", str(EXAMPLES / "scenario-bridge1.yml")).ok()
    before = legacy("save").ok()
    legacy("apply", str(EXAMPLES / "scenario-docker0.yml")).ok()
    assert legacy("save").ok() == before


def test_an_unfinished_choice_is_the_users(nfcore: Run, netns: str) -> None:
    common = ("--netns", netns)
    nfcore("apply", *common, "--backend", "legacy", str(EXAMPLES / "compose.yml")).ok()
    message = nfcore("apply", str(EXAMPLES / "compose.yml"), *common).failed().replace("\n", " ")
    assert "iptables-legacy holds DOCKER chains" in message
    assert "give --backend nftables" in message
    for command in (("save",), ("network", "ls")):  # what only reads, reads where the chains are
        assert (
            nfcore(*command, *common).ok() == nfcore(*command, *common, "--backend", "legacy").ok()
        )
    assert in_netns(netns, ["nft", "list", "ruleset"]).stdout == ""
