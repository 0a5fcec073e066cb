"""The benchmark's file is one that iptables-restore takes too."""

from __future__ import annotations

from bench.translate_restore import mixed_file
from tests.translate.harness.namespace import Command, Namespace
from translate.files import read_save, settle_save


def test_mixed_file() -> None:
    text = mixed_file(100)
    dumps = settle_save(read_save(text))
    assert sum(len(chain.rules) for dump in dumps for chain in dump) == 100
    with Namespace() as namespace:
        (done,) = namespace.run([Command(["iptables-legacy-restore"], text)])
    assert (done.status, done.stderr) == (0, "")
