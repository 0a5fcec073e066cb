"""Whole commands, against the real iptables-legacy."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace

import pytest

from tests.translate.harness.legacy import Asked
from tests.translate.harness.namespace import Command as Run
from tests.translate.harness.native import json_unit, text_unit, translate_lines
from tests.translate.harness.oracles import Oracles
from translate import (
    Action,
    Command,
    Counters,
    InvalidRule,
    IPVersion,
    Jump,
    ParseError,
    Rule,
    Verdict,
    parse,
    parse_command,
    to_nft,
)

V4, V6 = IPVersion.V4, IPVersion.V6

# What depends on the rules and chains that happen to be there, which a parser cannot know.
STATE = re.compile(
    r"does a matching rule exist|Index of \w+ too big|No chain/target/match by that name"
)

ACCEPTED = (
    "-A FORWARD",
    "-A FORWARD -j ACCEPT -v -v",
    "-A FORWARD -j ACCEPT -vv",
    "-A FORWARD -c 1 2",
    "-A FORWARD -c 1,2",
    "-A FORWARD --",
    "-A FORWARD -4",
    "-A FORWARD -w",
    "-A FORWARD -w 5",
    "-A FORWARD -w5",
    "-A FORWARD --wait=5 -W 100",
    "-A FORWARD -w 5 -w 6",
    "-A FORWARD --modprobe=/bin/true",
    "-A FORWARD -M /bin/true",
    "-A FORWARD -s 192.0.2.1,192.0.2.2 -d 198.51.100.1,198.51.100.2",
    "--append FORWARD --jump ACCEPT",
    "--app FORWARD --jum ACCEPT",
    "--append=FORWARD",
    "-I FORWARD",
    "-I FORWARD 1",
    "-I FORWARD +1",
    "-I FORWARD 0x1 -j ACCEPT",
    "-IFORWARD 1 -j ACCEPT",
    "--insert=FORWARD 1 -j ACCEPT",
    "-I FORWARD 2147483647",
    "-I FORWARD -c 1 2",
    "-R FORWARD 1 -j ACCEPT",
    "-R FORWARD 1 -c 1 2",
    "-D FORWARD",
    "-D FORWARD 1",
    "-D FORWARD 01",
    "--delete=FORWARD 1",
    "-D FORWARD -j ACCEPT",
    "-C FORWARD -j ACCEPT",
    "-L",
    "-L FORWARD",
    "-L FORWARD 1",
    "-L -n -v -x --line-numbers",
    "-L -Z",
    "-Z -L",
    "-nvL",
    "-S",
    "-S -v",
    "-S FORWARD 1",
    "-S -Z",
    "-F",
    "-F FORWARD -v",
    "-F OTHER",
    "-Z",
    "-Z FORWARD",
    "-Z FORWARD 1",
    "-N made",
    "-N tcp",
    "-N abcdefghijklmnopqrstuvwxyz12",
    "-N x!y",
    "-X",
    "-X USER",
    "-X OTHER",
    "-E USER new",
    "--rename-chain USER new",
    "-P FORWARD ACCEPT",
    "-P FORWARD DROP -c 1 2",
    "-P FORWARD DROP -c 1,2",
    "--policy FORWARD DROP",
    "-t nat -P PREROUTING ACCEPT",
    "-t nat -t filter -L",
    "--table mangle -A PREROUTING",
)

REFUSED = (
    ("", "no command"),
    ("-t filter", "no command"),
    ("-t nope -L", "no table 'nope'"),
    ("-A FORWARD -I FORWARD", "cannot be used with -A"),
    ("-A FORWARD -A FORWARD", "only once|cannot be used"),
    ("-L -S", "cannot be used with -L"),
    ("-L -F", "cannot be used with -L"),
    ("-A", "value is missing"),
    ("-A FORWARD foo", "unexpected argument 'foo'"),
    ("-A FORWARD -- foo", "unexpected argument"),
    ("-A FORWARD -", "unexpected argument"),
    ("-A FORWARD !", "nothing follows '!'"),
    ("-A FORWARD ! ! -s 192.0.2.1", "twice"),
    ("! -A FORWARD", "not allowed before"),
    ("-A ! FORWARD", "unexpected argument|begins with"),
    ("-A FORWARD -6", "cannot be used with iptables"),
    ("-A FORWARD -n", "belongs to -L"),
    ("-A FORWARD -x", "belongs to -L"),
    ("-A FORWARD --line-numbers", "belongs to -L"),
    ("-A FORWARD -w abc", "number of seconds"),
    ("-A FORWARD -W 100", "only makes sense with --wait"),
    ("-A FORWARD -w -W 1000000", "at most 999999"),
    ("-A FORWARD -w -W abc", "at most 999999"),
    ("-L -W 100", "only makes sense with --wait"),
    ("-A FORWARD -c 1", "packet and a byte counter"),
    ("-A FORWARD -c a b", "packet and a byte counter"),
    ("-D FORWARD -c 1 2", "cannot be used with -D"),
    ("-C FORWARD -c 1 2", "cannot be used with -C"),
    ("-F -c 1 2", "cannot be used with -F"),
    ("-A abcdefghijklmnopqrstuvwxyz123", "longer than 28 bytes"),
    ("-A FORWARD ! -s 192.0.2.1,192.0.2.2", "list of addresses"),
    ("-D FORWARD 0", "invalid rule number '0'"),
    ("-D FORWARD abc", "invalid rule number 'abc'"),
    ("-D FORWARD 1 -j ACCEPT", "cannot be used with -D"),
    ("-I FORWARD 0", "invalid rule number '0'"),
    ("-I FORWARD 4294967296", "invalid rule number"),
    ("-I FORWARD 2147483648", "invalid rule number"),
    ("-I FORWARD 1 2", "unexpected argument '2'"),
    ("-R FORWARD", "needs the number"),
    ("-R FORWARD 0 -j ACCEPT", "invalid rule number"),
    ("-R FORWARD 1 -s 192.0.2.1,192.0.2.2", "the address lists make 2"),
    ("-C FORWARD 1", "unexpected argument '1'"),
    ("-L FORWARD 0", "invalid rule number"),
    ("-Z FORWARD 0", "invalid rule number"),
    ("-S -n", "cannot be used with -S"),
    ("-L -j ACCEPT", "cannot be used with -L"),
    ("-L -s 192.0.2.1", "cannot be used with -L"),
    ("-F -j ACCEPT", "cannot be used with -F"),
    ("-F -n", "cannot be used with -F"),
    ("-F FORWARD 1", "unexpected argument '1'"),
    ("-P FORWARD", "value is missing"),
    ("-P FORWARD accept", "ACCEPT or DROP"),
    ("-P FORWARD RETURN", "ACCEPT or DROP"),
    ("-P FORWARD REJECT", "ACCEPT or DROP"),
    ("-P USER ACCEPT", "no built-in chain"),
    ("-P FORWARD DROP -s 192.0.2.1", "cannot be used with -P"),
    ("-t nat -P PREROUTING DROP", "not for filtering"),
    ("-t nat -A PREROUTING -j DROP", "not for filtering"),
    ("-t raw -P FORWARD DROP", "no chain FORWARD"),
    ("-t raw -A FORWARD", "no chain FORWARD"),
    ("-N", "value is missing"),
    ("-N INPUT", "built-in chain 'INPUT' already"),
    ("-N ACCEPT", "name of a target"),
    ("-N DNAT", "name of a target"),
    ("-N MASQUERADE", "name of a target"),
    ("-N -x", "begins with '-'"),
    ("-N !x", "begins with '!'"),
    ("-N 'a b'", "white space"),
    ("-N abcdefghijklmnopqrstuvwxyz123", "longer than 28 bytes"),
    ("-N a b", "unexpected argument 'b'"),
    ("-N made -j ACCEPT", "cannot be used with -N"),
    ("-N made -p tcp", "cannot be used with -N"),
    ("-N made --line-numbers", "cannot be used with -N"),
    ("-X INPUT", "cannot be deleted"),
    ("-E USER", "value is missing"),
    ("-E INPUT new", "cannot be renamed"),
    ("-E USER INPUT", "already"),
    ("-E USER -new", "begins with '-'"),
)

STRICTER = (
    ("-N made -m tcp", "cannot be used with -N", "the match would be ignored"),
    ("-E USER LOG", "name of a target", "-j LOG would no longer be the chain"),
    ("-E USER ''", "empty", "no rule can name such a chain"),
    ("-E USER 'a b'", "white space", "no file can name such a chain"),
    (
        "-E USER abcdefghijklmnopqrstuvwxyz123",
        "longer than 28 bytes",
        "the kernel would cut it, and -A would refuse it",
    ),
    ("-Z INPUT -L FORWARD", "another chain", "iptables looks at the one given last"),
    ("-V", "only print", "it is no command on rules"),
    ("-A FORWARD -V", "only print", "iptables would print its version and do nothing"),
    ("-h", "only print", "it is no command on rules"),
    ("-A FORWARD --he", "only print", "iptables would print its options and do nothing"),
)


def _run(oracles: Oracles, line: str) -> tuple[int, str]:
    """Run a command where there is a rule in FORWARD and there are chains USER and OTHER."""
    program = "iptables-legacy"
    tables = ["filter", "nat", "mangle", "raw"]
    clean = [[program, "-t", table, flag] for table in tables for flag in ("-F", "-X")]
    prepare = [
        [program, "-A", "FORWARD"],
        [program, "-N", "USER"],
        [program, "-N", "OTHER"],
        [program, *shlex.split(line)],
        [program, "-P", "FORWARD", "ACCEPT"],
        *clean,
    ]
    done = oracles.legacy.namespace.run([Run(argv) for argv in (*clean, *prepare)])
    one = done[len(clean) + 3]
    return one.status, one.stderr


@pytest.mark.parametrize("line", ACCEPTED)
def test_accepted(oracles: Oracles, line: str) -> None:
    assert parse_command(["iptables", *shlex.split(line)])
    status, error = _run(oracles, line)
    assert status == 0 or STATE.search(error), error


@pytest.mark.parametrize(("line", "message"), REFUSED)
def test_refused(oracles: Oracles, line: str, message: str) -> None:
    with pytest.raises(ParseError, match=message):
        parse_command(["iptables", *shlex.split(line)])
    status, error = _run(oracles, line)
    assert status != 0, error


@pytest.mark.parametrize(("line", "message", "reason"), STRICTER)
def test_refused_though_iptables_accepts(
    oracles: Oracles, line: str, message: str, reason: str
) -> None:
    assert reason
    with pytest.raises(ParseError, match=message):
        parse_command(shlex.split(line))
    status, error = _run(oracles, line)
    assert status == 0, error


def test_appending() -> None:
    (command,) = parse_command(["iptables", "-t", "nat", "-A", "PREROUTING", "-j", "USER"])
    rule = Rule(version=V4, table="nat", chain="PREROUTING", target=Jump(chain="USER"))
    assert command == Command(
        action=Action.APPEND, version=V4, table="nat", chain="PREROUTING", rule=rule
    )
    assert command.action.option == "-A"


def test_address_lists_make_several_commands() -> None:
    commands = parse_command(["-I", "INPUT", "2", "-s", "192.0.2.1,192.0.2.2", "-j", "DROP"])
    assert [(c.action, c.number) for c in commands] == [(Action.INSERT, 2)] * 2
    assert [c.rule for c in commands] == [
        parse(["-s", address, "-j", "DROP"], chain="INPUT")
        for address in ("192.0.2.1", "192.0.2.2")
    ]


def test_other_actions() -> None:
    def one(line: str) -> Command:
        (command,) = parse_command(line.split())
        return command

    assert one("-D INPUT 3") == Command(action=Action.DELETE, version=V4, chain="INPUT", number=3)
    assert one("-D INPUT 3").deletes_by_number
    assert one("-P INPUT DROP -c 1 2") == Command(
        action=Action.POLICY,
        version=V4,
        chain="INPUT",
        policy="DROP",
        counters=Counters(packets=1, bytes=2),
    )
    assert one("-E a b") == Command(action=Action.RENAME_CHAIN, version=V4, chain="a", new_name="b")
    assert one("-t raw -F") == Command(action=Action.FLUSH, version=V4, table="raw")
    assert one("-L -Z") == Command(action=Action.LIST, version=V4, zero=True)
    assert one("-Z INPUT 4") == Command(action=Action.ZERO, version=V4, chain="INPUT", number=4)
    assert one("-C INPUT -j DROP").rule == Rule(
        version=V4, chain="INPUT", target=Verdict(verdict="DROP")
    )


@pytest.mark.parametrize(
    ("program", "version"),
    [
        ("iptables", V4),
        ("ip6tables", V6),
        ("iptables-legacy", V4),
        ("/usr/sbin/ip6tables-nft", V6),
        ("./iptables-translate", V4),
    ],
)
def test_program_says_version(program: str, version: IPVersion) -> None:
    (command,) = parse_command([program, "-F"])
    assert command.version is version
    (command,) = parse_command([program, "-F"], version=version)
    assert command.version is version


def test_version_without_program() -> None:
    assert parse_command(["-F"])[0].version is V4
    assert parse_command(["-F"], version=V6)[0].version is V6
    assert parse_command(["-6", "-F"])[0].version is V6
    assert parse_command(["-A", "INPUT", "-s", "::1", "--ipv6"])[0].version is V6
    (command,) = parse_command(["-A", "INPUT", "-m", "comment", "--comment", "-6"])
    assert command.version is V4


@pytest.mark.parametrize("program", ["nft", "sudo", "iptables-save", "iptables-legacy-multi", ""])
def test_unknown_program(program: str) -> None:
    with pytest.raises(ParseError, match="is no program that is known here") as caught:
        parse_command([program, "-F"])
    assert caught.value.position == 0


def test_program_of_the_other_version() -> None:
    with pytest.raises(ParseError, match="ip6tables is for IPv6, where IPv4 is asked for"):
        parse_command(["ip6tables", "-F"], version=V4)


@pytest.mark.parametrize(("argv", "position"), [(["-A", "INPUT", "--nope"], 2)])
def test_position_counts_the_program(argv: list[str], position: int) -> None:
    for shift, whole in ((0, argv), (1, ["iptables", *argv])):
        with pytest.raises(ParseError) as caught:
            parse_command(whole)
        assert (caught.value.option, caught.value.position) == ("--nope", position + shift)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"action": Action.FLUSH, "table": "nope"}, "table must be filter.* not 'nope'"),
        ({"action": Action.DELETE, "chain": "INPUT", "number": 0}, "number must be 1 to .* not 0"),
        ({"action": Action.APPEND, "chain": "INPUT"}, "-A needs rule"),
        (
            {"action": Action.FLUSH, "chain": "INPUT", "rule": Rule(version=V4, chain="INPUT")},
            "-F takes no rule",
        ),
        (
            {"action": Action.APPEND, "chain": "INPUT", "rule": Rule(version=V4, chain="OUTPUT")},
            "another table or chain",
        ),
    ],
)
def test_impossible_commands(fields: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidRule, match=message):
        Command(version=V4, **fields)  # type: ignore[arg-type]  # the fields vary


@pytest.mark.parametrize(
    "words",
    [
        "-A OUTPUT -j DSCP --set-dscp 1",
        "-A PREROUTING -m realm --realm 4",
        "-A INPUT -m rpfilter --loose",
        "-A INPUT -m udp --dport 53",
        "-A INPUT -m esp --espspi 5",
        "-A INPUT -m limit --limit 10/s --limit-burst 0",
    ],
)
def test_what_only_the_kernel_refuses_is_translated(oracles: Oracles, words: str) -> None:
    with pytest.raises(ParseError):
        parse_command(["iptables", *words.split()])
    (command,) = parse_command(["/usr/sbin/iptables-translate", *words.split()])
    assert command.rule is not None
    _, chain, *arguments = words.split()
    asked = Asked(4, "filter", chain, tuple(arguments))
    (printed,) = translate_lines(oracles.nft.namespace, [asked])
    assert printed is not None
    # In a chain of the user's: filter has no hook PREROUTING.
    rule = replace(command.rule, chain="USER")
    text = text_unit(4, "filter", "USER", *printed)
    (theirs,) = oracles.nft.load([text])
    (ours,) = oracles.nft.load([json_unit(rule, to_nft(rule))])
    assert theirs.listed is not None, theirs.error
    assert ours.listed == theirs.listed
