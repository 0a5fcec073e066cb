import io
from pathlib import Path

import pytest

from nfcore.exceptions import InvalidInput
from nfcore.inputs import load, read_topology

COMPOSE = b"networks:\n  front:\n"
NO_INPUT = io.BytesIO()


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "compose.yml"
    path.write_bytes(COMPOSE)
    topology = load(str(path), stdin=NO_INPUT)
    assert [spec.name for spec in topology.specs] == ["front"]
    assert topology.networks[0].origin.file == str(path)


def test_standard_input() -> None:
    topology = load("-", stdin=io.BytesIO(COMPOSE))
    assert topology.networks[0].origin.file == "<stdin>"


def test_a_byte_order_mark_and_windows_line_ends() -> None:
    text = b"\xef\xbb\xbf" + COMPOSE.replace(b"\n", b"\r\n")
    assert load("-", stdin=io.BytesIO(text)).networks[0].origin.line == 2


def test_the_environment_is_the_callers() -> None:
    text = io.BytesIO(b"networks: {front: {name: '${PROJECT}_front'}}")
    topology = load("-", stdin=text, environment={"PROJECT": "shop"})
    assert topology.specs[0].name == "shop_front"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.yml", "cannot be read: No such file or directory"),
        (".", "cannot be read: Is a directory"),
        ("a\0b", "cannot be read: embedded null byte"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str, message: str) -> None:
    path = f"{tmp_path}/{name}"
    with pytest.raises(InvalidInput) as caught:
        load(path, stdin=NO_INPUT)
    assert str(caught.value) == f"{path}: {message}"


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(InvalidInput) as caught:
        load("-", stdin=io.BytesIO(b"networks:\n  \xff\xfe:"))
    assert str(caught.value) == "<stdin>:2: not UTF-8 text: byte 0xff cannot stand here"


EMPTY = "is empty: it must be a Compose file or `docker network inspect` output"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"f:1: {EMPTY}"),
        ("# nothing\n", f"f:1: {EMPTY}"),
        ("text", "f:1: must be a mapping with networks: and services:, as Compose files are"),
        ("- a", "f:1: [0]: must be a mapping (lines of KEY: VALUE), not text ('a')"),
        ("[1", "f:1: not JSON: Expecting ',' delimiter"),
        ("networks: {}", "f:1: has no bridge network to program"),
        ("networks: {ext: {external: true}}",
         "f:1: has no bridge network to program; f:1: networks.ext: network ext is external, not "
         "programmed"),
    ],
)  # fmt: skip
def test_what_is_no_topology(text: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_topology(text, file="f")
    assert str(caught.value) == message


def test_compose_in_json_and_in_a_flow_mapping() -> None:
    for text in ('{"networks": {"front": null}}', "{networks: {front: }}"):
        assert [spec.name for spec in read_topology(text, file="f").specs] == ["front"]


def test_a_mapping_in_braces_that_is_neither_json_nor_yaml() -> None:
    with pytest.raises(InvalidInput) as caught:
        read_topology('{"networks":\n{"front": null}', file="f")
    assert str(caught.value).startswith("f:2: not YAML: ")
