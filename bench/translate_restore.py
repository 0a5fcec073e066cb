"""An iptables-save file of mixed rules, translated and committed by nfcore and by iptables-nft.

Run as root: ``python -m bench.translate_restore [--rules N] [--rounds N]``. Everything happens in a
network namespace of its own. In each round nfcore and iptables-nft-restore load the same file into
an empty ruleset, one after the other; medians and their ratio are printed. nfcore's time starts
with the file's text and ends with the kernel's answer, in a process that runs already;
iptables-nft-restore's is that of the whole process. So is that of ``nft -j``, which loads the same
rules from JSON that was made before: what libnftables and the kernel take of nfcore's time.
"""

from __future__ import annotations

import argparse
import json
import random
import shlex
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from nfcore.executor import CLONE_NEWNET, Executor, open_executor, unshare
from nfcore.operations import (
    AddChain,
    AddRule,
    AddTable,
    ChainRef,
    Operation,
    SetPolicy,
    TableRef,
    base_chain_of,
)
from translate import Rule, format, parse, to_nft  # noqa: A004 - its public name
from translate.files import TableDump, dump_to_nft_commands, read_save, settle_save

__all__ = ["main", "mixed_file"]

T = TypeVar("T")
_FILTER_SHARE = 0.8
_DOCKERS_RULE = "-d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT"


def mixed_file(rules: int, *, seed: int = 7) -> str:
    """A file such as a Docker host with some hand-written rules has.

    Args:
        rules: how many rules.
        seed: what random numbers to draw.
    """
    pick = random.Random(seed)  # noqa: S311 - these are no secrets
    in_filter = round(rules * _FILTER_SHARE)
    lines = ["*filter", ":INPUT ACCEPT [0:0]", ":FORWARD DROP [0:0]", ":OUTPUT ACCEPT [0:0]"]
    chains = ("DOCKER", "DOCKER-ISOLATION-STAGE-1", "DOCKER-ISOLATION-STAGE-2", "DOCKER-USER")
    lines += [f":{chain} - [0:0]" for chain in chains]
    lines += [_filter_rule(number, pick) for number in range(in_filter)]
    lines += ["COMMIT", "*nat", ":PREROUTING ACCEPT [0:0]", ":POSTROUTING ACCEPT [0:0]"]
    lines += [":DOCKER - [0:0]"]
    lines += [_nat_rule(number, pick) for number in range(rules - in_filter)]
    return "\n".join([*lines, "COMMIT", ""])


def _address(pick: random.Random) -> str:
    return ".".join(str(pick.randrange(1, 224)) for _ in range(4))


def _filter_rule(number: int, pick: random.Random) -> str:
    bridge, address, port = f"br-{number % 997:04x}", _address(pick), pick.randrange(1, 65536)
    forms = (
        f"-A FORWARD -o {bridge} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        f"-A FORWARD -o {bridge} -j DOCKER",
        f"-A FORWARD -i {bridge} ! -o {bridge} -j ACCEPT",
        f"-A DOCKER -d {address}/32 ! -i {bridge} -o {bridge} -p tcp -m tcp --dport {port} "
        "-j ACCEPT",
        f"-A DOCKER-ISOLATION-STAGE-1 -i {bridge} ! -o {bridge} -j DOCKER-ISOLATION-STAGE-2",
        f"-A DOCKER-ISOLATION-STAGE-2 -o {bridge} -j DROP",
        f"-A INPUT -s {address}/24 -p tcp -m multiport --dports 22,80,443 "
        f'-m comment --comment "office {number}" -j ACCEPT',
        f"-A INPUT -s {address}/32 -p udp -m udp --sport {port} --dport 53 -j ACCEPT",
        f"-A INPUT -s {address}/32 -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN "
        f'-m limit --limit 10/min --limit-burst 20 -j LOG --log-prefix "syn {number}: "',
        f"-A DOCKER-USER -m mark --mark {number:#x}/0xffff -j RETURN",
    )
    return forms[number % len(forms)]


