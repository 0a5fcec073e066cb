"""``-m rateest``, with estimators that the tests make in the oracles' namespace."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.strategies import whole_rules
from translate import Rule
from translate.matches.rateest import Rateest

_ROUNDS = "iptables-save rounds to three digits or more, and loses the rest"
_WRAPS = "iptables reads it modulo 2**32 bytes"
_TWICE = "iptables takes the last one"


def _case(args: str, saved: str | None = None, *, rounds: bool = False) -> Case:
    saved = args if saved is None else saved
    return Case(
        f"-m rateest {args}",
        f"-m rateest {saved}",
        oracle=not rounds,
        reason=_ROUNDS if rounds else "",
    )


CASES = ExtensionCases(
    name="rateest",
    setup=tuple(
        f"{program}-legacy -t mangle -A INPUT -j RATEEST --rateest-name {name} "
        "--rateest-interval 250ms --rateest-ewmalog 500ms"
        for program in ("iptables", "ip6tables")
        for name in ("RE1", "RE2", "x" * 15)
    ),
    saves=(
        _case("--rateest RE1 --rateest-lt --rateest-bps 8bit"),
        _case(
            "--rateest-bps2 1.5mbit --rateest1 RE1 ! --rateest-gt",
            "--rateest RE1 ! --rateest-gt --rateest-bps 1500Kbit",
        ),
        _case(
            "--rateest RE1 --rateest-eq --rateest-bps 15",
            "--rateest RE1 --rateest-eq --rateest-bps 8bit",
        ),
        _case(
            "--rateest RE1 --rateest-lt --rateest-bps 1gBps",
            "--rateest RE1 --rateest-lt --rateest-bps 8000Mbit",
        ),
        _case(
            "--rateest RE1 --rateest-lt --rateest-bps 1Kibit",
            "--rateest RE1 --rateest-lt --rateest-bps 1024bit",
        ),
        _case(
            "--rateest RE1 --rateest-lt --rateest-bps 1mibit",
            "--rateest RE1 --rateest-lt --rateest-bps 1048576bit",
            rounds=True,
        ),
        # Without --rateest-delta, the first rate is read and not used.
        _case(
            "--rateest RE1 --rateest-lt --rateest-bps1 1kbit",
            "--rateest RE1 --rateest-lt --rateest-bps 0bit",
        ),
        _case(f"--rateest {'x' * 15} --rateest-lt --rateest-pps 4294967295"),
        _case(
            "--rateest RE1 --rateest-lt --rateest-bps --rateest-pps 0x10",
            "--rateest RE1 --rateest-lt --rateest-bps 0bit --rateest-lt --rateest-pps 16",
        ),
        Case(
            "-m rateest --rateest RE1 --rateest-lt --rateest-bps 8bit --rateest-lt --rateest-pps 1",
            oracle=False,
            reason="iptables refuses the line that iptables-save prints",
        ),
        _case("--rateest1 RE1 --rateest-lt --rateest-bps --rateest2 RE2"),
        _case(
            "--rateest1 RE1 --rateest2 RE2 ! --rateest-eq --rateest-pps1 3 --rateest-bps2 1kbit",
            "--rateest1 RE1 ! --rateest-eq --rateest-bps ! --rateest-eq --rateest-pps "
            "--rateest2 RE2",
        ),
        _case(
            "--rateest-delta --rateest1 RE1 --rateest-bps1 1kbit --rateest-lt --rateest-bps2 2kbit "
            "--rateest-pps1 1 --rateest-pps2 2 --rateest2 RE2",
            "--rateest-delta --rateest1 RE1 --rateest-bps1 1000bit --rateest-lt --rateest-bps2 "
            "2000bit --rateest-pps1 1 --rateest-lt --rateest-pps2 2 --rateest2 RE2",
        ),
        _case(
            "--rateest-delta --rateest RE1 --rateest-bps1 1kbit --rateest-gt",
            "--rateest-delta --rateest RE1 --rateest-bps1 1000bit --rateest-gt --rateest-bps2 0bit",
        ),
    ),
    refused=(
        Refusal("-m rateest", match="--rateest-lt, --rateest-gt or --rateest-eq must"),
        Refusal("-m rateest --rateest RE1 --rateest-pps 5", match="--rateest-eq must be given"),
        Refusal("-m rateest --rateest RE1 --rateest-lt", match="--rateest-pps must be given"),
        Refusal("-m rateest --rateest RE1 --rateest1 RE2 --rateest-lt", match="only once"),
        Refusal(
            "-m rateest --rateest RE1 --rateest-lt --rateest-bps 1 --rateest-bps2 1",
            match="only once",
        ),
        Refusal(
            "-m rateest --rateest RE1 --rateest-lt --rateest-lt --rateest-bps 1", match="only once"
        ),
        Refusal("-m rateest --rateest RE1 --rateest-lt --rateest-bps 1foo", match="invalid rate"),
        Refusal("-m rateest --rateest RE1 --rateest-lt --rateest-bps 0x1bit", match="invalid rate"),
        Refusal("-m rateest --rateest RE1 --rateest-lt --rateest-pps 1k", match="not a number"),
        Refusal("-m rateest --rateest RE1 --rateest-lt --rateest-pps=1", match="takes no value"),
        Refusal("-m rateest ! --rateest RE1 --rateest-lt --rateest-pps 1", match="not allowed"),
        Refusal(
            "-m rateest --rateest RE1 --rateest-lt --rateest-bps 1tbit",
            match="above 4294967295",
            oracle=False,
            reason=_WRAPS,
        ),
        Refusal(
            "-m rateest --rateest RE1 --rateest-lt --rateest-gt --rateest-pps 5",
            match="cannot be used with",
            oracle=False,
            reason=_TWICE,
        ),
        # Not there, says the kernel; such a name it could not have.
        Refusal(
            f"-m rateest --rateest {'x' * 16} --rateest-lt --rateest-pps 5",
            match="1 to 15 bytes",
            oracle=False,
            reason="iptables cuts it off in silence",
        ),
        Refusal(
            "-m rateest --rateest-lt --rateest-pps 5",
            match="--rateest or --rateest1 must be given",
            oracle=False,
            reason="iptables asks the kernel for an estimator without a name",
        ),
    ),
    native=(
        Native(
            "-m rateest --rateest RE1 --rateest-lt --rateest-pps 5",
            untranslatable="no rate estimators",
        ),
    ),
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    delta, relative = draw(st.booleans()), draw(st.booleans())
    by_bytes = draw(st.booleans())
    # Not both: iptables refuses the line that it prints for them.
    by_packets = not by_bytes
    first, second = delta, delta or not relative
    number = st.integers(0, 0xFFFFFFFF)
    # Rates that iptables-save doesn't round.
    rate = st.integers(0, 124_999) | st.integers(1_000, 500_000).map(lambda kbit: kbit * 125)
    value = Rateest(
        first=draw(st.sampled_from(["RE1", "x" * 15])),
        second="RE2" if relative else None,
        delta=delta,
        comparison=draw(st.sampled_from(["lt", "gt", "eq"])),
        negated=draw(st.booleans()),
        by_bytes=by_bytes,
        by_packets=by_packets,
        bytes1=draw(rate) if first and by_bytes else 0,
        bytes2=draw(rate) if second and by_bytes else 0,
        packets1=draw(number) if first and by_packets else 0,
        packets2=draw(number) if second and by_packets else 0,
    )
    return draw(whole_rules(st.just(value)))
