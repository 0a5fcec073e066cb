"""Commands as a stream, one line each."""

from __future__ import annotations

import json
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translate import IPVersion, translate_lines
from translate.matches import MATCHES
from translate.matches.comment import Comment, CommentExtension
from translate.registry import Registry
from translate.targets import TARGETS


def _one(line: str, to: Literal["json", "save"] = "json", **options: Any) -> str:
    (answer,) = translate_lines([line], to=to, **options)
    return answer


def test_json() -> None:
    assert json.loads(_one("iptables -A INPUT -j ACCEPT")) == {
        "nftables": [
            {
                "add": {
                    "rule": {
                        "family": "ip",
                        "table": "filter",
                        "chain": "INPUT",
                        "expr": [{"counter": None}, {"accept": None}],
                    }
                }
            }
        ]
    }


def test_save_form() -> None:
    assert _one("iptables -A INPUT -s 192.0.2.1 -j DROP", "save") == (
        "-A INPUT -s 192.0.2.1/32 -j DROP"
    )
    assert _one("-t nat -A OUTPUT -m comment --comment 'a \"b'", "save") == (
        '-A OUTPUT -m comment --comment "a \\"b"'
    )


def test_address_lists_stay_on_one_line() -> None:
    line = "-A INPUT -s 192.0.2.1,192.0.2.2 -j DROP"
    assert _one(line, "save") == (
        "-A INPUT -s 192.0.2.1/32 -j DROP ; -A INPUT -s 192.0.2.2/32 -j DROP"
    )
    assert [list(one["add"]) for one in json.loads(_one(line))["nftables"]] == [["rule"], ["rule"]]


@pytest.mark.parametrize(
    ("version", "match", "protocol"),
    [
        (4, "-m tcpmss --mss 42", "tcp"),
        (4, "-m icmp --icmp-type 8", "icmp"),
        (6, "-m icmp6 --icmpv6-type 1", "ipv6-icmp"),
        (6, "-m mh --mh-type 5", "mobility-header"),
    ],
)
def test_iptables_itself_wants_the_protocol(version: int, match: str, protocol: str) -> None:
    name = match.split()[1]
    refused = {"error": f"-m {name} needs -p {protocol}"}
    program = IPVersion(version).program
    for line in (f"{program} -A INPUT {match}", f"-A INPUT {match}"):
        assert json.loads(_one(line, "save", version=IPVersion(version))) == refused
        assert "nftables" in json.loads(_one(line, version=IPVersion(version)))
    written = f"-A INPUT --proto {protocol} {match}"
    assert f"-p {protocol} " in _one(written, "save", version=IPVersion(version))
    assert "error" not in _one(f"{program}-translate -A INPUT {match}", "save")


@pytest.mark.parametrize(
    ("line", "saved"),
    [
        ("-I INPUT -j DROP", "-I INPUT -j DROP"),
        ("-I INPUT 1 -j DROP", "-I INPUT -j DROP"),
        ("-I INPUT 2 -j DROP", "-I INPUT 2 -j DROP"),
        ("--delete INPUT 0x2", "-D INPUT 2"),
        ("-R INPUT 2 -j DROP", "-R INPUT 2 -j DROP"),
        ("-P INPUT DROP -c 1,2", "-P INPUT DROP -c 1 2"),
        ("-N one", "-N one"),
        ("-E one two", "-E one two"),
        ("-F", "-F"),
        ("-Z -L INPUT 3", "-L INPUT 3 -Z"),
    ],
)
def test_other_commands_in_save_form(line: str, saved: str) -> None:
    assert _one(line, "save") == saved


def test_version() -> None:
    assert "::1/128" in _one("ip6tables -A INPUT -s ::1", "save")
    assert "::1/128" in _one("-6 -A INPUT -s ::1", "save")
    assert "::1/128" in _one("-A INPUT -s ::1", "save", version=IPVersion.V6)
    assert "error" in _one("-A INPUT -s ::1", "save")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("", "the line is blank: an iptables command was expected"),
        (" \t", "the line is blank: an iptables command was expected"),
        ("# -A INPUT", "the line is a comment: an iptables command was expected"),
        ("-A IN\0PUT", "a NUL at character 6: no argument can hold one"),
        ("-A 'INPUT", "' stays open at character 4"),
        ("-A INPUT -j", "option '-j', argument 2: its value is missing"),
        (
            "-D INPUT 1",
            "-D has no native nft form: nft names a rule by its handle, which only the kernel "
            "knows: see 'nft -a list chain'",
        ),
    ],
)
def test_errors_are_lines_too(line: str, error: str) -> None:
    assert json.loads(_one(line)) == {"error": error}


class _Broken(CommentExtension):
    def format(self, value: Comment, context: object) -> list[str]:
        del value, context
        raise ZeroDivisionError("oh")


def test_a_bug_in_one_line_leaves_the_others_alone() -> None:
    matches = [_Broken() if isinstance(m, CommentExtension) else m for m in MATCHES]
    registry = Registry(matches, TARGETS)
    lines = ["-A INPUT -m comment --comment x", "-A INPUT"]
    assert [*translate_lines(lines, to="save", registry=registry)] == [
        '{"error": "internal error: ZeroDivisionError: oh"}',
        "-A INPUT",
    ]


@given(st.lists(st.text(max_size=60) | st.text(st.sampled_from("-AmMIN PUTjx!,'\"\\ \udc80\0\n"))))
def test_one_line_each_and_never_an_exception(lines: list[str]) -> None:
    for to in ("json", "save"):
        answers = [*translate_lines(lines, to="save" if to == "save" else "json")]
        assert len(answers) == len(lines)
        assert all("\n" not in answer and "internal error" not in answer for answer in answers)
        assert all(isinstance(json.loads(a), dict) for a in answers if to == "json")


def test_a_very_long_line() -> None:
    assert _one(f"-A INPUT {' ' * 1_000_000} -j ACCEPT", "save") == "-A INPUT -j ACCEPT"
    assert "error" in _one(f"-A INPUT -s {'192.0.2.1,' * 1000}")
