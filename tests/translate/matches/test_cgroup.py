"""``-m cgroup``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import negatable, whole_rules
from translate import Rule
from translate.matches.cgroup import Cgroup

CASES = ExtensionCases(
    name="cgroup",
    saves=(
        Case("-m cgroup --cgroup 1", chain="OUTPUT"),
        Case("-m cgroup ! --cgroup 0x10", "-m cgroup ! --cgroup 16", chain="INPUT"),
        Case("-m cgroup --cgroup 4294967295", table="mangle", chain="POSTROUTING"),
        Case("-m cgroup --path /", '-m cgroup --path "/"', chain="OUTPUT"),
        Case("-m cgroup --path ''", '-m cgroup --path ""', chain="OUTPUT"),
        Case("-m cgroup ! --path /", '-m cgroup ! --path "/"', chain="CUSTOM"),
    ),
    refused=(
        Refusal("-m cgroup", match="either --cgroup or --path", chain="OUTPUT"),
        Refusal("-m cgroup --path / --cgroup 1", match="either --cgroup", chain="OUTPUT"),
        Refusal(f"-m cgroup --path {'x' * 512}", match="up to 511 bytes", chain="OUTPUT"),
        Refusal("-m cgroup --cgroup foo", match="not a number", chain="OUTPUT"),
        Refusal("-m cgroup --cgroup 1", match="not in FORWARD"),
        Refusal("-m cgroup --path /", match="not in FORWARD"),
        Refusal("-m cgroup --cgroup 1", match="not in PREROUTING", table="raw", chain="PREROUTING"),
    ),
    native=(
        Native("-m cgroup --cgroup 1", chain="OUTPUT"),
        Native("-m cgroup ! --cgroup 4294967295", chain="OUTPUT"),
        Native("-m cgroup --path /system.slice", chain="OUTPUT", untranslatable="cgroupv2"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    values = st.builds(Cgroup, class_id=negatable(st.integers(0, 0xFFFFFFFF)))
    # Other paths must exist where the rule is loaded.
    paths = st.builds(Cgroup, path=negatable(st.just("/")))
    return whole_rules(values | paths, chains=("INPUT", "OUTPUT", "CUSTOM"))
