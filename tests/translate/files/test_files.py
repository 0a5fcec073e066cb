"""What the files' types and functions promise."""

from __future__ import annotations

import json

import pytest

from tests.translate.harness.namespace import Command
from tests.translate.harness.oracles import Oracles
from translate import Action, InvalidRule, IPVersion, ParseError, Rule, Untranslatable
from translate.files import (
    ChainDump,
    ChainLine,
    SavedRule,
    TableDump,
    dump_to_nft_commands,
    errors_name,
    read_save,
    settle_save,
    write_save,
)

V4 = IPVersion.V4
FILE = """\
# about the table
*filter
:INPUT DROP [1:2]
:one - [0:0]
# about the rule
[3:4] -A INPUT -s 192.0.2.0/24 -j one
-A one -m conntrack --ctstate NEW -j ACCEPT
COMMIT
# the end
"""


def test_lines_are_kept_in_order() -> None:
    file = read_save(FILE)
    (table,) = file.tables
    assert (table.name, table.line, table.version) == ("filter", 2, V4)
    assert table.remarks == ("# about the table", "# about the rule")
    assert file.remarks == ("# the end",)
    chain, *rest = table.entries
    assert isinstance(chain, ChainLine)
    assert (chain.name, chain.policy, chain.line) == ("INPUT", "DROP", 3)
    assert [entry.line for entry in rest] == [4, 6, 7]


def test_normal_form() -> None:
    assert write_save(settle_save(read_save(FILE)), counters=False) == (
        "# about the table\n"
        "# about the rule\n"
        "*filter\n"
        ":INPUT DROP [1:2]\n"
        ":FORWARD ACCEPT [0:0]\n"
        ":OUTPUT ACCEPT [0:0]\n"
        ":one - [0:0]\n"
        "-A INPUT -s 192.0.2.0/24 -j one\n"
        "-A one -m conntrack --ctstate NEW -j ACCEPT\n"
        "COMMIT\n"
    )


def test_counters_are_printed_where_there_are_some() -> None:
    dumps = settle_save(read_save(FILE))
    assert "[3:4] -A INPUT" in write_save(dumps)
    assert "[0:0] -A one" in write_save(dumps)
    assert "[3:4]" not in write_save(dumps, counters=False)
    assert "[0:0] -A" not in write_save(settle_save(read_save("*filter\n-A INPUT\nCOMMIT\n")))


def test_rules_know_their_lines() -> None:
    (dump,) = settle_save(read_save(FILE))
    chain = dump.chain("one")
    assert chain is not None
    assert [saved.line for saved in chain.rules] == [7]
    assert dump.chain("two") is None


def test_ipv6() -> None:
    file = read_save("*filter\n-A INPUT -s ::1\n-4 -A INPUT\nCOMMIT\n", version=IPVersion.V6)
    (dump,) = settle_save(file)
    assert "-A INPUT -s ::1/128\n" in write_save([dump])
    assert settle_save(file, [TableDump(version=V4, name="filter")]) == (dump,)


def test_error_carries_line_option_and_position() -> None:
    with pytest.raises(ParseError) as caught:
        read_save("*filter\n-A INPUT -p tcp --dport 99999 -j ACCEPT\nCOMMIT\n")
    error = caught.value
    assert (error.line, error.option, error.position) == (2, "--dport", 4)


def test_errors_name_the_file() -> None:
    where = r"^rules\.v4:2, option '--dport', argument 4: "
    with pytest.raises(ParseError, match=where) as caught, errors_name("rules.v4"):
        read_save("*filter\n-A INPUT -p tcp --dport 99999 -j ACCEPT\nCOMMIT\n")
    assert (caught.value.file, caught.value.line) == ("rules.v4", 2)
    with pytest.raises(ParseError, match=r"^rules\.v4: no line of it$"), errors_name("rules.v4"):
        raise ParseError("no line of it")


def test_nul_is_refused() -> None:
    with pytest.raises(ParseError, match="line 2: the line holds a NUL"):
        read_save("*filter\n-A INPUT\0 -j ACCEPT\nCOMMIT\n")


def test_json_loads(oracles: Oracles) -> None:
    (dump,) = settle_save(read_save(FILE))
    text = json.dumps({"nftables": dump_to_nft_commands(dump)})
    done = oracles.nft.namespace.run(
        [
            Command(["nft", "-j", "-f", "-"], text),
            Command(["nft", "list", "ruleset"]),
            Command(["nft", "flush", "ruleset"]),
        ]
    )
    assert done[0].status == 0, done[0].stderr
    assert done[1].stdout == (
        "table ip filter {\n"
        "\tchain INPUT {\n"
        "\t\ttype filter hook input priority filter; policy drop;\n"
        "\t\tip saddr 192.0.2.0/24 counter packets 3 bytes 4 jump one\n"
        "\t}\n"
        "\n"
        "\tchain one {\n"
        "\t\tct state new counter packets 0 bytes 0 accept\n"
        "\t}\n"
        "}\n"
    )


def test_untranslatable_names_the_line() -> None:
    text = f"*filter\n-A INPUT\n-A INPUT -m comment --comment {'x' * 200}\nCOMMIT\n"
    (dump,) = settle_save(read_save(text))
    with pytest.raises(Untranslatable, match=r"\(line 3\)"):
        dump_to_nft_commands(dump)
    chain = dump.chain("INPUT")
    assert chain is not None
    bare = ChainDump(name="INPUT", rules=tuple(SavedRule(rule=s.rule) for s in chain.rules))
    with pytest.raises(Untranslatable, match=r"holds 128 bytes, this one needs 200$"):
        dump_to_nft_commands(TableDump(version=V4, name="filter", chains=(bare,)))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TableDump(version=V4, name="nope"), "table must be .* not 'nope'"),
        (lambda: ChainDump(name=""), "cannot be empty"),
        (lambda: ChainDump(name="INPUT", policy="QUEUE"), "policy must be ACCEPT or DROP"),
        (
            lambda: TableDump(
                version=V4, name="filter", chains=(ChainDump(name="a"), ChainDump(name="a"))
            ),
            "a chain is given twice",
        ),
        (
            lambda: TableDump(
                version=V4, name="filter", chains=(ChainDump(name="a", policy="DROP"),)
            ),
            "not built in and has no policy",
        ),
        (
            lambda: TableDump(
                version=V4,
                name="filter",
                chains=(ChainDump(name="a", rules=(SavedRule(rule=Rule(version=V4, chain="b")),)),),
            ),
            "a rule in chain a is for another place",
        ),
    ],
)
def test_impossible_tables(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(InvalidRule, match=message):
        make()


def test_actions_have_letters() -> None:
    assert {action: action.option for action in Action} == {
        Action.APPEND: "-A",
        Action.INSERT: "-I",
        Action.REPLACE: "-R",
        Action.DELETE: "-D",
        Action.CHECK: "-C",
        Action.LIST: "-L",
        Action.LIST_RULES: "-S",
        Action.FLUSH: "-F",
        Action.ZERO: "-Z",
        Action.NEW_CHAIN: "-N",
        Action.DELETE_CHAIN: "-X",
        Action.RENAME_CHAIN: "-E",
        Action.POLICY: "-P",
    }
