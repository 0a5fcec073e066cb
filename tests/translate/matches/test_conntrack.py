"""``-m conntrack``."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from typing import Any

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import addresses, negatable, port_ranges, whole_rules
from translate import IPVersion, Negatable, PortRange, Rule
from translate.matches.conntrack import Conntrack
from translate.protocols import TCP
from translate.values.hosts import Host
from translate.values.intervals import Interval

_ALL = (
    "-m conntrack --ctstate NEW --ctproto 6 --ctorigsrc 1.2.3.4 ! --ctorigdst 1.2.3.0/24 "
    "--ctreplsrc 1.2.3.6 --ctrepldst 1.2.3.7 --ctorigsrcport 1 ! --ctorigdstport 2:3 "
    "--ctreplsrcport 3 --ctrepldstport 4 --ctstatus SEEN_REPLY --ctexpire 6:7 --ctdir REPLY"
)
_NEVER = "iptables takes it, and makes a rule that never matches"
_PREFIX = "iptables loses such a mask in silence"
_WRAPS = "iptables reads it modulo 65536"
_SECONDS = "nft compares milliseconds; iptables whole seconds"

CASES = ExtensionCases(
    name="conntrack",
    saves=(
        Case("-m conntrack --ctstate NEW"),
        Case(
            "-m conntrack --ctstate NEW,ESTABLISHED,RELATED",
            "-m conntrack --ctstate NEW,RELATED,ESTABLISHED",
        ),
        Case("-m conntrack ! --ctstate n,inv", "-m conntrack ! --ctstate INVALID,NEW"),
        Case("-m conntrack --ctstate NEW,NEW", "-m conntrack --ctstate NEW"),
        Case("-m conntrack --ctstate DNAT,SNAT,U", "-m conntrack --ctstate UNTRACKED,SNAT,DNAT"),
        Case("-m conntrack --ctproto tcp", "-m conntrack --ctproto 6"),
        Case("-m conntrack ! --ctproto UDP", "-m conntrack ! --ctproto 17"),
        Case("-m conntrack --ctproto all", "-m conntrack --ctproto 0"),
        Case("-m conntrack --ctproto IPSEC-ESP", "-m conntrack --ctproto 50"),
        Case("-m conntrack ! --ctproto 0xff", "-m conntrack ! --ctproto 255"),
        Case("-m conntrack --ctorigsrc 10.0.0.1/8", versions=(4,)),
        Case(
            "-m conntrack --ctorigsrc 10.1/0x8",
            "-m conntrack --ctorigsrc 10.0.0.1/8",
            versions=(4,),
        ),
        Case(
            "-m conntrack ! --ctorigdst 10.0.0.1/255.255.0.0",
            "-m conntrack ! --ctorigdst 10.0.0.1/16",
            versions=(4,),
        ),
        Case("-m conntrack --ctreplsrc 0.0.0.0/0", versions=(4,)),
        Case(
            "-m conntrack --ctrepldst 1.2.3.4/32", "-m conntrack --ctrepldst 1.2.3.4", versions=(4,)
        ),
        Case("-m conntrack --ctorigsrc fe80::1/64", versions=(6,)),
        Case(
            "-m conntrack --ctorigsrc fe80::1/ffff::",
            "-m conntrack --ctorigsrc fe80::1/16",
            versions=(6,),
        ),
        Case("-m conntrack --ctorigsrc ::ffff:1.2.3.4", versions=(6,)),
        Case("-m conntrack --ctorigsrcport http:https", "-m conntrack --ctorigsrcport 80:443"),
        Case("-m conntrack --ctorigdstport 010", "-m conntrack --ctorigdstport 10"),
        Case("-m conntrack --ctorigdstport :", "-m conntrack --ctorigdstport 0:65535"),
        Case("-m conntrack ! --ctreplsrcport 80:", "-m conntrack ! --ctreplsrcport 80:65535"),
        Case("-m conntrack --ctrepldstport 80:80", "-m conntrack --ctrepldstport 80"),
        Case("-m conntrack --ctstatus NONE"),
        Case(
            "-m conntrack ! --ctstatus none,c,SEEN",
            "-m conntrack ! --ctstatus SEEN_REPLY,CONFIRMED",
        ),
        Case("-m conntrack --ctexpire 0x10", "-m conntrack --ctexpire 16"),
        Case("-m conntrack ! --ctexpire :10", "-m conntrack ! --ctexpire 0:10"),
        Case("-m conntrack --ctexpire 10:", "-m conntrack --ctexpire 10:4294967295"),
        Case("-m conntrack --ctdir original", "-m conntrack --ctdir ORIGINAL"),
        Case(_ALL, versions=(4,)),
        Case(
            "-m conntrack --ctdir REPLY --ctexpire 6 --ctproto 6 --ctstate NEW",
            "-m conntrack --ctstate NEW --ctproto 6 --ctexpire 6 --ctdir REPLY",
        ),
    ),
    refused=(
        Refusal("-m conntrack", match="at least one option"),
        Refusal("-m conntrack --ctstate FOO", match="unknown name 'FOO'"),
        Refusal("-m conntrack --ctstate NEW,", match="unknown name ''"),
        Refusal("-m conntrack --ctstate NEW --ctstate NEW", match="only once"),
        Refusal("-m conntrack --ctstatus SNAT", match="unknown name 'SNAT'"),
        Refusal("-m conntrack --ctproto foo", match="unknown protocol 'foo'"),
        Refusal("-m conntrack --ctorigsrc ' 1.2.3.4'", match="not an IPv4 address", versions=(4,)),
        Refusal("-m conntrack --ctorigsrc +1.2.3.4", match="not an IPv4 address", versions=(4,)),
        Refusal("-m conntrack --ctproto Tcp", match="unknown protocol 'Tcp'"),
        Refusal(
            "-m conntrack --ctproto mptcp",
            match="unknown protocol 'mptcp'",
            oracle=False,
            reason="no packet carries 262; iptables takes it for 6",
        ),
        Refusal("-m conntrack --ctproto 256", match="unknown protocol '256'"),
        Refusal("-m conntrack --ctorigsrc foo..bar", match="not an IPv. address"),
        Refusal(
            "-m conntrack --ctorigsrc ::1", match="IPv6 address in an IPv4 rule", versions=(4,)
        ),
        Refusal("-m conntrack --ctorigsrc 10.0.0.1/", match="invalid mask ''", versions=(4,)),
        Refusal("-m conntrack --ctorigsrc ::1/129", match="invalid mask '129'", versions=(6,)),
        Refusal("-m conntrack --ctorigsrc ''", match="not an IPv. address"),
        Refusal("-m conntrack --ctorigsrcport 0x50", match="invalid port '0x50'"),
        Refusal("-m conntrack --ctorigsrcport 1:2:3", match="invalid port '2:3'"),
        Refusal("-m conntrack --ctexpire 4294967296", match="up to 4294967295"),
        Refusal("-m conntrack --ctexpire 5s", match="invalid range '5s'"),
        Refusal("-m conntrack ! --ctdir REPLY", match="not allowed"),
        Refusal("-m conntrack --ctdir ORIG", match="ORIGINAL or REPLY"),
        Refusal("-m conntrack --ctexpire 10:5", match="10 is above 5", oracle=False, reason=_NEVER),
        Refusal(
            "-m conntrack --ctorigsrcport 9:8", match="9 is above 8", oracle=False, reason=_NEVER
        ),
        Refusal("-m conntrack --ctorigsrcport 65536", match="65535", oracle=False, reason=_WRAPS),
        Refusal(
            "-m conntrack --ctorigsrc 10.0.0.1/255.0.255.0",
            match="invalid mask",
            versions=(4,),
            oracle=False,
            reason=_PREFIX,
        ),
        Refusal(
            "-m conntrack --ctorigsrc fe80::1/ffff::ffff",
            match="invalid mask",
            versions=(6,),
            oracle=False,
            reason=_PREFIX,
        ),
    ),
    native=(
        Native("-m conntrack --ctstate NEW"),
        Native("-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"),
        Native("-m conntrack ! --ctstate INVALID,UNTRACKED"),
        Native("-m conntrack --ctstate DNAT"),
        Native(
            "-m conntrack ! --ctstate DNAT",
            expected="ct status ! dnat",
            reason="iptables-translate loses the '!'",
        ),
        Native(
            "-m conntrack --ctstate SNAT,DNAT",
            expected="ct status snat,dnat",
            reason="iptables-translate loses DNAT",
        ),
        Native(
            "-m conntrack ! --ctstate NEW,DNAT",
            expected="ct state ! new ct status ! dnat",
            reason="iptables-translate loses NEW and the '!'",
        ),
        Native("-m conntrack --ctstate NEW,DNAT", untranslatable="cannot ask for either"),
        Native("-m conntrack --ctproto tcp"),
        Native("-m conntrack ! --ctproto 0"),
        Native("-m conntrack ! --ctproto 255"),
        Native("-m conntrack --ctorigsrc 10.1.2.3", versions=(4,)),
        Native("-m conntrack --ctorigsrc 10.0.0.1/8", versions=(4,)),
        Native("-m conntrack ! --ctorigdst 10.1.0.0/16", versions=(4,)),
        Native("-m conntrack --ctreplsrc 10.0.0.1/255.255.255.0", versions=(4,)),
        Native("-m conntrack --ctrepldst 172.16.0.0/12", versions=(4,)),
        Native("-m conntrack --ctorigsrc 0.0.0.0/0", versions=(4,)),
        Native("-m conntrack --ctorigsrc fe80::/64", versions=(6,)),
        Native("-m conntrack --ctorigsrc fe80::/10", versions=(6,)),
        Native("-m conntrack --ctorigsrc ::1", versions=(6,)),
        Native(
            "-m conntrack --ctorigsrc 64:ff9b::/96",
            versions=(6,),
            expected="ct original saddr & ffff:ffff:ffff:ffff:ffff:ffff:: == 64:ff9b::",
            reason="nft lists the plain form as if it were another prefix",
        ),
        Native("-p tcp -m conntrack --ctorigsrcport 80"),
        Native("-p tcp -m conntrack ! --ctrepldstport 80:90"),
        Native("-m conntrack --ctproto tcp --ctorigdstport 80:90"),
        Native("-m conntrack --ctorigdstport 80", untranslatable="names a protocol"),
        Native("! -p tcp -m conntrack --ctorigdstport 80", untranslatable="names a protocol"),
        Native("-m conntrack --ctproto 0 --ctorigdstport 80", untranslatable="names a protocol"),
        Native(
            "-p tcp -m conntrack --ctorigdstport 80 -m tcp --dport 8080",
            expected="meta l4proto tcp ct original proto-dst 80 tcp dport 8080",
            reason="nft cannot read iptables-translate's form, which has no protocol before it",
        ),
        Native("-p tcp -m tcp --dport 8080 -m conntrack --ctorigdstport 80"),
        Native("-m conntrack --ctstatus EXPECTED"),
        Native("-m conntrack ! --ctstatus ASSURED,CONFIRMED"),
        Native(
            "-m conntrack --ctstatus NONE",
            expected="ct status 0",
            reason="iptables-translate names no bit",
        ),
        Native(
            "-m conntrack ! --ctstatus NONE",
            expected="ct status ! 0",
            reason="iptables-translate names no bit",
        ),
        Native("-m conntrack --ctexpire 5:10"),
        Native("-m conntrack ! --ctexpire :10"),
        Native("-m conntrack --ctexpire 5", expected="ct expiration 5s-5s999ms", reason=_SECONDS),
        Native(
            "-m conntrack ! --ctexpire 10:",
            expected="ct expiration < 10s",
            reason="nft cannot read a number that high",
        ),
        Native("-m conntrack --ctexpire 10:5000000", untranslatable="counts up to 4294966"),
        Native("-m conntrack --ctdir ORIGINAL"),
        Native(_ALL, versions=(4,)),
    ),
)


def _hosts(version: IPVersion) -> st.SearchStrategy[Host]:
    kind = IPv4Address if version is IPVersion.V4 else IPv6Address
    lengths = st.integers(0, version.bits) | st.sampled_from([8, 16, 24, version.bits])
    low = st.integers(0, 1 << 20).map(kind)
    return st.builds(Host.of, addresses(version) | low, lengths)


_NAMES = ("INVALID", "NEW", "RELATED", "ESTABLISHED", "UNTRACKED", "SNAT", "DNAT")
_STATUSES = ("EXPECTED", "SEEN_REPLY", "ASSURED", "CONFIRMED")


def subsets(names: tuple[str, ...], smallest: int = 1) -> st.SearchStrategy[tuple[str, ...]]:
    return st.sets(st.sampled_from(names), min_size=smallest).map(
        lambda some: tuple(name for name in names if name in some)
    )


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    version = draw(st.sampled_from([IPVersion.V4, IPVersion.V6]))
    seconds = st.integers(0, 0xFFFFFFFF) | st.integers(0, 5000000)
    expirations = st.tuples(seconds, seconds).map(sorted).map(lambda p: Interval(*p))
    ports = port_ranges() | st.just(PortRange(0, 0xFFFF))
    fields: dict[str, st.SearchStrategy[Any]] = {
        "state": negatable(subsets(_NAMES)),
        "protocol": negatable(st.integers(0, 255)),
        "original_source": negatable(_hosts(version)),
        "original_destination": negatable(_hosts(version)),
        "reply_source": negatable(_hosts(version)),
        "reply_destination": negatable(_hosts(version)),
        "original_source_ports": negatable(ports),
        "original_destination_ports": negatable(ports),
        "reply_source_ports": negatable(ports),
        "reply_destination_ports": negatable(ports),
        "status": negatable(subsets(_STATUSES, 0)),
        "expiration": negatable(expirations),
        "direction": st.sampled_from(["ORIGINAL", "REPLY"]),
    }
    chosen = draw(st.sets(st.sampled_from(sorted(fields)), min_size=1, max_size=6))
    value = Conntrack(**{name: draw(fields[name]) for name in sorted(chosen)})
    protocol = draw(st.sampled_from([None, Negatable(TCP)]))
    return draw(whole_rules(st.just(value), version=st.just(version), protocol=protocol))
