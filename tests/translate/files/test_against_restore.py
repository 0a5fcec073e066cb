"""Whole files, against iptables-legacy-restore and iptables-legacy-save."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.translate.harness.namespace import Command, Namespace
from tests.translate.harness.oracles import Oracles
from tests.translate.strategies import whole_rules
from translate import Counters, IPVersion, Jump, ParseError, Rule, Verdict
from translate.files import (
    ChainDump,
    SavedRule,
    TableDump,
    read_save,
    settle_save,
    write_save,
)
from translate.tables import TABLE_CHAINS


def _restore(namespace: Namespace, text: str, *arguments: str) -> tuple[str, str]:
    """Load a file into empty tables; what went wrong, and what iptables-save -c prints then."""
    done = namespace.run(
        [
            *(
                Command(["iptables-legacy", "-t", table, flag])
                for table in TABLE_CHAINS
                for flag in ("-F", "-X", "-Z")
            ),
            *(
                Command(["iptables-legacy", "-t", table, "-P", chain, "ACCEPT"])
                for table, chains in TABLE_CHAINS.items()
                for chain in chains
            ),
            Command(["iptables-legacy-restore", "-c", *arguments], text),
            Command(["iptables-legacy-save", "-c"]),
        ]
    )
    return done[-2].stderr if done[-2].status else "", _without_remarks(done[-1].stdout)


def _without_remarks(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))


def _tables_of(text: str, names: set[str]) -> str:
    """The parts of iptables-save's output that are about some tables."""
    parts = text.split("COMMIT\n")
    return "".join(f"{part}COMMIT\n" for part in parts if part[1:].split("\n")[0] in names)


LOADED = {
    "empty": "*filter\nCOMMIT\n",
    "spaces after the table": "*filter \t junk\nCOMMIT\n",
    "policies and counters": "*filter\n:INPUT DROP [1:2]\n:OUTPUT - [7:8]\nCOMMIT\n",
    "tabs": "*filter\n:INPUT\tDROP\t[1:2]\n\t-A INPUT\t-j  ACCEPT \nCOMMIT\n",
    "a space before the chain": "*filter\n: INPUT DROP [1:2] junk\nCOMMIT\n",
    "chains are sorted": "*filter\n:b - [0:0]\n:a - [3:4]\n:A - [0:0]\n:a-b -\n-N Z\nCOMMIT\n",
    "rules with counters": "*filter\n[1:2] -A INPUT\n[3:4]-A INPUT\n-A INPUT -c 5 6\nCOMMIT\n",
    "counters with spaces": "*filter\n[ 1:2 ] -I INPUT\nCOMMIT\n",
    "blank lines and comments": "# a\n\n*filter\n\n# b\n-A INPUT\n\nCOMMIT\n# c\n",
    "address lists": (
        "*filter\n[1:2] -A INPUT -s 192.0.2.1,192.0.2.2 -d 192.0.2.3,192.0.2.4\nCOMMIT\n"
    ),
    "inserted address lists": "*filter\n-A INPUT\n-I INPUT 2 -s 192.0.2.1,192.0.2.2\nCOMMIT\n",
    "insert, replace, delete": (
        "*filter\n-A INPUT -j ACCEPT\n-I INPUT -j DROP\n-I INPUT 3 -p tcp\n-I INPUT 2 -p udp\n"
        "-R INPUT 1 -j RETURN\n-D INPUT 2\n-D INPUT -j ACCEPT\nCOMMIT\n"
    ),
    "check": "*filter\n-A INPUT -j ACCEPT\n-C INPUT -j ACCEPT\nCOMMIT\n",
    "new, rename, delete": (
        "*filter\n-N one\n-N two\n-A INPUT -j one\n-A one -g two\n-E one three\n-N four\n-X four\n"
        "COMMIT\n"
    ),
    "flush and delete all": "*filter\n-N one\n-A INPUT -j one\n-F\n-X\n-A INPUT\nCOMMIT\n",
    "flush one": "*filter\n-N one\n-A INPUT -j one\n-A one\n-F one\nCOMMIT\n",
    "policy": "*filter\n-P INPUT DROP\n-P FORWARD DROP -c 4 5\n[6:7] -P OUTPUT DROP\nCOMMIT\n",
    "zero": "*filter\n-A INPUT\n-Z INPUT 1\n-Z INPUT\n-Z\nCOMMIT\n",
    "lists do nothing": "*filter\n-L\n-S INPUT\n-L INPUT 1\nCOMMIT\n",
    "one table twice": (
        "*filter\n:INPUT DROP [0:0]\n-A INPUT\n-N one\nCOMMIT\n*filter\n-A OUTPUT\nCOMMIT\n"
    ),
    "several tables": (
        "*nat\n:one - [0:0]\n-A one -j RETURN\nCOMMIT\n*raw\n-A OUTPUT -j ACCEPT\nCOMMIT\n"
    ),
    "quotes": (
        '*filter\n-A INPUT -m comment --comment "a b"\n'
        '-A INPUT -m comment --comment "a\\"b\\\\c\\d"\n'
        '-A INPUT -m comment --comment a"b c"\n-A INPUT -m comment --comment "x"-j ACCEPT\n'
        "-A INPUT -m comment --comment 'a'\n-A INPUT -m comment --comment a\\b\n"
        '-A INPUT -m comment --comment ""\n-A INPUT -m comment --comment "-t"\n'
        '-A INPUT "-m" comment --comment "é"\nCOMMIT\n'
    ),
    "lines of the other version": "*filter\n-6 -A INPUT\n-A INPUT -s ::1 -6\n-4 -A INPUT\nCOMMIT\n",
    "-v": "*filter\n-A INPUT -v -j ACCEPT\nCOMMIT\n",
}


