"""What the kernel tells of its sets."""

from __future__ import annotations

from nfcore.executor import call_in_netns
from nfcore.executor._netlink import NftablesSocket
from nfcore.executor.elements._forms import ElementForm, read_forms
from tests.netns import in_netns
from translate import IPVersion

PLAIN = {
    "names": ("type ifname", ElementForm(("ifname",), None)),
    "pairs": ("type ifname . ifname; counter", ElementForm(("ifname", "ifname"), None)),
    "ports": (
        "type ifname . ipv4_addr . inet_proto . inet_service",
        ElementForm(("ifname", "ipv4_addr", "inet_proto", "inet_service"), None),
    ),
    "six": ("type ipv6_addr", ElementForm(("ipv6_addr",), None)),
}
FOREIGN = {
    "ranges": "type ipv4_addr; flags interval",
    "times": "type ifname; timeout 1h",
    "fixed": "type ifname; flags constant",
    "marks": "type ifname . mark",
    "updated": "type ipv4_addr; size 100; flags dynamic",
}


def test_forms_of_sets_of_every_kind(netns: str) -> None:
    sets = {**{name: words for name, (words, _) in PLAIN.items()}, **FOREIGN}
    lines = [f"add set ip t {name} {{ {words}; }}" for name, words in sets.items()]
    maps = {
        "to": "type inet_proto . inet_service : ipv4_addr",
        "verdicts": "type ifname : verdict",
        "pairs-to": "type ifname : ipv4_addr . inet_service",
    }
    lines += [f"add map ip t {name} {{ {words}; }}" for name, words in maps.items()]
    in_netns(netns, ["nft", "add table ip t;" + ";".join(lines)])

    kernel = call_in_netns(netns, NftablesSocket)
    forms = read_forms(kernel.sets(IPVersion.V4, "t"))
    none = kernel.sets(IPVersion.V6, "t")
    kernel.close()

    assert forms == {
        **{name: form for name, (_, form) in PLAIN.items()},
        "to": ElementForm(("inet_proto", "inet_service"), "ipv4_addr"),
    }
    assert none == []


def test_a_set_of_another_size_than_its_types_is_none_of_these() -> None:
    told = {2: b"odd\0", 4: (41).to_bytes(4, "big"), 5: (8).to_bytes(4, "big")}
    assert read_forms([told]) == {}
