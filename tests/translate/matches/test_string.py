"""``-m string``."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import whole_rules
from translate import Rule
from translate.matches.string import String


def _hex(written: str, saved: str) -> Case:
    return Case(f"-m string --algo bm --hex-string '{written}'", f"-m string {saved} --algo bm")


CASES = ExtensionCases(
    name="string",
    saves=(
        Case('-m string --string "foo" --algo bm'),
        Case("-m string --algo kmp ! --string foo", '-m string ! --string "foo" --algo kmp'),
        Case("-m string --algo bm --string 'a\"b'", r'-m string --string "a\"b" --algo bm'),
        Case("-m string --algo bm --string 'a\\b'", r'-m string --string "a\\b" --algo bm'),
        Case('-m string --algo bm --string "a\'b"', '-m string --string "a\'b" --algo bm'),
        Case("-m string --algo bm --string '|0a|'", '-m string --string "|0a|" --algo bm'),
        Case("-m string --algo bm --string é", '-m string --hex-string "|c3a9|" --algo bm'),
        Case("-m string --algo bm --string 'ab\\'", '-m string --hex-string "|61625c|" --algo bm'),
        Case(f'-m string --string "{"x" * 128}" --algo bm'),
        _hex("|66 6f 6f|", '--string "foo"'),
        _hex("|666F6f00|", '--hex-string "|666f6f00|"'),
        _hex("foo|0D 0a|bar", '--hex-string "|666f6f0d0a626172|"'),
        _hex("ab|41|cd|42|", '--string "abAcdB"'),
        _hex("|41|42|", '--string "A42"'),
        _hex("| 4142 |", '--string "AB"'),
        _hex("66|", '--string "66"'),
        _hex("|41||42|", '--string "A|42"'),
        _hex("|41|||42|", '--string "A|B"'),
        _hex("|41|\\x", '--string "A\\\\x"'),
        _hex(r"a\|b\\\c", r'--string "a|b\\c"'),
        Case(
            "-m string --icase --to 0x20 --from 020 --algo bm --string foo",
            '-m string --string "foo" --algo bm --from 16 --to 32 --icase',
        ),
        Case(
            "-m string --from 0 --to 65535 --algo bm --string foo",
            '-m string --string "foo" --algo bm',
        ),
    ),
    refused=(
        Refusal("-m string --algo bm", match="--string or --hex-string must be given"),
        Refusal("-m string --string foo", match="--algo must be given"),
        Refusal("-m string --algo fsm --string foo", match="must be bm or kmp, not 'fsm'"),
        Refusal("-m string --algo bm --string ''", match="1 to 128 bytes, not 0"),
        Refusal(f"-m string --algo bm --string {'x' * 129}", match="1 to 128 bytes, not 129"),
        Refusal("-m string --algo bm --string a --hex-string b", match="cannot be used with"),
        Refusal("-m string --algo bm --string a ! --icase", match="not allowed"),
        Refusal("-m string --algo bm --string a --from 5 --to 4", match="not run backwards"),
        Refusal("-m string --algo bm --string a --to 65536", match="from 0 to 65535"),
        Refusal("-m string --algo bm --hex-string ''", match="1 to 128 bytes, not 0"),
        Refusal("-m string --algo bm --hex-string '||'", match="pairs of hexadecimal"),
        Refusal("-m string --algo bm --hex-string '|6|'", match="pairs of hexadecimal"),
        Refusal("-m string --algo bm --hex-string '|6 6|'", match="pairs of hexadecimal"),
        Refusal("-m string --algo bm --hex-string '|66  66|'", match="pairs of hexadecimal"),
        Refusal("-m string --algo bm --hex-string '|zz|'", match="pairs of hexadecimal"),
        Refusal("-m string --algo bm --hex-string '|66'", match="pairs of hexadecimal"),
        Refusal("-m string --algo bm --hex-string 'a\\'", match="nothing follows the backslash"),
    ),
    native=(Native("-m string --algo bm --string foo", untranslatable="does not search"),),
)


def rules() -> st.SearchStrategy[Rule]:
    offset = st.integers(0, 0xFFFF)
    text = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=40)
    values = (
        st.tuples(offset, offset)
        .map(sorted)
        .flatmap(
            lambda ends: st.builds(
                String,
                pattern=st.binary(min_size=1, max_size=128) | text.map(str.encode),
                algorithm=st.sampled_from(["bm", "kmp"]),
                first=st.sampled_from([0, ends[0]]),
                last=st.sampled_from([0xFFFF, ends[1]]),
                ignore_case=st.booleans(),
                negated=st.booleans(),
            )
        )
    )
    return whole_rules(values)
