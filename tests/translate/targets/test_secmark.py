"""``-j SECMARK``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import whole_rules
from translate import InvalidRule, IPVersion, Rule, to_nft
from translate.targets.secmark import Secmark

SECMARK = At(table="security", prefix="-j SECMARK")
_CONTEXT = "system_u:object_r:httpd_packet_t:s0"

CASES = ExtensionCases(
    name="SECMARK",
    saves=(SECMARK.case(f" --selctx {_CONTEXT}"), SECMARK.case(" --selctx x", table="mangle")),
    refused=(
        SECMARK.refusal("", "--selctx must be given"),
        SECMARK.refusal(
            " --selctx ''",
            "1 to 255 bytes",
            oracle=False,
            reason="without SELinux the kernel has no contexts at all",
        ),
        SECMARK.refusal(" --selctx x", "only in table", table="filter"),
    ),
    native=(
        SECMARK.native(
            f" --selctx {_CONTEXT}",
            'counter meta secmark set "selctx_system_u_object_r_httpd_packet_t_s0_7158914e"',
            "iptables-translate has no form",
            declared='add secmark ip {table} s "x"',
            versions=(4,),
        ),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    contexts = st.text("abc_:,.-", min_size=1, max_size=40).filter(lambda text: text[0] != "-")
    return whole_rules(target=st.builds(Secmark, context=contexts), tables=("mangle", "security"))


def test_the_context_is_declared_and_kept_in_the_comment() -> None:
    rule = Rule(
        version=IPVersion.V4, table="security", chain="INPUT", target=Secmark(context=_CONTEXT)
    )
    nft = to_nft(rule)
    (declared,) = nft.declarations
    assert declared["secmark"]["context"] == _CONTEXT
    assert nft.expr[-1] == {"secmark": declared["secmark"]["name"]}
    assert nft.comment == f"nfcore(j=SECMARK:{_CONTEXT})"


def test_wrong_values() -> None:
    with pytest.raises(InvalidRule, match="1 to 255 bytes"):
        Secmark(context="")
