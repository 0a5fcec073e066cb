from __future__ import annotations

from collections.abc import Sequence

from bench.findings import find
from bench.results import Measurement, Results
from tests.bench.made import measurement

SETS = "nfcore sets"


def said(*measurements: Measurement) -> list[str]:
    return [
        sentence
        for found in find(Results(measurements=measurements))
        for sentence in found.sentences
    ]


def created(
    peer: str, *seconds: float, sizes: Sequence[int] = (0, 100, 10_000)
) -> list[Measurement]:
    return [
        measurement(value, peer=peer, networks=size)
        for value, size in zip(seconds, sizes, strict=False)
    ]


def test_nothing_measured_is_nothing_said() -> None:
    assert said() == []


def test_growth_is_told_by_the_most_and_the_fewest_networks() -> None:
    sentences = said(*created(SETS, 0.002, 0.001, 0.003))
    assert (
        "nfcore sets: with 10,000 networks present 1.5 times what it takes with 0, and "
        "3 times what it takes with 100."
    ) in sentences


def test_other_ways_are_told_as_multiples_of_sets() -> None:
    sentences = said(*created(SETS, 0.001), *created("nft -f", 0.25))
    assert (
        "With 0 networks present nfcore sets creates one in 1 ms. Of that take: nft -f 250 times."
    ) in sentences


def test_where_another_way_is_quicker_is_told() -> None:
    sentences = said(
        *created(SETS, 0.002, 0.002), *created("nft -f", 0.001, 0.003), *created("floor", 0.0001)
    )
    assert [sentence for sentence in sentences if "quick" in sentence] == [
        "create: nfcore sets is the quickest way at 1 of 2 points.",
        "create: nft -f is quicker with 1 at 0 (ipv4, 0.5 times).",
    ]


def test_the_own_part_is_creation_and_deletion_together() -> None:
    sentences = said(
        measurement(0.003, peer="nfcore rules"),
        measurement(0.001, peer="nfcore rules", question="delete"),
        measurement(0.0015, peer="libnftables JSON"),
        measurement(0.0005, peer="libnftables JSON", question="delete"),
    )
    assert (
        "nfcore rules, 0 networks present: 2 times what libnftables needs for the same JSON, "
        "and 2 times its CPU time; the difference is 2 ms."
    ) in sentences


def test_a_clock_that_saw_nothing_makes_no_claim() -> None:
    assert said(*created(SETS, 0.0, 0.0), *created("floor", 0.0)) == [
        "create: nfcore sets is the quickest way at 2 of 2 points."
    ]


def test_packets_and_connections_are_told_by_the_most_and_the_fewest() -> None:
    sentences = said(
        measurement(0.00001, question="rtt", peer=SETS),
        measurement(0.00002, question="rtt", peer=SETS, networks=10_000),
        measurement(1000.0, question="packets", peer=SETS, unit="/s"),
        measurement(900.0, question="packets", peer=SETS, unit="/s", networks=10_000),
        measurement(1000.0, question="connections", peer=SETS, unit="/s", ports=1),
        measurement(500.0, question="connections", peer=SETS, unit="/s", ports=100),
    )
    assert sentences == [
        "nfcore sets: with 10,000 networks present a round trip takes 2 times what it takes with "
        "0, and 0.9 times as many packets a second pass.",
        "nfcore sets: with 100 ports published there are 0.5 times as many connections a second as "
        "with 1.",
    ]


def test_churn_is_told_by_its_slowest_and_by_what_was_lost() -> None:
    sentences = said(
        *(
            measurement(value, question=f"churn: {what}", peer=peer, networks=5, unit=unit)
            for peer, factor in ((SETS, 1), ("nft -f", 3))
            for what, value, unit in (
                ("programming", 0.001 * factor, "s"),
                ("packets", 0.0001, "s"),
                ("lost", 0.5, "%"),
            )
        )
    )
    assert sentences == [
        "5 networks, nfcore sets: 99% of changes were done within 1 ms, 99% of packets were back "
        "within 100 us; 0.5% of packets were lost, none of changes had no turn.",
        "5 networks, nft -f: 99% of changes were done within 3 ms (3 times what nfcore sets "
        "takes), 99% of packets were back within 100 us; 0.5% of packets were lost, none of "
        "changes had no turn.",
    ]
