"""``-m owner``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import negatable, whole_rules
from translate import Negatable, Rule
from translate.matches.owner import Owner
from translate.values.intervals import Interval

CASES = ExtensionCases(
    name="owner",
    saves=(
        Case("-m owner --uid-owner root", "-m owner --uid-owner 0", chain="OUTPUT"),
        Case("-m owner ! --gid-owner root", "-m owner ! --gid-owner 0", chain="OUTPUT"),
        Case("-m owner --uid-owner 0x10:20", "-m owner --uid-owner 16-20", chain="OUTPUT"),
        Case("-m owner --uid-owner 010", "-m owner --uid-owner 8", chain="OUTPUT"),
        Case("-m owner --uid-owner 10-10", "-m owner --uid-owner 10", chain="OUTPUT"),
        Case("-m owner --uid-owner 0-4294967294", chain="OUTPUT"),
        Case("-m owner ! --socket-exists ! --uid-owner 3 ! --gid-owner 5-6", chain="OUTPUT"),
        Case("-m owner --gid-owner 5 --suppl-groups", table="mangle", chain="POSTROUTING"),
        Case("-m owner --socket-exists", chain="CUSTOM"),
    ),
    refused=(
        Refusal("-m owner", match="must be given", chain="OUTPUT"),
        Refusal("-m owner --uid-owner no-such-user", match="invalid range", chain="OUTPUT"),
        Refusal("-m owner --uid-owner 4294967295", match="up to 4294967294", chain="OUTPUT"),
        Refusal("-m owner --uid-owner 10-", match="invalid range", chain="OUTPUT"),
        Refusal("-m owner --uid-owner -10", match="invalid range", chain="OUTPUT"),
        Refusal("-m owner --uid-owner 10-0", match="10 is above 0", chain="OUTPUT"),
        Refusal("-m owner --suppl-groups", match="--gid-owner before", chain="OUTPUT"),
        Refusal("-m owner --suppl-groups --gid-owner 5", match="before it", chain="OUTPUT"),
        Refusal("-m owner --gid-owner 5 ! --suppl-groups", match="not allowed", chain="OUTPUT"),
        Refusal("-m owner --pid-owner 1", match="unknown option", chain="OUTPUT"),
        Refusal("-m owner --uid-owner 1", match="not in INPUT", chain="INPUT"),
        Refusal("-m owner --socket-exists", match="not in FORWARD"),
    ),
    native=(
        Native("-m owner --uid-owner root -j ACCEPT", chain="OUTPUT"),
        Native("-m owner ! --uid-owner 1000", chain="OUTPUT"),
        Native("-m owner --gid-owner 0-10", chain="OUTPUT"),
        Native(
            "-m owner ! --uid-owner 1000 --gid-owner 0-10",
            expected="meta skuid != 1000 meta skgid 0-10",
            reason="iptables-translate has no form for both at once",
            chain="OUTPUT",
        ),
        Native("-m owner ! --gid-owner 0-4294967294", chain="OUTPUT"),
        Native("-m owner --socket-exists", chain="OUTPUT", untranslatable="whether there is one"),
        Native("-m owner --gid-owner 1 --suppl-groups", chain="OUTPUT", untranslatable="others"),
    ),
)


def rules() -> st.SearchStrategy[Rule]:
    number = st.integers(0, 0xFFFFFFFE) | st.integers(0, 3)
    test = negatable(st.tuples(number, number).map(sorted).map(lambda pair: Interval(*pair)))
    exists = st.none() | negatable(st.just(True))
    values = (
        st.builds(Owner, user=test, group=st.none() | test)
        | st.builds(Owner, group=test)
        | st.builds(Owner, group=test, socket_exists=exists, supplementary=st.booleans())
        | st.builds(Owner, socket_exists=st.just(Negatable(value=True, negated=True)))
    )
    return whole_rules(values, chains=("OUTPUT", "CUSTOM"))
