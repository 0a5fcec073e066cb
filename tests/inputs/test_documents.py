"""YAML and JSON as values that know their places."""

from collections.abc import Callable

import pytest

from nfcore.exceptions import InvalidInput
from nfcore.inputs._document import Node, Value
from nfcore.inputs._json import parse_json
from nfcore.inputs._yaml import parse_yaml

Parser = Callable[[str], Node]


def yaml(text: str) -> Node:
    return node(parse_yaml(text, file="f"))


def json(text: str) -> Node:
    return node(parse_json(text, file="f"))


def node(value: Value) -> Node:
    return Node(value=value, file="f", line=value.line)


both = pytest.mark.parametrize("parse", [yaml, json])

TEXT = """{
  "a": "text",
  "b": [
    1,
    {"c": true,
     "d": null}, "x:,]}"
  ]
}"""


@both
def test_every_value_knows_its_place(parse: Parser) -> None:
    root = parse(TEXT)
    fields = root.entries()
    one, mapping, odd = fields["b"].items()
    inner = mapping.entries()
    places = [str(item.origin) for item in (root, fields["a"], one, mapping, inner["d"], odd)]
    assert places == ["f:1: ", "f:2: a", "f:4: b[0]", "f:5: b[1]", "f:6: b[1].d", "f:6: b[2]"]
    assert fields["a"].text() == "text"
    assert one.integer() == 1
    assert inner["c"].boolean()
    assert inner["d"].is_null
    assert odd.text() == "x:,]}"


@both
def test_a_key_without_a_value_is_an_empty_mapping_and_list(parse: Parser) -> None:
    empty = parse('{"a": null}').entries()["a"]
    assert empty.entries() == {}
    assert empty.items() == ()