@pytest.mark.parametrize("text", LOADED.values(), ids=LOADED.keys())
def test_loads_as_iptables_restore_does(oracles: Oracles, text: str) -> None:
    settled = settle_save(read_save(text))
    error, printed = _restore(oracles.legacy.namespace, text)
    assert error == ""
    by_name = sorted(settled, key=lambda dump: dump.name)
    ours = _without_remarks(write_save(by_name, counters=True))
    theirs = _tables_of(printed, {dump.name for dump in settled})
    assert sorted(ours.split("COMMIT\n")) == sorted(theirs.split("COMMIT\n"))


REFUSED = {
    "no table": ("-A INPUT\n", 1, "outside of a table"),
    "a chain outside": (":INPUT DROP [0:0]\n", 1, "outside of a table"),
    "COMMIT outside": ("COMMIT\n", 1, "outside of a table"),
    "a space before": (" *filter\nCOMMIT\n", 1, "outside of a table"),
    "no COMMIT": ("\n*filter\n-A INPUT\n", 2, "has no COMMIT"),
    "no table's name": ("*\nCOMMIT\n", 1, "no table ''"),
    "unknown table": ("*nope\nCOMMIT\n", 1, "no table 'nope'"),
    "two tables at once": ("*filter\n*nat\nCOMMIT\n", 2, "unexpected argument"),
    "COMMIT and a space": ("*filter\nCOMMIT \n", 2, "unexpected argument"),
    "carriage returns": ("*filter\r\nCOMMIT\r\n", 1, "carriage return"),
    "a blank line with blanks": ("*filter\n  \nCOMMIT\n", 2, "no command"),
    "a comment behind blanks": ("*filter\n # x\nCOMMIT\n", 2, "unexpected argument"),
    "a comment behind a rule": ("*filter\n-A INPUT # x\nCOMMIT\n", 2, "unexpected argument"),
    "no policy": ("*filter\n:INPUT\nCOMMIT\n", 2, ":CHAIN POLICY"),
    "no chain": ("*filter\n:\nCOMMIT\n", 2, ":CHAIN POLICY"),
    "unknown policy": ("*filter\n:INPUT drop [0:0]\nCOMMIT\n", 2, "ACCEPT or DROP"),
    "policy of a user's chain": ("*filter\n:one DROP [0:0]\nCOMMIT\n", 2, "no built-in chain"),
    "a chain twice": ("*filter\n:one - [0:0]\n:one - [0:0]\nCOMMIT\n", 3, "a second time"),
    "a chain named ACCEPT": ("*filter\n:ACCEPT - [0:0]\nCOMMIT\n", 2, "name of a target"),
    "a name too long": (
        "*filter\n:abcdefghijklmnopqrstuvwxyz123 - [0:0]\nCOMMIT\n",
        2,
        "longer than 28 bytes",
    ),
    "counters not closed": ("*filter\n[1:2 -A INPUT\nCOMMIT\n", 2, "begin with .PACKETS:BYTES"),
    "one counter": ("*filter\n[12] -A INPUT\nCOMMIT\n", 2, "begin with .PACKETS:BYTES"),
    "words for counters": ("*filter\n[a:b] -A INPUT\nCOMMIT\n", 2, "begin with .PACKETS:BYTES"),
    "counters behind a blank": ("*filter\n [1:2] -A INPUT\nCOMMIT\n", 2, "unexpected argument"),
    "counters for -N": ("*filter\n[1:2] -N one\nCOMMIT\n", 2, "no counters before it"),
    "counters for -D": ("*filter\n-A INPUT\n[1:2] -D INPUT\nCOMMIT\n", 3, "no counters before it"),
    "-t": ("*filter\n-t filter -A INPUT\nCOMMIT\n", 2, "cannot be used in a file"),
    "--table": ("*filter\n-A INPUT --table nat\nCOMMIT\n", 2, "cannot be used in a file"),
    "-w": ("*filter\n-w 5 -A INPUT\nCOMMIT\n", 2, "cannot be used in a file"),
    "a program's name": ("*filter\niptables -A INPUT\nCOMMIT\n", 2, "unexpected argument"),
    "a quote before a letter": (
        '*filter\n-A INPUT -m comment --comment "a b"c\nCOMMIT\n',
        2,
        "unexpected argument 'c'",
    ),
    "a long word": (
        f"*filter\n-A INPUT -m comment --comment {'x' * 1024}\nCOMMIT\n",
        2,
        "reads 1023",
    ),
    "no such chain": ("*filter\n-A one\nCOMMIT\n", 2, "no chain one"),
    "declared too late": ("*filter\n-A one\n:one - [0:0]\nCOMMIT\n", 2, "no chain one"),
    "jump to nowhere": ("*filter\n-A INPUT -j one\nCOMMIT\n", 2, "no chain or target one"),
    "delete in an empty chain": ("*filter\n-D INPUT 1\nCOMMIT\n", 2, "too big"),
    "replace in an empty chain": ("*filter\n-R INPUT 1\nCOMMIT\n", 2, "too big"),
    "insert too far": ("*filter\n-I INPUT 2\nCOMMIT\n", 2, "too big"),
    "zero too far": ("*filter\n-Z INPUT 1\nCOMMIT\n", 2, "too big"),
    "delete what isn't there": ("*filter\n-D INPUT -j ACCEPT\nCOMMIT\n", 2, "no such rule"),
    "check what isn't there": ("*filter\n-C INPUT -j ACCEPT\nCOMMIT\n", 2, "no such rule"),
    "delete a chain with rules": ("*filter\n-N one\n-A one\n-X one\nCOMMIT\n", 4, "has rules"),
    "delete a chain in use": ("*filter\n-N one\n-A INPUT -j one\n-X\nCOMMIT\n", 4, "in use"),
    "delete no chain": ("*filter\n-X one\nCOMMIT\n", 2, "no chain one"),
    "rename no chain": ("*filter\n-E one two\nCOMMIT\n", 2, "no chain one"),
    "rename onto another": ("*filter\n-N one\n-N two\n-E one two\nCOMMIT\n", 4, "there already"),
    "a new chain twice": ("*filter\n-N one\n-N one\nCOMMIT\n", 3, "there already"),
    "flush no chain": ("*filter\n-F one\nCOMMIT\n", 2, "no chain one"),
    "the second table": ("*filter\n-A INPUT\nCOMMIT\n*nat\n-A one\nCOMMIT\n", 5, "no chain one"),
    "not for nat": ("*nat\n-A PREROUTING -j DROP\nCOMMIT\n", 2, "not for filtering"),
}


