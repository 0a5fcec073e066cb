"""Operations on many elements, taken apart and counted."""

from __future__ import annotations

from nfcore.operations import (
    BARE,
    AddElements,
    AddTable,
    DeleteElements,
    Operation,
    SetElement,
    SetRef,
    TableRef,
    count_of,
    each_element,
    table_of,
)
from translate import IPVersion

NAT = TableRef(IPVersion.V4, "nat")
PORTS = SetRef(NAT, "ports")
TWO = AddElements(PORTS, {(6, 80): SetElement("10.0.0.2"), (6, 81): BARE})
NONE = AddElements(PORTS, {})


def test_each_element_has_the_place_of_its_operation() -> None:
    gone = DeleteElements(PORTS, ((6, 80), (6, 81)))
    one = DeleteElements(PORTS, ((6, 82),))
    operations: list[Operation] = [AddTable(table=NAT), TWO, gone, one]
    parts = [*each_element(operations)]
    assert [place for place, _ in parts] == [0, 1, 1, 2, 2, 3]
    assert [str(part) for _, part in parts] == [
        "create table iptables -t nat",
        "nft add element ip nat ports { 6 . 80 : 10.0.0.2 }",
        "nft add element ip nat ports { 6 . 81 }",
        "nft delete element ip nat ports { 6 . 80 }",
        "nft delete element ip nat ports { 6 . 81 }",
        "nft delete element ip nat ports { 6 . 82 }",
    ]
    assert parts[-1][1] is one


def test_what_they_are_about() -> None:
    assert str(TWO) == "nft add element ip nat ports { 6 . 80 : 10.0.0.2, 6 . 81 }"
    assert [count_of(one) for one in (TWO, NONE, AddTable(table=NAT))] == [2, 0, 1]
    assert table_of(TWO) is NAT
