"""u32's tests as nft's raw payload expressions.

Both read big-endian numbers from the packet. A test that reads beyond the packet's end fails in
either; with ``!`` before it, only u32's holds then, so that must be impossible. nft knows where the
transport header and its payload begin, but not in later fragments: u32's way to find them is the
same only where the tests make sure that there is no fragment.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from translate.exceptions import Untranslatable
from translate.matches._u32_text import U32Range, U32Step, U32Test, format_u32
from translate.nft.statements import bitwise_and, match, raw_payload, set_of, value_range
from translate.protocols import TCP
from translate.rule import Rule
from translate.types import IPVersion, Statement

__all__ = ["u32_to_nft"]

_FULL: Final = 0xFFFFFFFF
_NUMBER_BYTES: Final = 4
_MAX_OFFSET: Final = 255
_HEADER_BYTES: Final = {IPVersion.V4: 20, IPVersion.V6: 40}
_FRAGMENT_OFFSET: Final = 0x1FFF
_PAST_IP_HEADER: Final = (U32Step(">>", 22), U32Step("&", 0x3C))
_PAST_TCP_HEADER: Final = (U32Step(">>", 26), U32Step("&", 0x3C))
_TCP_HEADER_LENGTH_AT: Final = 12
_WHAT: Final = "-m u32"


class _Location(NamedTuple):
    """Four bytes: where they count from, their offset in bytes, what is done with them."""

    base: str
    offset: int
    steps: Sequence[U32Step]


def u32_to_nft(tests: Sequence[U32Test], rule: Rule, *, negated: bool) -> list[Statement]:
    """A statement for each test.

    Raises:
        Untranslatable: nft would see other bytes, or cannot say it.
    """
    if negated and len(tests) > 1:
        raise Untranslatable(f"{_WHAT} ! with '&&'", "a rule's statements must all hold")
    statements = []
    for test in tests:
        location = _locate(test, tests, rule)
        last_byte = location.offset + _NUMBER_BYTES
        if negated and (location.base != "nh" or last_byte > _HEADER_BYTES[rule.version]):
            raise Untranslatable(
                f"{_WHAT} ! beyond the IP header", "nft does not match a packet that ends before it"
            )
        statements.append(_statement(location, test, negated=negated))
    return statements


def _locate(test: U32Test, tests: Sequence[U32Test], rule: Rule) -> _Location:
    base, offset, steps = "nh", test.offset, tuple(test.steps)
    if _jump(steps):
        if rule.version is not IPVersion.V4 or offset or steps[:2] != _PAST_IP_HEADER:
            raise _no_jump(test)
        if not any(_no_fragment(other) for other in tests):
            raise Untranslatable(
                f"{_WHAT} with @",
                "nft finds no transport header in later fragments: test 4&0x1FFF=0 as well",
            )
        base, offset, steps = "th", steps[2].number, steps[3:]
    if _jump(steps):
        if offset != _TCP_HEADER_LENGTH_AT or steps[:2] != _PAST_TCP_HEADER:
            raise _no_jump(test)
        if not any(_is_tcp(other) for other in tests) and not _rule_is_tcp(rule):
            raise Untranslatable(f"{_WHAT} with two @", "it must be for TCP: test 6&0xFF=6 as well")
        base, offset, steps = "ih", steps[2].number, steps[3:]
    if _jump(steps):
        raise _no_jump(test)
    if offset > _MAX_OFFSET:
        raise Untranslatable(f"{_WHAT} at byte {offset}", f"nft reads up to byte {_MAX_OFFSET}")
    return _Location(base, offset, steps)


def _jump(steps: Sequence[U32Step]) -> bool:
    return any(step.operator == "@" for step in steps)


def _no_jump(test: U32Test) -> Untranslatable:
    return Untranslatable(
        f"{_WHAT} {format_u32((test,))}",
        "nft jumps past the IP header (0>>22&0x3C@) and the TCP header (12>>26&0x3C@) only",
    )


def _no_fragment(test: U32Test) -> bool:
    return (
        test.offset == 4
        and len(test.steps) == 1
        and test.steps[0].operator == "&"
        and test.steps[0].number & _FRAGMENT_OFFSET == _FRAGMENT_OFFSET
        and test.values == (U32Range(0, 0),)
    )


def _is_tcp(test: U32Test) -> bool:
    return (test.offset, *test.steps, *test.values) == (6, U32Step("&", 0xFF), U32Range(TCP, TCP))


def _rule_is_tcp(rule: Rule) -> bool:
    protocol = rule.protocol
    return protocol is not None and protocol.value == TCP and not protocol.negated


def _statement(location: _Location, test: U32Test, *, negated: bool) -> Statement:
    mask, shift = _net_effect(location.steps)
    what = f"{_WHAT} {format_u32((test,))}"
    if mask == 0:
        raise Untranslatable(what, "it looks at no bit of the packet")
    ranges = _merged([_before_shift(values, shift, mask) for values in test.values])
    if not ranges or ranges == [(0, _FULL)]:
        raise Untranslatable(what, "it does not depend on the packet")
    left: Any = raw_payload(location.base, location.offset * 8, _NUMBER_BYTES * 8)
    if mask != _FULL:
        left = bitwise_and(left, mask)
    # A single number is a range too: what nft knows as "ip protocol 6" it would leave out beside
    # "tcp dport", and join to what is tested next to it.
    right: Any = value_range(*ranges[0])
    if len(ranges) > 1:
        right = set_of(
            [first if first == last else value_range(first, last) for first, last in ranges]
        )
    return match(left, right, negated=negated)


def _net_effect(steps: Sequence[U32Step]) -> tuple[int, int]:
    """The bits of the number that count, and how far they are shifted to the right."""
    mask, shift = _FULL, 0
    for operator, number in steps:
        if operator == "&":
            mask &= _shifted(number, -shift)
        else:
            shift += number if operator == ">>" else -number
            mask &= _shifted(_FULL, -shift) if shift > 0 else _FULL >> -shift
    return mask, shift


def _shifted(number: int, right: int) -> int:
    return number >> right if right >= 0 else number << -right & _FULL


def _before_shift(values: U32Range, shift: int, mask: int) -> tuple[int, int] | None:
    """What the unshifted number must be for the shifted one to be in a range."""
    first, last = values
    if shift >= 0:
        first, last = first << shift, last << shift
    else:
        first, last = -(-first >> -shift), last >> -shift
    last = min(last, mask)
    return (first, last) if first <= last else None


def _merged(ranges: Sequence[tuple[int, int] | None]) -> list[tuple[int, int]]:
    """The ranges in ascending order, none of them touching another."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(found for found in ranges if found is not None):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged
