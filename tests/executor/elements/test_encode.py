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
from nfcore.operations import AddElement, DeleteElement, SetRef, TableRef
from translate import IPVersion

NAMES = SetRef(table=TableRef(version=IPVersion.V4, name="filter"), name="names")
PORTS = SetRef(table=TableRef(version=IPVersion.V6, name="nat"), name="ports")
FORMS = {
    NAMES: ElementForm(("ifname",), None),
    PORTS: ElementForm(("inet_service",), "ipv6_addr"),
}


def encode(*operations: ElementOperation) -> list[ElementMessage]:
    writers = {ref: SetWriter(ref, form, "my-") for ref, form in FORMS.items()}
    return encode_elements(operations, writers)


def body_of(made: ElementMessage) -> bytes:
    return b"".join(made.message().parts)


def name(text: str, *, comment: str | None = None) -> AddElement:
    return AddElement(set=NAMES, key=(text,), comment=comment)


def test_every_attribute_in_its_place() -> None:
    (made,) = encode(AddElement(set=PORTS, key=(80,), data="fd00::2", comment="a"))
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


def test_elements_of_one_set_go_into_one_message() -> None:
    other = DeleteElement(set=PORTS, key=(80,))
    made = encode(name("a"), other, name("b", comment="x"), name("a"))
    assert [message.indices for message in made] == [[0, 2, 3], [1]]
    assert [message.deletes for message in made] == [False, True]


def test_adding_and_deleting_keep_their_order() -> None:
    made = encode(name("a"), DeleteElement(set=NAMES, key=("a",)), name("a"), name("b"))
    assert [(message.deletes, message.indices) for message in made] == [
        (False, [0]),
        (True, [1]),
        (False, [2, 3]),
    ]


def test_a_message_holds_no_more_than_an_attribute_does() -> None:
    made = encode(*(name(f"br{number}") for number in range(5_000)))
    assert [index for message in made for index in message.indices] == [*range(5_000)]
    for message in made:
        attribute = dict(attributes(body_of(message)))[3]
        assert len(attribute) <= 0xFFFF - 4
        assert len([*attributes(attribute)]) == len(message.indices)
    assert len(made) == 3


def test_the_element_at_an_offset() -> None:
    (made,) = encode(name("a"), name("b", comment="long"), name("c"))
    body = body_of(made)
    at = body.index(b"a" + bytes(15)) - 12
    assert made.index_at(20 + at) == 0
    (first,) = struct.unpack_from("=H", body, at)
    (second,) = struct.unpack_from("=H", body, at + first)
    assert made.index_at(20 + at + first) == 1
    assert made.index_at(20 + at + first + second) == 2
    assert made.index_at(0) is None
    (alone,) = encode(name("a"))
    assert alone.index_at(0) == 0


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (AddElement(set=NAMES, key=("a",), data="fd00::1"), "'fd00::1' as data of None"),
        (AddElement(set=PORTS, key=(80,)), "None as data of ipv6_addr"),
        (AddElement(set=PORTS, key=(80,), data="br0"), "'br0' as an address"),
        (AddElement(set=NAMES, key=("a", "b")), "as "),
        (AddElement(set=NAMES, key=("a",), comment=""), "as a comment"),
    ],
)
def test_what_is_left_to_libnftables(operation: AddElement, message: str) -> None:
    with pytest.raises(NotPlainError, match=message):
        encode(operation)