@pytest.mark.parametrize(("text", "line", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses_as_iptables_restore_does(
    oracles: Oracles, text: str, line: int, message: str
) -> None:
    with pytest.raises(ParseError, match=message) as caught:
        settle_save(read_save(text))
    assert caught.value.line == line
    assert str(caught.value).startswith(f"line {line}")
    error, _ = _restore(oracles.legacy.namespace, text)
    assert error


STRICTER = {
    "a chain named as a target": ("*filter\n:LOG - [0:0]\nCOMMIT\n", "name of a target"),
    "a chain named as an option": ("*filter\n:-one - [0:0]\nCOMMIT\n", "begins with '-'"),
    "an open quote": ('*filter\n-A INPUT -m comment --comment "a\nCOMMIT\n', "stays open"),
    "the version": ("*filter\n-A INPUT -V\nCOMMIT\n", "only print"),
    "a built-in chain of other tables": ("*raw\n:FORWARD - [0:0]\nCOMMIT\n", "of other tables"),
}


@pytest.mark.parametrize(("text", "message"), STRICTER.values(), ids=STRICTER.keys())
def test_refuses_what_iptables_restore_takes(oracles: Oracles, text: str, message: str) -> None:
    with pytest.raises(ParseError, match=message) as caught:
        read_save(text)
    assert caught.value.line == 2
    error, _ = _restore(oracles.legacy.namespace, text)
    assert error == ""


def test_takes_a_last_line_without_its_break(oracles: Oracles) -> None:
    text = "*filter\n-A INPUT -j ACCEPT\nCOMMIT"
    assert write_save(settle_save(read_save(text))).endswith("-A INPUT -j ACCEPT\nCOMMIT\n")
    error, _ = _restore(oracles.legacy.namespace, text)
    assert error


def test_takes_lines_of_any_length(oracles: Oracles) -> None:
    text = f"*filter\n-A INPUT {' ' * 20_000}-j ACCEPT\nCOMMIT\n"
    assert "-A INPUT -j ACCEPT\n" in write_save(settle_save(read_save(text)))
    error, _ = _restore(oracles.legacy.namespace, text)
    assert error


def test_takes_chains_without_counters(oracles: Oracles) -> None:
    text = "*filter\n:INPUT DROP\nCOMMIT\n"
    assert ":INPUT DROP [0:0]\n" in write_save(settle_save(read_save(text)))
    error, _ = _restore(oracles.legacy.namespace, text)
    assert "invalid policy counters" in error, "iptables-restore wants them with -c only"


def test_zeroes_what_the_file_itself_has_set(oracles: Oracles) -> None:
    text = "*filter\n[1:2] -A INPUT\n-Z INPUT 1\nCOMMIT\n"
    assert "[0:0] -A INPUT\n" in write_save(settle_save(read_save(text)))
    _, printed = _restore(oracles.legacy.namespace, text)
    assert "[1:2] -A INPUT\n" in printed, "iptables-restore adds the file's counters after -Z"


def test_noflush(oracles: Oracles) -> None:
    first = (
        "*filter\n:INPUT DROP [0:0]\n:one - [0:0]\n:two - [0:0]\n-A INPUT -j one\n-A one -j two\n"
        "COMMIT\n"
    )
    second = "*filter\n:one - [0:0]\n-A INPUT -j two\n-D INPUT 1\nCOMMIT\n"
    before = settle_save(read_save(first))
    after = settle_save(read_save(second), before, flush=False)
    namespace = oracles.legacy.namespace
    _restore(namespace, first)
    done = namespace.run(
        [
            Command(["iptables-legacy-restore", "--noflush"], second),
            Command(["iptables-legacy-save", "-c", "-t", "filter"]),
        ]
    )
    assert done[0].status == 0
    assert write_save(after, counters=True) == _without_remarks(done[1].stdout)


def test_flush_keeps_policies(oracles: Oracles) -> None:
    first = "*filter\n:INPUT DROP [1:2]\n:one - [0:0]\n-A INPUT -j one\nCOMMIT\n"
    second = "*filter\n-A INPUT\nCOMMIT\n"
    after = settle_save(read_save(second), settle_save(read_save(first)))
    namespace = oracles.legacy.namespace
    _restore(namespace, first)
    done = namespace.run(
        [
            Command(["iptables-legacy-restore"], second),
            Command(["iptables-legacy-save", "-t", "filter"]),
        ]
    )
    assert write_save(after, counters=False) == _without_remarks(done[1].stdout)


policies = st.sampled_from(["ACCEPT", "DROP"])
counters = st.builds(
    Counters, packets=st.integers(0, (1 << 64) - 1), bytes=st.integers(0, (1 << 64) - 1)
)


@st.composite
def dumps(draw: st.DrawFn) -> TableDump:
    """Tables that iptables can hold: their rules are those of the harness, with counters."""
    rules = draw(
        st.lists(
            whole_rules(version=st.just(IPVersion.V4), chains=("INPUT", "FORWARD", "CUSTOM")),
            max_size=20,
        )
    )
    chains: dict[str, list[SavedRule]] = {"INPUT": [], "FORWARD": [], "CUSTOM": [], "USER": []}
    for rule in rules:
        counted = Rule(
            version=rule.version,
            chain=rule.chain,
            in_interface=rule.in_interface,
            source=rule.source,
            target=draw(st.sampled_from([Verdict(verdict="DROP"), Jump(chain="USER"), None])),
            counters=draw(counters),
        )
        chains[rule.chain].append(SavedRule(rule=counted))
    return TableDump(
        version=IPVersion.V4,
        name="filter",
        chains=tuple(
            ChainDump(
                name=name,
                policy=draw(st.sampled_from(["ACCEPT", "DROP"]))
                if name.isupper() and name in TABLE_CHAINS["filter"]
                else None,
                counters=draw(counters) if name in TABLE_CHAINS["filter"] else Counters(),
                rules=tuple(saved),
            )
            for name, saved in chains.items()
        ),
    )


@settings(max_examples=40)
@given(dump=dumps())
def test_what_iptables_save_prints_comes_back_byte_for_byte(
    oracles: Oracles, dump: TableDump
) -> None:
    text = write_save([dump], counters=True)
    assert write_save(settle_save(read_save(text)), counters=True) == text
    error, printed = _restore(oracles.legacy.namespace, text)
    assert error == ""
    assert _tables_of(printed, {"filter"}) == text


def test_remarks_are_kept(oracles: Oracles) -> None:
    _restore(oracles.legacy.namespace, "*filter\n-A INPUT -j ACCEPT\nCOMMIT\n*nat\nCOMMIT\n")
    (done,) = oracles.legacy.namespace.run([Command(["iptables-legacy-save"])])
    file = read_save(done.stdout)
    assert write_save(settle_save(file), remarks=file.remarks, counters=False) == done.stdout
