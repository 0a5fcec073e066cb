"""``-j CHECKSUM``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import whole_rules
from translate import Rule
from translate.targets.checksum import Checksum

CHECKSUM = At(table="mangle", chain="POSTROUTING", prefix="-p udp -j CHECKSUM")

CASES = ExtensionCases(
    name="CHECKSUM",
    saves=(CHECKSUM.case(" --checksum-fill"),),
    refused=(
        CHECKSUM.refusal("", "--checksum-fill must be given"),
        CHECKSUM.refusal(" --checksum-fill", "only in table", table="filter", chain="OUTPUT"),
    ),
    native=(CHECKSUM.untranslatable(" --checksum-fill", "completes no checksums"),),
)


def rules() -> st.SearchStrategy[Rule]:
    return whole_rules(target=st.just(Checksum()), tables=("mangle",))
