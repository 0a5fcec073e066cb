"""``-m bpf``."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tests.translate.at import At
from tests.translate.harness import ExtensionCases
from tests.translate.strategies import whole_rules
from translate import InvalidRule, Rule
from translate.matches._bpf_check import BpfInstruction
from translate.matches.bpf import Bpf

BPF = At(prefix="-m bpf ")
_TCP = "4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0"
_WRAPS = "iptables wraps the number round silently"
_RETURN = BpfInstruction(6, 0, 0, 1)

CASES = ExtensionCases(
    name="bpf",
    saves=(
        BPF.case(f"--bytecode '{_TCP}'", f'--bytecode "{_TCP}"'),
        BPF.case("--bytecode '1, 6 0 0 4294967295,'", '--bytecode "1,6 0 0 4294967295"'),
        BPF.case(
            "--object-pinned /sys/fs/bpf/no-such-program",
            oracle=False,
            reason="iptables looks for the program at once",
        ),
    ),
    refused=(
        BPF.refusal("", "--bytecode or --object-pinned must be given"),
        BPF.refusal("! --bytecode '1,6 0 0 0'", "'!' is not allowed"),
        BPF.refusal("--object-pinned /x --bytecode '1,6 0 0 0'", "cannot be used with"),
        *(
            BPF.refusal(f"--bytecode '{program}'", match)
            for program, match in (
                ("", "not the number of instructions"),
                ("x", "not the number of instructions"),
                ("0", "four decimal numbers"),
                ("1,x", "four decimal numbers"),
                ("1,6 0 0", "four decimal numbers"),
                ("1,0x6 0 0 0", "four decimal numbers"),
                ("2,6 0 0 0", "1 instructions where 2"),
                ("1,6 0 0 0,6 0 0 0", "2 instructions where 1"),
                ("65" + ",6 0 0 0" * 65, "at most 64"),
                ("1,99 0 0 0", "is unknown"),
                ("1,21 0 0 0", "jumps beyond the end"),
                ("2,5 0 0 1,6 0 0 0", "jumps beyond the end"),
                ("1,48 0 0 0", "must return"),
                ("2,52 0 0 0,6 0 0 0", "divides by 0"),
                ("2,100 0 0 32,6 0 0 0", "more than 31 bits"),
                ("2,2 0 0 16,6 0 0 0", "beyond word 15"),
                ("2,96 0 0 0,6 0 0 0", "holds nothing yet"),
                ("2,32 0 0 4294963203,6 0 0 0", "loads from nowhere"),
            )
        ),
        *(
            BPF.refusal(f"--bytecode '{program}'", "is not a number", oracle=False, reason=_WRAPS)
            for program in ("1,6 0 0 4294967296", "1,65542 0 0 0", "1,6 256 0 0")
        ),
    ),
    native=(BPF.untranslatable(f"--bytecode '{_TCP}'", "no BPF programs"),),
)


def rules() -> st.SearchStrategy[Rule]:
    word = st.integers(0, 0xFFFFFFFF)
    middle = st.builds(BpfInstruction, st.just(0x00), st.just(0), st.just(0), word)
    middle |= st.builds(BpfInstruction, st.just(0x15), st.just(0), st.just(0), word)
    middle |= st.builds(BpfInstruction, st.just(0x02), st.just(0), st.just(0), st.integers(0, 15))
    last = st.builds(BpfInstruction, st.just(6), st.just(0), st.just(0), word)
    programs = st.builds(lambda some, end: (*some, end), st.lists(middle, max_size=63), last)
    return whole_rules(st.builds(Bpf, program=programs))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "either --bytecode or --object-pinned"),
        ({"path": ""}, "1 to 511 bytes"),
        ({"program": (_RETURN,) * 65}, "at most 64 instructions"),
        ({"program": (BpfInstruction(6, 300, 0, 0),)}, "300 is not a number from 0 to 255"),
    ],
)
def test_wrong_values(values: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidRule, match=message):
        Bpf(**values)  # type: ignore[arg-type] # one wrong value at a time
