"""``-j ULOG``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import versions, whole_rules
from translate import InvalidRule, Rule
from translate.targets.ulog import Ulog

ULOG = At(prefix="-j ULOG")

CASES = ExtensionCases(
    name="ULOG",
    versions=(4,),
    saves=(
        ULOG.case(""),
        ULOG.case(" --ulog-nlgroup 1 --ulog-cprange 0 --ulog-qthreshold 1", ""),
        ULOG.case(
            " --ulog-qthreshold 50 --ulog-cprange 5 --ulog-nlgroup 32 --ulog-prefix 'x y'",
            ' --ulog-prefix "x y" --ulog-nlgroup 32 --ulog-cprange 5 --ulog-qthreshold 50',
        ),
    ),
    refused=(
        ULOG.refusal(" --ulog-nlgroup 33", "from 1 to 32"),
        ULOG.refusal(" --ulog-qthreshold 0", "from 1 to 50"),
        ULOG.refusal(" --ulog-prefix 'a\nb'", "line break"),
    ),
    native=(ULOG.untranslatable("", "use -j NFLOG"),),
)


def rules() -> st.SearchStrategy[Rule]:
    return whole_rules(
        target=st.builds(
            Ulog,
            nlgroup=st.integers(1, 32),
            prefix=st.none() | st.text("ab c", min_size=1, max_size=31),
            cprange=st.integers(0, 0xFFFFFFFF),
            qthreshold=st.integers(1, 50),
        ),
        version=versions(4),
    )


@pytest.mark.parametrize(
    ("values", "message"), [({"nlgroup": 0}, "1 to 32"), ({"prefix": "x" * 32}, "31 bytes")]
)
def test_wrong_values(values: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidRule, match=message):
        Ulog(**values)  # type: ignore[arg-type] # one wrong value at a time
