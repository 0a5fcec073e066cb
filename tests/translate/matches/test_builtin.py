"""iptables' own options: -s, -d, -i, -o, -p, -f, -c, -j, -g."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import interfaces, masked_addresses, negatable, whole_rules
from translate import Counters, Interface, InvalidRule, IPVersion, Negatable, Rule, parse, save_line
from translate.protocols import MPTCP

_NO_NAMES = "host names are not resolved"
_WHOLE_WORD = "iptables takes the whole word for the value"
_IMPOSSIBLE = "the kernel allows no such name, so it could never match"

_SAVES = (
    # -p
    Case("-p TCP", "-p tcp"),
    Case("-p 0x6", "-p tcp"),
    Case("-p ' +006'", "-p tcp"),
    Case("--proto icmpv6", "-p ipv6-icmp"),
    Case("! -p 17", "! -p udp"),
    Case("-p all", ""),
    Case("-p 0", ""),
    Case("-p hopopt", ""),
    Case("-p ipv6-mh", "-p mobility-header"),
    Case("--protocol mh", "-p mobility-header"),
    Case("-p 4", "-p ipencap"),
    Case("-p AX.25", "-p ax.25"),
    Case("-p 254"),
    Case("! -p ipv6-frag"),
    Case("-p mptcp"),
    # -s and -d
    Case("--src 10", "-s 10.0.0.0/32", versions=(4,)),
    Case("-s 10.1.2.3/8 -d 0xa.010.1", "-s 10.0.0.0/8 -d 10.8.1.0/32", versions=(4,)),
    Case("-s 10.1.2.3/255.255.0.0", "-s 10.1.0.0/16", versions=(4,)),
    Case("! -d 10.1.2.3/255.0.255.0", "! -d 10.0.2.0/255.0.255.0", versions=(4,)),
    Case("--source '10.0.0.1/ 8'", "-s 10.0.0.0/8", versions=(4,)),
    Case("-s any/0", "", versions=(4,)),
    Case("! -s 0/0", "! -s 0.0.0.0/0", versions=(4,)),
    Case("! -s 10.0.0.1 ! -d 10.0.0.2", "! -s 10.0.0.1/32 ! -d 10.0.0.2/32", versions=(4,)),
    Case("-s 2001:DB8::1", "-s 2001:db8::1/128", versions=(6,)),
    Case("-s 2001:db8::1/0x20", "-s 2001:db8::/32", versions=(6,)),
    Case("! -d 2001:db8::1/ffff::ffff", "! -d 2001::1/ffff::ffff", versions=(6,)),
    Case("-s ::ffff:1.2.3.4", "-s ::ffff:1.2.3.4/128", versions=(6,)),
    Case("-s ::1:0/112", "-s ::0.1.0.0/112", versions=(6,)),
    Case("-s ::/0", "", versions=(6,)),
    Case("! -s ::/0", versions=(6,)),
    # -i and -o
    Case("! -i eth0 -o ppp+"),
    Case("-i + -o +", ""),
    Case("-i eth*"),
    Case("-i *+"),
    Case("-i a+b"),
    Case("-i abcdefghijklmn+"),
    Case("! --in-interface lo --out-i a:b", "! -i lo -o a:b"),
    Case("-i x", chain="INPUT"),
    Case("-o x", chain="OUTPUT"),
    Case("-i a -o b", chain="CUSTOM"),
    Case(
        "! -i +",
        oracle=False,
        reason="iptables-save loses it, though the kernel never matches such a rule",
    ),
    # -f
    Case("-f", versions=(4,)),
    Case("! --fragment", "! -f", versions=(4,)),
    # targets and general options
    Case("-j ACCEPT"),
    Case("-g USER"),
    Case("--jump USER", "-j USER"),
    Case("-v -v -w 5 -j DROP", "-j DROP"),
    Case("-w5 -j RETURN", "-j RETURN"),
    Case("-4 -j ACCEPT", "-j ACCEPT", versions=(4,)),
    Case("-6 -j ACCEPT", "-j ACCEPT", versions=(6,)),
    Case("-j ACCEPT --", "-j ACCEPT"),
    # -c
    Case("-c 1,2 -j ACCEPT", "-j ACCEPT"),
    Case("-c 0x1 ' -2x' -j ACCEPT", "-j ACCEPT"),
    Case("--set-counters=1,2,3", ""),
    # order
    Case(
        "-f -p udp -o eth2 -d 2.2.2.2 -i eth0 -s 1.1.1.1",
        "-s 1.1.1.1/32 -d 2.2.2.2/32 -i eth0 -o eth2 -p udp -f",
        versions=(4,),
    ),
)

_REFUSED = (
    Refusal("-p 256", match="unknown protocol '256'"),
    Refusal("-p tcpx", match="a name or a number from 0 to 255"),
    Refusal("-p 1_7", match="unknown protocol '1_7'"),
    Refusal("-p 0o6", match="unknown protocol '0o6'"),
    Refusal("-p ipv4", match="unknown protocol 'ipv4'"),
    Refusal("! -p all", match="would match nothing"),
    Refusal("-p tcp -p udp", match="only once"),
    Refusal("-ptcp", match="write its value 'tcp' as a word of its own"),
    Refusal("--jump=ACCEPT", match="write its value 'ACCEPT' as a word of its own"),
    Refusal("-s10.0.0.1", match="as a word of its own", versions=(4,)),
    Refusal("-s 10.0.0.1/33", match="invalid mask '33'", versions=(4,)),
    Refusal("-s 10.0.0.1/255.255", match="invalid mask '255.255'", versions=(4,)),
    Refusal("-s '10.0.0.1 '", match="not an IPv4 address", versions=(4,)),
    Refusal("-s 256.1.1.1", match="not an IPv4 address", versions=(4,)),
    Refusal("-s 1.2.3.4.5", match="not an IPv4 address", versions=(4,)),
    Refusal("-s 10.0.0.1,", match="not an IPv4 address", versions=(4,)),
    Refusal("-s ''", match="not an IPv4 address", versions=(4,)),
    Refusal("-s ::1", match="an IPv6 address in an IPv4 rule", versions=(4,)),
    Refusal("-s 1.2.3.4", match="an IPv4 address in an IPv6 rule", versions=(6,)),
    Refusal("-s fe80::1%eth0", match="not an IPv6 address", versions=(6,)),
    Refusal("-s ::1/129", match="invalid mask '129'", versions=(6,)),
    Refusal("! -s 1.1.1.1,2.2.2.2", match="a list of addresses", versions=(4,)),
    Refusal("! -s 1.1.1.1 -d 2.2.2.2,3.3.3.3", match="a list of addresses", versions=(4,)),
    Refusal(
        "-s localhost", match=_NO_NAMES, versions=(4,), oracle=False, reason="its answer may change"
    ),
    Refusal("-i ''", match="cannot be empty"),
    Refusal("-i abcdefghijklmnop", match="longer than 15 bytes"),
    Refusal("-i 'a b'", match="holds ' '", oracle=False, reason=_IMPOSSIBLE),
    Refusal("-i a/b", match="holds '/'", oracle=False, reason=_IMPOSSIBLE),
    Refusal("-ieth0", match="as a word of its own", oracle=False, reason=_WHOLE_WORD),
    Refusal("-o x", match="cannot be used in INPUT", chain="INPUT"),
    Refusal("-i x", match="cannot be used in OUTPUT", chain="OUTPUT"),
    Refusal("-o x", match="cannot be used in PREROUTING", table="mangle", chain="PREROUTING"),
    Refusal("-i +", match="cannot be used in POSTROUTING", table="nat", chain="POSTROUTING"),
    Refusal("-f", match="ip6tables has -m frag", versions=(6,)),
    Refusal("-f -f", match="only once", versions=(4,)),
    Refusal("-j ACCEPT -g USER", match="one target"),
    Refusal("-g ACCEPT", match="'ACCEPT' is not a user-defined chain"),
    Refusal("-g LOG", match="LOG is a target, and no user-defined chain"),
    Refusal("-j HL", match="IPv4 has no target HL", versions=(4,)),
    Refusal("-g HL", match="IPv4 has no target HL", versions=(4,)),
    Refusal("-j TTL", match="IPv6 has no target TTL", versions=(6,)),
    Refusal("-j INPUT", match="'INPUT' is not a user-defined chain"),
    Refusal("-j ''", match="cannot be empty"),
    Refusal("-n -j ACCEPT", match="belongs to -L"),
    Refusal("--line-numbers", match="belongs to -L"),
    Refusal("-6", match="cannot be used with iptables", versions=(4,)),
    Refusal("-4", match="cannot be used with ip6tables", versions=(6,)),
    Refusal("-W 5", match="only makes sense with --wait"),
    Refusal("-w x", match="a number of seconds"),
    Refusal("-c ''", match="a byte counter"),
    Refusal("-c ,3", match="not a packet and a byte counter"),
    Refusal("-c 3,", match="not a packet and a byte counter"),
    Refusal("-c 1 x", match="not a packet and a byte counter"),
    Refusal("-c 1 -j ACCEPT", match="a packet and a byte counter are needed"),
    Refusal("-- -j ACCEPT", match="unexpected argument"),
    Refusal("-j ACCEPT foo", match="unexpected argument 'foo'"),
)

_NATIVE = (
    Native("-j ACCEPT"),
    Native("! -i eth+ -o lo -j DROP"),
    Native("-i * -o *+"),
    Native("! -i +"),
    Native("-p ipv6-icmp"),
    Native("! -p gre"),
    Native("-p ipcomp"),
    Native("-p 255"),
    Native("-f", versions=(4,)),
    Native("! -f", versions=(4,)),
    Native("! -s 0/0", versions=(4,)),
    Native("-s 10.0.0.0/8 ! -d 10.0.2.0/255.0.255.0 -i a -p udp -f -j RETURN", versions=(4,)),
    Native("! -s 2001::1/ffff::ffff -d ::1.2.3.4", versions=(6,)),
    Native("-p mptcp", untranslatable="holds 8 bits"),
    Native("-i 'a\\*'", untranslatable="without the backslash"),
    Native("-i 'a\\+'", untranslatable="without the backslash"),
)

CASES = ExtensionCases(name="builtin", saves=_SAVES, refused=_REFUSED, native=_NATIVE)


def rules() -> st.SearchStrategy[Rule]:
    def of_version(version: IPVersion) -> st.SearchStrategy[Rule]:
        fragments = st.none() | negatable(st.just(value=True))
        return st.builds(
            Rule,
            version=st.just(version),
            chain=st.just("FORWARD"),
            in_interface=st.none() | negatable(interfaces()),
            out_interface=st.none() | negatable(interfaces()),
            source=st.none() | negatable(masked_addresses(version)),
            destination=st.none() | negatable(masked_addresses(version)),
            protocol=st.none() | negatable(st.integers(1, 255)),
            fragment=fragments if version is IPVersion.V4 else st.none(),
        )

    return whole_rules() | of_version(IPVersion.V4) | of_version(IPVersion.V6)


@pytest.mark.parametrize(
    ("words", "packets", "octets"),
    [
        (["1", "2"], 1, 2),
        (["1,2"], 1, 2),
        (["0x10", "010"], 0, 10),
        (["-1", " +2x"], (1 << 64) - 1, 2),
        (["99999999999999999999,1,2"], (1 << 64) - 1, 1),
    ],
)
def test_counters_are_read_as_sscanf_does(words: list[str], packets: int, octets: int) -> None:
    rule = parse(["-c", *words, "-j", "ACCEPT"], chain="FORWARD")
    assert rule.counters == Counters(packets=packets, bytes=octets)


def test_a_negated_interface_that_stands_for_all_is_kept() -> None:
    rule = parse(["!", "-o", "+"], chain="FORWARD")
    assert rule.out_interface == Negatable(Interface("+"), negated=True)
    assert save_line(rule) == "-A FORWARD ! -o +"


def test_a_protocol_that_cannot_be_is_refused() -> None:
    for number in (0, 256, MPTCP + 1):
        with pytest.raises(InvalidRule, match=f"protocol must be 1 to 255, not {number}"):
            Rule(version=IPVersion.V4, chain="FORWARD", protocol=Negatable(number))
