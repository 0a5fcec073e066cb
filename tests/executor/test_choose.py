"""Which kind of tables is chosen, by what is usable and what is live."""

from __future__ import annotations

import pytest

from nfcore.exceptions import BackendUnavailable, Conflict
from nfcore.executor import FakeExecutor
from nfcore.executor._choose import Choice, Contents, KindReport, choose_kind, contents_of

NFT, LEGACY = KindReport(kind="nftables"), KindReport(kind="legacy")
NO_NFT = KindReport(kind="nftables", answer="the kernel has no nf_tables")
NO_LEGACY = KindReport(kind="legacy", answer="iptables-legacy-restore is not in PATH")
DOCKER = Contents(docker=("iptables -t filter DOCKER",), others=("iptables -t filter FORWARD",))
WALL = Contents(
    others=tuple(f"iptables -t filter {name}" for name in ("INPUT", "FORWARD", "OUTPUT", "MY"))
)


@pytest.mark.parametrize("legacy", [LEGACY, NO_LEGACY])
def test_nf_tables_first(legacy: KindReport) -> None:
    assert choose_kind(NFT, legacy) == Choice(kind="nftables", reason="nf_tables is usable")


def test_what_the_chosen_kind_holds_does_not_matter() -> None:
    used = KindReport(kind="nftables", contents=DOCKER)
    assert choose_kind(used, LEGACY).kind == "nftables"


def test_legacy_where_nf_tables_is_not_usable() -> None:
    assert choose_kind(NO_NFT, LEGACY) == Choice(
        kind="legacy",
        reason="nf_tables is not usable (the kernel has no nf_tables), iptables-legacy is",
    )


def test_neither() -> None:
    with pytest.raises(
        BackendUnavailable,
        match=r"^no way to program rules \(nf_tables: the kernel has no nf_tables; "
        r"iptables-legacy: iptables-legacy-restore is not in PATH\)$",
    ):
        choose_kind(NO_NFT, NO_LEGACY)


def test_rules_are_not_split_over_both() -> None:
    with pytest.raises(Conflict) as caught:
        choose_kind(NFT, KindReport(kind="legacy", contents=DOCKER))
    assert str(caught.value) == (
        "nf_tables is usable, but iptables-legacy holds DOCKER chains (iptables -t filter DOCKER), "
        "and packets pass both kinds of tables: give --backend nftables to program nf_tables "
        "beside it, or --backend legacy to stay there; nfcore migrate moves Docker's rules"
    )


def test_a_firewall_in_nf_tables_that_cannot_be_programmed() -> None:
    used = KindReport(kind="nftables", answer="no libnftables", contents=WALL)
    with pytest.raises(Conflict) as caught:
        choose_kind(used, LEGACY)
    assert str(caught.value) == (
        "nf_tables is not usable (no libnftables), iptables-legacy is, but nf_tables holds a "
        "firewall (iptables -t filter INPUT, iptables -t filter FORWARD, iptables -t filter "
        "OUTPUT, …), and packets pass both kinds of tables: give --backend legacy to program "
        "iptables-legacy beside it, or --backend nftables to stay there"
    )


@pytest.mark.parametrize(
    ("text", "docker", "others"),
    [
        ("*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n", [], []),
        ("*filter\n:FORWARD DROP [0:0]\nCOMMIT\n", [], ["FORWARD"]),
        ("*filter\n:INPUT ACCEPT [0:0]\n[0:0] -A INPUT -j DROP\nCOMMIT\n", [], ["INPUT"]),
        ("*filter\n:MINE - [0:0]\nCOMMIT\n", [], ["MINE"]),
        (
            "*filter\n:DOCKER-USER - [0:0]\n:DOCKER - [0:0]\n:DOCKERS - [0:0]\nCOMMIT\n",
            ["DOCKER-USER", "DOCKER"],
            ["DOCKERS"],
        ),
    ],
)
def test_what_is_live(text: str, docker: list[str], others: list[str]) -> None:
    contents = contents_of(FakeExecutor.parse(text).snapshot())

    assert contents == Contents(
        docker=tuple(f"iptables -t filter {name}" for name in docker),
        others=tuple(f"iptables -t filter {name}" for name in others),
    )
    assert bool(contents) == bool(docker or others)


def test_a_kind_that_holds_dockers_chains_goes_on_holding_them() -> None:
    docker = Contents(docker=("iptables -t filter DOCKER",))
    for others in (docker, Contents(others=("iptables -t filter INPUT",))):
        choice = choose_kind(
            KindReport(kind="nftables", contents=docker), KindReport(kind="legacy", contents=others)
        )
        assert choice.kind == "nftables"
        assert "holds DOCKER chains already" in choice.reason


def test_reading_splits_nothing() -> None:
    docker = Contents(docker=("iptables -t filter DOCKER",))
    empty = KindReport(kind="nftables")
    legacy = KindReport(kind="legacy", contents=docker)
    assert choose_kind(empty, legacy, reading=True).kind == "legacy"
    firewall = KindReport(kind="legacy", contents=Contents(others=("iptables -t filter INPUT",)))
    assert choose_kind(empty, firewall, reading=True).kind == "nftables"