def _nat_rule(number: int, pick: random.Random) -> str:
    bridge, address, port = f"br-{number % 997:04x}", _address(pick), pick.randrange(1, 65536)
    if number % 2:
        return f"-A POSTROUTING -s {address}/16 ! -o {bridge} -j MASQUERADE"
    return (
        f"-A DOCKER ! -i {bridge} -p tcp -m tcp --dport {port} "
        f"-j DNAT --to-destination {address}:80"
    )


def _operations(dumps: tuple[TableDump, ...]) -> Iterator[Operation]:
    for dump in dumps:
        table = TableRef(version=dump.version, name=dump.name)
        yield AddTable(table=table)
        for chain in dump:
            ref = ChainRef(table=table, name=chain.name)
            yield AddChain(chain=ref, base=base_chain_of(ref))
            if chain.policy is not None:
                yield SetPolicy(chain=ref, policy="drop" if chain.policy == "DROP" else "accept")
        for chain in dump:
            ref = ChainRef(table=table, name=chain.name)
            yield from (AddRule(chain=ref, body=saved.rule) for saved in chain.rules)


class _Stopwatch:
    """Times of one kind, in seconds."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}

    def run(self, name: str, work: Callable[[], T]) -> T:
        start = time.perf_counter()
        result = work()
        self.seconds.setdefault(name, []).append(time.perf_counter() - start)
        return result

    def median(self, name: str) -> float:
        return statistics.median(self.seconds[name])


def _ours(watch: _Stopwatch, executor: Executor, text: str) -> None:
    def whole() -> None:
        dumps = watch.run("  read", lambda: settle_save(read_save(text)))
        watch.run("  commit", lambda: executor.commit([*_operations(dumps)]))

    watch.run("nfcore", whole)


def _peer(watch: _Stopwatch, *command: str, file: Path) -> None:
    watch.run(" ".join(command), lambda: subprocess.run([*command, str(file)], check=True))


def _flush() -> None:
    subprocess.run(["nft", "flush", "ruleset"], check=True)


def _one_rule(loops: int = 2000) -> Iterator[tuple[str, float]]:
    """Microseconds that one of Docker's rules takes in each direction."""
    words = shlex.split(_DOCKERS_RULE)
    rule: Rule = parse(words, chain="DOCKER")
    for name, work in (
        ("parse", lambda: parse(words, chain="DOCKER")),
        ("to_nft", lambda: to_nft(rule)),
        ("format", lambda: format(rule)),
    ):
        rounds = []
        for _ in range(9):
            start = time.perf_counter()
            for _ in range(loops):
                work()
            rounds.append((time.perf_counter() - start) / loops * 1e6)
        yield name, statistics.median(rounds)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rules", type=int, default=10_000, help="rules in the file")
    parser.add_argument("--rounds", type=int, default=7, help="times that each loads the file")
    options = parser.parse_args()
    unshare(CLONE_NEWNET)
    text = mixed_file(options.rules)
    watch = _Stopwatch()
    with tempfile.TemporaryDirectory() as directory, open_executor() as executor:
        path, json_path = Path(directory, "rules"), Path(directory, "rules.json")
        path.write_text(text)
        dumps = settle_save(read_save(text))
        commands = [command for dump in dumps for command in dump_to_nft_commands(dump)]
        json_path.write_text(json.dumps({"nftables": commands}))
        for _ in range(options.rounds):
            _ours(watch, executor, text)
            _flush()
            _peer(watch, "iptables-nft-restore", file=path)
            _flush()
            _peer(watch, "nft", "-j", "-f", file=json_path)
            _flush()
    print(f"{options.rules} rules, medians of {options.rounds} rounds")
    for name, seconds in watch.seconds.items():
        print(f"  {name:22} {statistics.median(seconds) * 1000:8.1f} ms")
    ratio = watch.median("nfcore") / watch.median("iptables-nft-restore")
    print(f"  nfcore / iptables-nft-restore: {ratio:.2f}")
    print("one rule of Docker's")
    for name, microseconds in _one_rule():
        print(f"  {name:22} {microseconds:8.1f} us")


if __name__ == "__main__":
    main()