@both
@pytest.mark.parametrize(
    ("text", "read", "message"),
    [
        ('{"a": "x"}', Node.entries, "must be a mapping (lines of KEY: VALUE), not text ('x')"),
        ('{"a": []}', Node.entries, "must be a mapping (lines of KEY: VALUE), not a list"),
        ('{"a": {}}', Node.items, "must be a list (lines of - VALUE), not a mapping"),
        ('{"a": 1}', Node.text, "must be text, not an integer ('1')"),
        ('{"a": null}', Node.text, "must be text, not nothing"),
        ('{"a": {}}', Node.plain, "must be text, not a mapping"),
        ('{"a": 1.5}', Node.boolean, "must be true or false, not a number ('1.5')"),
        ('{"a": "yes"}', Node.boolean, "'yes' is no boolean: write true or false"),
        ('{"a": true}', Node.integer, "must be an integer, not a boolean ('true')"),
        ('{"a": "0x10"}', Node.integer, "must be a decimal integer, not '0x10'"),
        ('{"a": "\\ud800"}', Node.text, r"'\ud800' holds half a surrogate pair, which is no "
                                        "character"),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_kind(
    parse: Parser, text: str, read: Callable[[Node], object], message: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(parse(text).entries()["a"])
    assert str(caught.value) == f"f:1: a: {message}"


@both
def test_a_number_or_boolean_as_it_was_written(parse: Parser) -> None:
    values = [item.plain() for item in parse('[0080.50, 22, true, "x"]'.replace("00", "")).items()]
    assert values == ["80.50", "22", "true", "x"]


@both
def test_unknown_keys(parse: Parser) -> None:
    root = parse('{"known": 1, "x-any": 2}')
    assert list(root.fields(["known"])) == ["known"]
    with pytest.raises(InvalidInput) as caught:
        parse('{"knwon": 1}').fields(["known"])
    assert str(caught.value) == "f:1: knwon: unknown key 'knwon'; did you mean 'known'?"


@both
def test_the_same_key_twice(parse: Parser) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse('{"a": {"b": 1,\n"c": 2,\n"b": 3}}')
    assert str(caught.value) == "f:3: a.b: stands here and in line 1: remove one"


@both
def test_a_key_that_no_terminal_should_see_is_quoted(parse: Parser) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse('{"\\u001b[31m": 1}').fields(["known"])
    assert "\x1b" not in str(caught.value)
    assert caught.value.key == r"'\x1b[31m'"


@both
@pytest.mark.parametrize("nest", [65, 100_000])
def test_more_nesting_than_any_file_needs(parse: Parser, nest: int) -> None:
    assert parse("[" * 64 + "]" * 64).is_sequence
    with pytest.raises(InvalidInput, match=r"^f:1: nested more than 64 levels deep$"):
        parse("[" * nest + "]" * nest)


def test_here_gives_its_place_only_to_an_error_without_one() -> None:
    place = yaml("a: 1").entries()["a"]
    with pytest.raises(InvalidInput, match=r"^f:1: a: wrong$"), place.here():
        raise InvalidInput("wrong")
    with pytest.raises(InvalidInput, match=r"^g:7: wrong$"), place.here():
        raise InvalidInput("wrong", file="g", line=7)


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("a: [", 1, "flow node"),
        ("a: 1\n\tb: 2", 2, "'\\t'"),
        ("a: 1\n---\nb: 2", 2, "single document"),
        ("a: *b", 1, "undefined alias 'b'"),
    ],
)
def test_what_is_no_yaml_in_the_librarys_words(text: str, line: int, part: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        yaml(text)
    assert str(caught.value).startswith(f"f:{line}: not YAML: ")
    assert part in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a:\n  \x00", "f:2: not YAML: the character '\\x00' cannot stand here"),
        ('a:\n- "\\UFFFFFFFF"', "f:2: not YAML: an escape names no character"),
        ('a:\n- "\\U00110000"', "f:2: not YAML: an escape names no character"),
        ("a: &x\n  b: *x", "f:1: a.b: the alias *x stands within its own anchor"),
        ("? [a]\n: b", "f:1: a key must be text"),
        ("a:\n  : b", "f:2: a: a key must be text"),
        ("a:\n  <<: 1", "f:2: a.<<: merges a mapping, or a list of them"),
    ],
)
def test_what_is_no_yaml(text: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        yaml(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a":\n}', "f:2: not JSON: Expecting value"),
        ("[1] 2", "f:1: not JSON: Extra data"),
        ("[NaN]", "f: not JSON: NaN is no JSON number"),
    ],
)
def test_what_is_no_json(text: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        json(text)
    assert str(caught.value) == message


def test_an_empty_document() -> None:
    assert yaml("").is_null
    assert yaml("# nothing\n").is_null
    assert yaml("---\n").is_null


def test_yaml_is_version_1_2() -> None:
    root = yaml("a: yes\nb: 22:22\nc: 0o10\nd: True\ne: 2001-12-14\n").entries()
    assert root["a"].text() == "yes"
    assert root["b"].text() == "22:22"
    assert root["c"].plain() == "0o10"
    assert root["d"].boolean()
    assert root["e"].text() == "2001-12-14"


def test_anchors_merge_keys_and_their_places() -> None:
    root = yaml(
        "one: &one {a: 1, b: 2}\n"
        "two: &two\n"
        "  b: 3\n"
        "  c: 4\n"
        "both:\n"
        "  <<: [*one, *two]\n"
        "  c: 5\n"
        "alias: *two\n"
    ).entries()
    both_ = root["both"].entries()
    assert {key: item.integer() for key, item in both_.items()} == {"a": 1, "b": 2, "c": 5}
    assert [both_[key].line for key in "abc"] == [1, 1, 7]
    assert str(root["alias"].origin) == "f:8: alias"
    assert str(root["alias"].entries()["b"].origin) == "f:3: alias.b"


def test_compose_tags() -> None:
    root = yaml("a: !reset null\nb: !override [1]\nc: !!str 80\n").entries()
    assert list(root) == ["b", "c"]
    assert [item.integer() for item in root["b"].items()] == [1]
    assert root["c"].text() == "80"


def test_text_that_doubles_itself_by_aliases_costs_no_more_than_it_is_long() -> None:
    lines = ["x0: &x0 [a, a]"]
    lines += [f"x{i}: &x{i} [*x{i - 1}, *x{i - 1}]" for i in range(1, 60)]
    assert len(yaml("\n".join(lines)).entries()) == 60
