"""``-m time``."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from hypothesis import strategies as st

from tests.translate.harness import Case, ExtensionCases, Native, Refusal
from tests.translate.harness.namespace import Command
from tests.translate.harness.oracles import Oracles
from tests.translate.strategies import whole_rules
from translate import IPVersion, Rule, parse, to_nft
from translate.matches.time import Time
from translate.values.clock import LAST_DATE

_EVER = "--datestop 2038-01-19T03:14:07"
_NO_DAY = "iptables takes it and makes a rule that never matches"
_OTHER_DAY = "iptables takes another day for it"
_EMPTY = "iptables takes it for nothing"


def _case(args: str, saved: str) -> Case:
    return Case(f"-m time {args}", f"-m time {saved}")


CASES = ExtensionCases(
    name="time",
    saves=(
        _case("", _EVER),
        _case("--timestart 1:02", f"--timestart 01:02:00 --timestop 23:59:59 {_EVER}"),
        _case("--timestop 010:3:4", f"--timestart 00:00:00 --timestop 10:03:04 {_EVER}"),
        _case("--timestart :10", f"--timestart 00:10:00 --timestop 23:59:59 {_EVER}"),
        _case("--timestart 0:0 --timestop 23:59:59", _EVER),
        _case(
            "--contiguous --kerneltz --timestart 23:00 --timestop 01:00 --monthdays 3,1,1 "
            "--weekdays Sun,1,Fri",
            "--timestart 23:00:00 --timestop 01:00:00 --monthdays 1,3 --weekdays Mon,Fri,Sun "
            f"{_EVER} --kerneltz --contiguous",
        ),
        _case("--localtz", f"{_EVER} --kerneltz"),
        _case("--utc --datestart 1970", _EVER),
        _case("--datestart 2020-2", f"--datestart 2020-02-01T00:00:00 {_EVER}"),
        _case("--datestart 2020-02-29T1:2", f"--datestart 2020-02-29T01:02:00 {_EVER}"),
        _case("--datestop 2020-01-01T04:05:06", "--datestop 2020-01-01T04:05:06"),
        _case("--datestop 2038-12-31T23:59:59", "--datestop 2038-12-31T23:59:59"),
        _case(
            "--datestart 2021 --datestop 2020",
            "--datestart 2021-01-01T00:00:00 --datestop 2020-01-01T00:00:00",
        ),
        _case("! --weekdays Mo,Tue", f"--weekdays Wed,Thu,Fri,Sat,Sun {_EVER}"),
        _case("--weekdays Mon,Tue,Wed,Thu,Fri,Sat,Sun", _EVER),
        _case("! --monthdays 31", f"--monthdays {','.join(map(str, range(1, 31)))} {_EVER}"),
        Case(
            "-m time --datestop 1970",
            "-m time --datestop 1970-01-01T00:00:00",
            oracle=False,
            reason="iptables-save loses this option, though the kernel heeds it",
        ),
    ),
    refused=(
        Refusal("-m time --timestart 24:00", match="no time '24:00'"),
        Refusal("-m time --timestart 08", match="no time '08'"),
        Refusal("-m time --timestart 1:60", match="no time '1:60'"),
        Refusal("-m time --timestart 1:2:3:4", match="no time '1:2:3:4'"),
        Refusal("-m time --datestart 1969", match="no date '1969'"),
        Refusal("-m time --datestart 2039", match="no date '2039'"),
        Refusal("-m time --datestart 2020-13", match="no date '2020-13'"),
        Refusal("-m time --datestart 2020-1-1T24:00", match="no date '2020-1-1T24:00'"),
        Refusal("-m time --datestart '2020-01-01 01:02'", match="no date"),
        Refusal("-m time --weekdays 0", match="no day of the week '0'"),
        Refusal("-m time --weekdays mon", match="no day of the week 'mon'"),
        Refusal("-m time --weekdays Mon,,Tue", match="no day of the week ''"),
        Refusal("-m time --monthdays 32", match="no day of a month '32'"),
        Refusal("-m time --monthdays 1st", match="no day of a month '1st'"),
        Refusal("-m time --kerneltz --utc", match="cannot be used with"),
        Refusal("-m time --contiguous", match="--contiguous makes sense only"),
        Refusal("-m time --timestart 10:00 --timestart 11:00", match="only once"),
        Refusal("-m time ! --timestart 10:00", match="not allowed"),
        Refusal("-m time --weekdays 8", match="week '8'", oracle=False, reason=_NO_DAY),
        Refusal("-m time --weekdays ''", match="week ''", oracle=False, reason=_NO_DAY),
        Refusal("-m time --monthdays 0", match="month '0'", oracle=False, reason=_NO_DAY),
        Refusal("-m time --monthdays 1,", match="month ''", oracle=False, reason=_EMPTY),
        Refusal("-m time ! --weekdays 1,2,3,4,5,6,7", match="no day", oracle=False, reason=_NO_DAY),
        Refusal("-m time --weekdays Mox", match="week 'Mox'", oracle=False, reason=_OTHER_DAY),
        Refusal("-m time --datestart 2021-02-29", match="no date", oracle=False, reason=_OTHER_DAY),
        Refusal("-m time --datestart 2021-0-1", match="no date", oracle=False, reason=_OTHER_DAY),
    ),
    native=(
        Native("-m time"),
        Native("-m time --timestart 12:00"),
        Native("-m time --timestop 12:00:01"),
        Native("-m time --timestart 12:00 --timestop 13:00 --weekdays Sa,Su -j ACCEPT"),
        Native("-m time --timestart 23:00 --timestop 01:00"),
        Native("-m time ! --weekdays Mon"),
        Native("-m time --weekdays Tue"),
        Native("-m time --datestart 2020-02-03T04:05:06"),
        Native("-m time --datestart 2020 --datestop 2021 --weekdays 1 --timestart 10:00"),
        Native(
            "-m time --timestart 23:00 --timestop 01:00 --contiguous",
            expected='meta hour { "00:00"-"01:00", "23:00"-"23:59:59" }',
            reason="told apart from the same without --contiguous",
        ),
        Native("-m time --monthdays 1", untranslatable="day of a month"),
        Native("-m time --kerneltz", untranslatable="in UTC"),
        Native("-m time --datestart 2021 --datestop 2020", untranslatable="runs backwards"),
        Native(
            "-m time --timestart 1:0 --timestop 1:0", untranslatable="takes it for the whole day"
        ),
        Native(
            "-m time --timestart 1:00:01 --timestop 1:0 --contiguous",
            untranslatable="joins two ranges",
        ),
        Native(
            "-m time --timestart 23:00 --timestop 01:00 --contiguous --weekdays Mon",
            untranslatable="next day of the week",
        ),
    ),
)

_READ_BACK = """
import json, sys
from translate import IPVersion, from_nft, save_line
rule, _ = from_nft(json.load(sys.stdin), version=IPVersion.V4, table="filter", chain="FORWARD")
print(save_line(rule))
"""


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/New_York"])
def test_in_any_time_zone(oracles: Oracles, zone: str) -> None:
    """nft lists times in the time zone of its process, and we read them in ours."""
    args = (
        "-m time --timestart 22:30:00 --timestop 23:30:00 --weekdays Mon "
        "--datestart 2020-07-01T00:00:00 --datestop 2021-01-01T00:00:00"
    )
    rule = parse(args.split(), version=IPVersion.V4, chain="FORWARD")
    place = {"family": "ip", "table": "zones"}
    commands = [
        {"add": {"table": {"family": "ip", "name": "zones"}}},
        {"add": {"chain": {**place, "name": "FORWARD"}}},
        {"add": {"rule": {**place, "chain": "FORWARD", "expr": list(to_nft(rule).expr)}}},
    ]
    nft = ["env", f"TZ={zone}", "nft"]
    done = oracles.nft.namespace.run(
        [
            Command([*nft, "-j", "-f", "-"], json.dumps({"nftables": commands})),
            Command([*nft, "-j", "list", "table", "ip", "zones"]),
            Command([*nft, "delete", "table", "ip", "zones"]),
        ]
    )
    assert [one.stderr for one in done] == ["", "", ""]
    listed = [x["rule"] for x in json.loads(done[1].stdout)["nftables"] if "rule" in x]
    read = subprocess.run(
        [sys.executable, "-c", _READ_BACK],
        input=json.dumps(listed[0]["expr"]),
        env={**os.environ, "TZ": zone},
        capture_output=True,
        text=True,
        check=True,
    )
    assert read.stdout == f"-A FORWARD {args}\n"


def rules() -> st.SearchStrategy[Rule]:
    second = st.integers(0, 86399)
    # iptables-save prints no --datestop of 0.
    date = st.integers(1, LAST_DATE)
    days = st.none() | st.sets(st.integers(1, 7), min_size=1, max_size=6).map(sorted).map(tuple)
    plain = st.builds(
        Time,
        start=st.just(0) | second,
        stop=st.just(86399) | second,
        weekdays=days,
        first_date=st.just(0) | date,
        last_date=st.just((1 << 31) - 1) | date,
        kernel_timezone=st.sampled_from([False, False, True]),
        monthdays=st.none()
        | st.sets(st.integers(1, 31), min_size=1, max_size=30).map(sorted).map(tuple),
    )
    contiguous = (
        st.tuples(second, second)
        .map(sorted)
        .flatmap(
            lambda ends: st.builds(
                Time,
                start=st.just(ends[1]),
                stop=st.just(ends[0]),
                contiguous=st.just(True),
                weekdays=days,
            )
        )
    )
    return whole_rules(plain | contiguous)
