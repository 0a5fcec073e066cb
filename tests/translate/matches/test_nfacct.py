"""``-m nfacct``; without an object of the name, iptables itself refuses the rule."""

from __future__ import annotations

from tests.translate.harness import Case, ExtensionCases, Native, Refusal

CASES = ExtensionCases(
    name="nfacct",
    saves=(
        Case("-m nfacct --nfacct-name http"),
        Case("-m nfacct --nfacct-name a.b", '-m nfacct --nfacct-name "a.b"'),
        Case(f"-m nfacct --nfacct-name {'x' * 31}"),
    ),
    refused=(
        Refusal("-m nfacct", match="--nfacct-name must be given"),
        Refusal("-m nfacct --nfacct-name ''", match="1 to 31 bytes"),
        Refusal("-m nfacct ! --nfacct-name a", match="not allowed"),
        Refusal(
            f"-m nfacct --nfacct-name {'x' * 32}",
            match="1 to 31 bytes",
            oracle=False,
            reason="iptables cuts it off in silence",
        ),
    ),
    native=(Native("-m nfacct --nfacct-name http", untranslatable="its own objects"),),
)
