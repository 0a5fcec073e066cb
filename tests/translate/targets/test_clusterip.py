"""``-j CLUSTERIP``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import versions, whole_rules
from translate import InvalidRule, Rule
from translate.targets.clusterip import Clusterip, NewCluster

CLUSTERIP = At(chain="INPUT", prefix="-d 10.31.3.236/32 -i lo -j CLUSTERIP")
_MAC = "01:AA:7B:47:F7:D7"


def _new(
    mode: str = "sourceip",
    mac: str = _MAC,
    total: str = "2",
    local: str = "1",
    seed: str | None = "1",
) -> str:
    words = f" --new --hashmode {mode} --clustermac {mac} --total-nodes {total}"
    words += f" --local-node {local}"
    return words if seed is None else f"{words} --hash-init {seed}"


CASES = ExtensionCases(
    name="CLUSTERIP",
    versions=(4,),
    saves=(
        CLUSTERIP.case(""),
        CLUSTERIP.case(_new()),
        CLUSTERIP.case(_new(mac="1:aa:7b:47:f7:d7", seed=None), _new(seed="0")),
        CLUSTERIP.case(_new("sourceip-sourceport-destport", total="16", local="16")),
    ),
    refused=(
        CLUSTERIP.refusal(" --new", "must be given together"),
        CLUSTERIP.refusal(" --hashmode sourceip", "must be given together"),
        CLUSTERIP.refusal(_new("foo"), "unknown hash mode"),
        CLUSTERIP.refusal(_new(mac="00:AA:7B:47:F7:D7"), "not a multicast"),
        CLUSTERIP.refusal(_new(mac="01:AA:7B:47:F7"), "invalid MAC address"),
        CLUSTERIP.refusal(_new(total="17"), "from 0 to 16"),
        CLUSTERIP.refusal(_new(local="17"), "from 0 to 16"),
        CLUSTERIP.refusal(_new(seed="x"), "not a number"),
        CLUSTERIP.refusal(
            _new(local="0"),
            "must be 1 to 16, not 0",
            oracle=False,
            reason="this kernel has no CLUSTERIP to refuse it",
        ),
    ),
    native=(CLUSTERIP.untranslatable("", "no ARP"),),
)


def rules() -> st.SearchStrategy[Rule]:
    new = st.builds(
        NewCluster,
        hash_mode=st.sampled_from(["sourceip", "sourceip-sourceport"]),
        mac=st.just(_MAC),
        total_nodes=st.integers(0, 16),
        local_node=st.integers(1, 16),
        hash_init=st.integers(0, 0xFFFFFFFF),
    )
    return whole_rules(
        target=st.builds(Clusterip, new=st.none() | new),
        version=versions(4),
        chains=("INPUT", "CUSTOM"),
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"hash_mode": "foo"}, "unknown hash mode"),
        ({"mac": "00:00:00:00:00:00"}, "not a multicast"),
        ({"total_nodes": 17}, "total nodes must be 0 to 16"),
        ({"local_node": 0}, "local node must be 1 to 16"),
    ],
)
def test_wrong_values(values: dict[str, object], message: str) -> None:
    good = {"hash_mode": "sourceip", "mac": _MAC, "total_nodes": 2, "local_node": 1}
    with pytest.raises(InvalidRule, match=message):
        NewCluster(**{**good, **values})  # type: ignore[arg-type] # one wrong value at a time
