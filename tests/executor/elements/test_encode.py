"""Messages of elements."""

from __future__ import annotations

import struct

import pytest

from nfcore.executor._nfnetlink import attributes
from nfcore.executor.elements._encode import (
    ElementMessage,
    ElementOperation,
    SetWriter,
    encode_elements,
)
from nfcore.executor.elements._forms import ElementForm
from nfcore.executor.elements._values import NotPlainError
from nfcore.operations import (
    BARE,
    AddElements,
    DeleteElements,
    ElementKey,
    SetElement,
    SetRef,
    TableRef,
    each_element,
)
from tests.elements import adding
from translate import IPVersion

NAMES = SetRef(table=TableRef(version=IPVersion.V4, name="filter"), name="names")
PORTS = SetRef(table=TableRef(version=IPVersion.V6, name="nat"), name="ports")
PLACES = SetRef(table=TableRef(version=IPVersion.V4, name="filter"), name="places")
FORMS = {
    NAMES: ElementForm(("ifname",), None),
    PORTS: ElementForm(("inet_service",), "ipv6_addr"),
    PLACES: ElementForm(("ifname", "ipv4_addr", "inet_proto", "inet_service"), None),
}


def encode(*operations: ElementOperation) -> list[ElementMessage]:
    writers = {ref: SetWriter(ref, form, "my-") for ref, form in FORMS.items()}
    return encode_elements(operations, writers)


def body_of(made: ElementMessage) -> bytes:
    return b"".join(made.message().parts)


def name(text: str, *, comment: str | None = None) -> AddElements:
    return adding(NAMES, text, comment=comment)


def test_every_attribute_in_its_place() -> None:
    (made,) = encode(adding(PORTS, 80, data="fd00::2", comment="a"))
    message = made.message()
    assert (message.kind, message.flags, message.family) == (12, 0x400, 10)
    assert message.size == len(body_of(made))
    assert body_of(made) == (
        b"\x0b\0\x01\0my-nat\0\0"
        b"\x0a\0\x02\0ports\0\0\0"
        b"\x34\0\x03\x80"
        b"\x30\0\x01\x80"
        b"\x0c\0\x01\x80" + b"\x06\0\x01\0\0\x50\0\0"
        b"\x18\0\x02\x80" + b"\x14\0\x01\0\xfd" + bytes(14) + b"\x02"
        b"\x08\0\x06\0\0\x02a\0"
    )


def test_parts_of_a_key_begin_at_registers() -> None:
    (made,) = encode(adding(PLACES, "br0", "10.0.0.2", 6, 443))
    assert body_of(made).endswith(
        b"\x24\0\x01\x80"
        b"\x20\0\x01\0br0" + bytes(13) + b"\x0a\0\0\x02" + b"\x06\0\0\0" + b"\x01\xbb\0\0"
    )


def test_a_comment_is_user_data() -> None:
    (made,) = encode(adding(NAMES, "a", comment="ü 1"))
    assert body_of(made).endswith(b"\x0b\0\x06\0" + b"\0\x05\xc3\xbc 1\0" + b"\0")
    (made,) = encode(adding(NAMES, "a", comment="x" * 128))
    assert body_of(made).endswith(b"\x87\0\x06\0" + b"\0\x81" + b"x" * 128 + b"\0" + b"\0")


def test_each_operation_has_its_messages_in_order() -> None:
    operations = (
        AddElements(NAMES, {("a",): BARE, ("b",): SetElement(comment="x")}),
        DeleteElements(PORTS, ((80,), (81,))),
        adding(NAMES, "c"),
    )
    made = encode(*operations)
    assert [message.operation for message in made] == [*operations]
    assert [message.operation_index for message in made] == [0, 1, 2]
    assert [message.message().kind for message in made] == [12, 14, 12]
    assert [len(message.elements) for message in made] == [2, 2, 1]


def test_a_message_holds_no_more_than_an_attribute_does() -> None:
    names: dict[ElementKey, SetElement] = {(f"br{number}",): BARE for number in range(5_000)}
    made = encode(AddElements(NAMES, names))
    assert [message.first for message in made] == [0, 2340, 4680]
    assert sum(len(message.elements) for message in made) == 5_000
    for message in made:
        attribute = dict(attributes(body_of(message)))[3]
        assert len(attribute) <= 0xFFFF - 4
        assert len([*attributes(attribute)]) == len(message.elements)


@pytest.mark.parametrize("kind", [AddElements, DeleteElements])
def test_the_element_at_an_offset(kind: type[ElementOperation]) -> None:
    kept: dict[ElementKey, SetElement] = {
        ("a",): BARE,
        ("b",): SetElement(comment="long"),
        ("c",): BARE,
    }
    operation = AddElements(NAMES, kept) if kind is AddElements else DeleteElements(NAMES, [*kept])
    parts = [part for _, part in each_element([operation])]
    (made,) = encode(operation)
    body = body_of(made)
    at = body.index(b"a" + bytes(15)) - 12
    (first,) = struct.unpack_from("=H", body, at)
    (second,) = struct.unpack_from("=H", body, at + first)
    found = [made.part_at(20 + offset) for offset in (at, at + first, at + first + second)]
    assert [str(part) for part in found] == [str(part) for part in parts]
    assert made.part_at(0) is None
    (alone,) = encode(adding(NAMES, "a"))
    assert alone.part_at(0) == adding(NAMES, "a")


def test_the_element_at_an_offset_of_a_later_message() -> None:
    names: dict[ElementKey, SetElement] = {(f"br{number}",): BARE for number in range(5_000)}
    _, second, _ = encode(AddElements(NAMES, names))
    at = body_of(second).index(b"br2340" + bytes(10)) - 12
    assert second.part_at(20 + at) == adding(NAMES, "br2340")


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (adding(NAMES, "a", data="fd00::1"), "'fd00::1' as data of None"),
        (adding(PORTS, 80), "None as data of ipv6_addr"),
        (adding(PORTS, 80, data="br0"), "'br0' as an address"),
        (adding(NAMES, "a", "b"), "a key as "),
        (adding(NAMES), "a key as "),
        (adding(PLACES, "a"), "a key as "),
        (adding(NAMES, "a", comment=""), "^0 bytes as a comment"),
        (adding(NAMES, "a", comment="x" * 129), "^129 bytes as a comment"),
        (adding(NAMES, "a", comment="\ud800"), "as a comment"),
    ],
)
def test_what_is_left_to_libnftables(operation: AddElements, message: str) -> None:
    with pytest.raises(NotPlainError, match=message):
        encode(operation)
