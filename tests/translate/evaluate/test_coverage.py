"""Every extension that translate knows is either evaluated or known not to be decidable."""

from __future__ import annotations

from translate.evaluate.matches import EVALUATORS
from translate.evaluate.targets import APPLIERS, WITHOUT_EFFECT
from translate.registry import DEFAULT_REGISTRY

UNDECIDABLE = """
ah bpf cgroup cluster connbytes connlabel connlimit cpu devgroup dst esp eui64 frag hashlimit hbh
helper ipcomp ipv6header ipvs limit mh nfacct osf owner physdev policy quota rateest realm recent
rpfilter rt set socket srh statistic string tcpmss time u32
"""
"""Matches that ask for more than a `Packet` holds."""
UNKNOWN_EFFECT = "CLUSTERIP DNPT HMARK SNPT SYNPROXY TPROXY"
"""Targets whose effect the evaluator doesn't work out."""
HOW = "give it an evaluator in translate/evaluate, or list it here"


def test_matches() -> None:
    missing = {m.name for m in DEFAULT_REGISTRY.matches if m.value not in EVALUATORS}
    assert missing == {*UNDECIDABLE.split()}, HOW


def test_targets() -> None:
    known = {*APPLIERS, *WITHOUT_EFFECT}
    missing = {t.name for t in DEFAULT_REGISTRY.targets if t.value not in known}
    assert missing == {*UNKNOWN_EFFECT.split()}, HOW


def test_there_is_nothing_else() -> None:
    matches = {m.value for m in DEFAULT_REGISTRY.matches}
    assert {*EVALUATORS} <= matches
    assert not {*APPLIERS} & WITHOUT_EFFECT
