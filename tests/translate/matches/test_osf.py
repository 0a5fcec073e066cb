"""``-m osf``."""

from __future__ import annotations

import string

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import negatable, versions, whole_rules
from translate import Negatable, Rule
from translate.matches.osf import Osf
from translate.protocols import TCP

_NONE = "iptables-translate has no form"

CASES = ExtensionCases(
    name="osf",
    versions=(4,),
    saves=(
        Case("-p tcp -m osf --genre Linux"),
        Case(
            "-p tcp -m osf ! --genre Linux --log 2 --ttl 1",
            "-p tcp -m osf ! --genre Linux --ttl 1 --log 2",
        ),
        Case("-p tcp -m osf --genre Linux --ttl 0 --log 0"),
        Case(f"-p tcp -m osf --genre {'x' * 31}"),
    ),
    refused=(
        Refusal("-m osf --genre Linux", match="needs -p tcp"),
        Refusal("-p udp -m osf --genre Linux", match="needs -p tcp"),
        Refusal("-p tcp -m osf", match="--genre must be given"),
        Refusal("-p tcp -m osf --genre Linux --ttl 3", match="from 0 to 2"),
        Refusal("-p tcp -m osf --genre Linux --log 3", match="from 0 to 2"),
        Refusal("-p tcp -m osf --genre Linux", match="not in OUTPUT", chain="OUTPUT"),
        Refusal("-p tcp -m osf --genre Linux", match="no match", versions=(6,)),
        Refusal(
            "-p tcp -m osf --genre 'a b'",
            match="no white space",
            oracle=False,
            reason="iptables-save's line can't be read again",
        ),
        Refusal(
            f"-p tcp -m osf --genre {'x' * 32}",
            match="1 to 31 bytes",
            oracle=False,
            reason="iptables cuts it off in silence",
        ),
    ),
    native=(
        Native(
            "-p tcp -m osf --genre Linux",
            expected='ip protocol tcp osf name "Linux"',
            reason=_NONE,
        ),
        Native(
            "-p tcp -m osf ! --genre Linux --ttl 1",
            expected='ip protocol tcp osf ttl loose name != "Linux"',
            reason=_NONE,
        ),
        Native(
            "-p tcp -m osf --genre Linux --ttl 2",
            expected='ip protocol tcp osf ttl skip name "Linux"',
            reason=_NONE,
        ),
        Native("-p tcp -m osf --genre Linux --log 0", untranslatable="does not log"),
        Native("-p tcp -m osf --genre unknown", untranslatable="no signature fits"),
        Native(f"-p tcp -m osf --genre {'x' * 16}", untranslatable="1 to 15 bytes"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    names = st.text(string.ascii_letters + string.digits + ".-_:*", min_size=1, max_size=31)
    values = st.builds(
        Osf,
        genre=negatable(names),
        ttl=st.integers(0, 2),
        log=st.none() | st.integers(0, 2),
    )
    return whole_rules(
        values,
        version=versions(4),
        chains=("INPUT", "FORWARD", "CUSTOM"),
        protocol=Negatable(TCP),
    )
