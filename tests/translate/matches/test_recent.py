"""``-m recent``."""

from __future__ import annotations

import string
from dataclasses import replace

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.harness.native import json_unit
from tests.translate.harness.oracles import Oracles
from tests.translate.strategies import addresses, versions, whole_rules
from translate import InvalidRule, IPVersion, Rule, parse, to_nft
from translate.addresses import mask_of_length
from translate.matches.recent import Recent

V4, V6 = (4,), (6,)
RECENT = At(prefix="-m recent ", versions=V4)
_NONE = "iptables-translate has no form"
_FULL = "--mask 255.255.255.255 --rsource"
_LOOKED_UP = "add set ip {table} xt_recent_DEFAULT { type ipv4_addr; }"
_CHANGED = "add set ip {table} xt_recent_foo { type ipv4_addr; flags dynamic; size 65535; }"

CASES = ExtensionCases(
    name="recent",
    saves=(
        RECENT.case("--set", f"--set --name DEFAULT {_FULL}"),
        RECENT.case("! --set", f"! --set --name DEFAULT {_FULL}"),
        RECENT.case("! --remove --name a", f"! --remove --name a {_FULL}"),
        RECENT.case(
            "--reap --seconds 60 --update --name b --rttl --hitcount 4 --rsource --rdest",
            "--update --seconds 60 --reap --hitcount 4 --rttl --name b --mask 255.255.255.255 "
            "--rdest",
        ),
        RECENT.case("--rcheck --hitcount 0", f"--rcheck --name DEFAULT {_FULL}"),
        RECENT.case(
            "--rcheck --hitcount 65535 --name c", f"--rcheck --hitcount 65535 --name c {_FULL}"
        ),
        RECENT.case(
            "--set --name d --mask 255.0.255.0", "--set --name d --mask 255.0.255.0 --rsource"
        ),
        RECENT.case(f"--set --name {'x' * 210}", f"--set --name {'x' * 199} {_FULL}"),
        RECENT.case(
            "--set --name e",
            f"--set --name e --mask {':'.join(['ffff'] * 8)} --rsource",
            versions=V6,
        ),
        RECENT.case(
            "--set --name f --mask ffff::", "--set --name f --mask ffff:: --rsource", versions=V6
        ),
    ),
    refused=(
        RECENT.refusal("", "must be given"),
        RECENT.refusal("--set --rcheck", "cannot be used with"),
        RECENT.refusal("--rcheck --seconds 0", "not a number from 1"),
        RECENT.refusal("--rcheck --seconds 4294967296", "not a number from 1"),
        RECENT.refusal("--rcheck --hitcount 65536", "not a number"),
        RECENT.refusal("--rcheck --reap", "needs --seconds"),
        RECENT.refusal("--set --seconds 60", "belong to --rcheck"),
        RECENT.refusal("--remove --hitcount 2", "belong to --rcheck"),
        RECENT.refusal("--set --rttl", "cannot be used with"),
        RECENT.refusal("--set --name ''", "1 to 199 bytes"),
        RECENT.refusal("--set --name a/b", "a file's name"),
        RECENT.refusal("--set --name .", "a file's name"),
        RECENT.refusal("--set --mask x", "invalid mask"),
        RECENT.refusal(
            "--set --mask 24", "invalid mask", oracle=False, reason="it means 0.0.0.24 to iptables"
        ),
        RECENT.refusal("--set --mask 64", "invalid mask", versions=V6),
        RECENT.refusal("! --name foo --set", "'!' is not allowed"),
    ),
    native=(
        RECENT.native("--rcheck", "ip saddr @xt_recent_DEFAULT", _NONE, declared=_LOOKED_UP),
        RECENT.native(
            "! --rcheck --rdest --mask 255.255.255.0",
            "ip daddr & 255.255.255.0 != @xt_recent_DEFAULT",
            _NONE,
            declared=_LOOKED_UP,
        ),
        RECENT.native(
            "--set --name foo", "update @xt_recent_foo { ip saddr }", _NONE, declared=_CHANGED
        ),
        RECENT.native(
            "--update --name foo",
            "ip saddr @xt_recent_foo update @xt_recent_foo { ip saddr }",
            _NONE,
            declared=_CHANGED,
        ),
        RECENT.native(
            "--remove --name foo --rdest",
            "ip daddr @xt_recent_foo delete @xt_recent_foo { ip daddr }",
            _NONE,
            declared=_CHANGED,
        ),
        RECENT.native(
            "--rcheck",
            "ip6 saddr @xt_recent_DEFAULT",
            _NONE,
            declared="add set ip6 {table} xt_recent_DEFAULT { type ipv6_addr; }",
            versions=V6,
        ),
        RECENT.untranslatable("--rcheck --seconds 60", "when or how"),
        RECENT.untranslatable("--update --hitcount 4", "when or how"),
        RECENT.untranslatable("--rcheck --rttl", "when or how"),
        RECENT.untranslatable("! --set", "only where the rule matches"),
        RECENT.untranslatable("! --update", "only where the rule matches"),
        RECENT.untranslatable("--set --name 'a b'", "no such characters"),
    ),
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    version = draw(versions())
    operation = draw(st.sampled_from(["set", "rcheck", "update", "remove"]))
    full = mask_of_length(version.bits, version)
    match = Recent(
        operation=operation,
        negated=draw(st.booleans()),
        # A list keeps the mask and side of its first rule in xt_recent.
        list_name=draw(st.text(string.ascii_letters, min_size=1, max_size=30)),
        mask=draw(st.just(full) | addresses(version)),
        side=draw(st.sampled_from(["source", "destination"])),
    )
    if operation in {"rcheck", "update"} and draw(st.booleans()):
        seconds = draw(st.none() | st.integers(1, 0x7FFFFFFF))
        match = replace(
            match,
            seconds=seconds,
            reap=seconds is not None and draw(st.booleans()),
            hits=draw(st.integers(0, 0xFFFF)),
            same_ttl=draw(st.booleans()),
        )
    return draw(whole_rules(st.just(match), version=st.just(version)))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"operation": "add"}, "set, rcheck, update, remove"),
        ({"side": "both"}, "source or destination"),
        ({"seconds": 0}, "seconds must be"),
        ({"hits": 65536}, "hitcount must be"),
        ({"reap": True}, "needs --seconds"),
        ({"operation": "set", "hits": 2}, "belong to --rcheck"),
    ],
)
def test_wrong_values(values: dict[str, object], message: str) -> None:
    mask = mask_of_length(32, IPVersion.V4)
    with pytest.raises(InvalidRule, match=message):
        Recent(**{"operation": "rcheck", "mask": mask, **values})  # type: ignore[arg-type]


def test_rules_on_one_list_load_together(oracles: Oracles) -> None:
    made = []
    for words in (["--set"], ["--rcheck"], ["--remove"]):
        rule = parse(["-m", "recent", *words], version=IPVersion.V4, chain="FORWARD")
        made.append((rule, to_nft(rule)))
    units = [json_unit(rule, nft) for rule, nft in made]
    commands = [command for unit in units for command in unit.commands]
    once = tuple(c for n, c in enumerate(commands) if c not in commands[:n])
    together = replace(units[0], commands=once)
    (loaded,) = oracles.nft.load([together])
    assert loaded.listed is not None, loaded.error
    assert len(loaded.listed.rules) == 3
    assert len(loaded.listed.objects) == 1
