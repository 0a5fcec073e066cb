"""`nfcore restore`: a file of iptables-save's, in one transaction."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.netns import in_netns

FILE = """\
*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:MINE - [0:0]
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -m comment --comment "two words" -j MINE
-A MINE -s 198.51.100.0/24 -j ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A POSTROUTING -s 10.0.0.0/8 -j MASQUERADE
COMMIT
"""
MORE = "*filter\n-A INPUT -p udp -m udp --dport 53 -j ACCEPT\n-I FORWARD -j DROP\nCOMMIT\n"


def test_it_loads_what_save_prints(netns: str, nfcore: Run) -> None:
    done = nfcore("restore", "--netns", netns, "-", stdin=FILE).ok()
    assert done.startswith("<stdin>: ")
    assert done.endswith("(one transaction)\n")
    assert nfcore("save", "--netns", netns).ok() == FILE
    again = nfcore("restore", "--netns", netns, "-", stdin=FILE).ok()
    assert again == "<stdin>: nothing to change\n"


def test_it_loads_what_legacy_saves_and_ends_up_the_same(netns: str, nfcore: Run) -> None:
    in_netns(netns, ["iptables-legacy-restore"], stdin=FILE)
    saved = in_netns(netns, ["iptables-legacy-save", "-c"]).stdout
    backend = ("--backend", "nftables", "--netns", netns)
    nfcore("restore", *backend, "-", stdin=saved).ok()
    assert nfcore("save", *backend).ok() == FILE


def test_noflush_adds_to_what_is_there(netns: str, nfcore: Run) -> None:
    nfcore("restore", "--netns", netns, "-", stdin=FILE).ok()
    before = in_netns(netns, ["nft", "-a", "list", "ruleset"]).stdout
    nfcore("restore", "--noflush", "--netns", netns, "-", stdin=MORE).ok()
    after = in_netns(netns, ["nft", "-a", "list", "ruleset"]).stdout
    assert set(before.splitlines()) <= set(after.splitlines())
    saved = nfcore("save", "--netns", netns).ok()
    assert "-j MINE\n-A INPUT -p udp -m udp --dport 53 -j ACCEPT\n" in saved


def test_rules_that_share_sets_can_be_loaded_again(netns: str, nfcore: Run) -> None:
    limited = "-m hashlimit --hashlimit-upto 5/sec --hashlimit-burst 5 --hashlimit-mode srcip"
    rules = (
        "-A INPUT -m recent --set --name seen --mask 255.255.255.255 --rsource\n"
        f"-A INPUT -p tcp -m tcp --dport 80 {limited} --hashlimit-name web -j ACCEPT\n"
        f"-A INPUT -p tcp -m tcp --dport 443 {limited} --hashlimit-name web -j ACCEPT\n"
    )
    chains = "".join(f":{name} ACCEPT [0:0]\n" for name in ("INPUT", "FORWARD", "OUTPUT"))
    file = f"*filter\n{chains}{rules}COMMIT\n"
    nfcore("restore", "--netns", netns, "-", stdin=file).ok()
    assert nfcore("save", "--netns", netns).ok() == file
    again = nfcore("restore", "--netns", netns, "-", stdin=file).ok()
    assert again == "<stdin>: nothing to change\n"
    nfcore("restore", "--noflush", "--netns", netns, "-", stdin=f"*filter\n{rules}COMMIT\n").ok()
    assert nfcore("save", "--netns", netns).ok().count(rules) == 2


def test_flush_takes_chains_away(netns: str, nfcore: Run) -> None:
    nfcore("restore", "--netns", netns, "-", stdin=FILE).ok()
    nfcore("restore", "--netns", netns, "-", stdin=MORE).ok()
    saved = nfcore("save", "--netns", netns).ok()
    assert "MINE" not in saved
    assert "-A POSTROUTING -s 10.0.0.0/8 -j MASQUERADE" in saved  # a table the file lacks
    assert ":INPUT DROP" in saved  # built-in chains keep their policies


def test_networks_keep_their_names(netns: str, nfcore: Run) -> None:
    nfcore("network", "create", "front", "--subnet", "10.1.0.0/24", "--netns", netns).ok()
    extra = "*filter\n-I FORWARD 3 -s 192.0.2.1 -j DROP\nCOMMIT\n"
    nfcore("restore", "--noflush", "--netns", netns, "-", stdin=extra).ok()
    names = json.loads(nfcore("network", "ls", "--json", "--netns", netns).ok())
    assert [network["name"] for network in names] == ["front"]


def in_sets(netns: str, nfcore: Run) -> str:
    """A host with a network and a port in the layout of sets; what it saves."""
    here = ("--netns", netns)
    nfcore("network", "create", "front", "--subnet", "10.1.0.0/24", *here).ok()
    nfcore("port", "publish", "front", "10.1.0.2", "8080:80", "8443:443", *here).ok()
    assert "set forwarded" in in_netns(netns, ["nft", "list", "ruleset"]).stdout
    return nfcore("save", *here).ok()


def test_what_a_host_in_sets_saves_changes_nothing_there(netns: str, nfcore: Run) -> None:
    saved = in_sets(netns, nfcore)
    before = in_netns(netns, ["nft", "-a", "list", "ruleset"]).stdout
    assert nfcore("restore", "--netns", netns, "-", stdin=saved).ok().endswith("to change\n")
    assert in_netns(netns, ["nft", "-a", "list", "ruleset"]).stdout == before


@pytest.mark.parametrize("flushed", [False, True])
def test_an_edited_file_makes_rules_of_sets(netns: str, nfcore: Run, *, flushed: bool) -> None:
    saved = in_sets(netns, nfcore)
    edited = "".join(line for line in saved.splitlines(True) if "443" not in line)
    if flushed:
        in_netns(netns, ["nft", "flush", "chain", "ip", "filter", "FORWARD"])
    nfcore("restore", "--netns", netns, "-", stdin=edited).ok()
    assert nfcore("save", "--netns", netns).ok() == edited
    (network,) = json.loads(nfcore("network", "ls", "--json", "--netns", netns).ok())
    assert (network["name"], network["made_by"]) == ("front", "hand")
    assert network["ports"] == ["0.0.0.0:8080->10.1.0.2:80/tcp"]
    assert "set forwarded" not in in_netns(netns, ["nft", "list", "ruleset"]).stdout


def test_after_a_flush_what_a_host_in_sets_saved_comes_back(netns: str, nfcore: Run) -> None:
    saved = in_sets(netns, nfcore)
    in_netns(netns, ["nft", "flush", "chain", "ip", "filter", "FORWARD"])
    nfcore("restore", "--netns", netns, "-", stdin=saved).ok()
    assert nfcore("save", "--netns", netns).ok() == saved


def test_a_file_without_networks_takes_those_in_sets_away(netns: str, nfcore: Run) -> None:
    in_sets(netns, nfcore)
    nfcore("restore", "--netns", netns, "-", stdin=FILE).ok()
    assert nfcore("save", "--netns", netns).ok() == FILE
    assert json.loads(nfcore("network", "ls", "--json", "--netns", netns).ok()) == []


def test_a_file_of_other_tables_leaves_sets_alone(netns: str, nfcore: Run) -> None:
    in_sets(netns, nfcore)
    mangle = "*mangle\n-A FORWARD -j ACCEPT\nCOMMIT\n"
    nfcore("restore", "--netns", netns, "-", stdin=mangle).ok()
    assert "set forwarded" in in_netns(netns, ["nft", "list", "ruleset"]).stdout


def test_what_the_kernel_refuses_on_a_host_in_sets_is_named(netns: str, nfcore: Run) -> None:
    saved = in_sets(netns, nfcore)
    looping = saved.replace("-A DOCKER-USER -j RETURN\n", "-A DOCKER-USER -j DOCKER-USER\n")
    line = 1 + looping.splitlines().index("-A DOCKER-USER -j DOCKER-USER")
    message = nfcore("restore", "--netns", netns, "-", stdin=looping).failed()
    assert f"<stdin>:{line}" in message
    assert nfcore("save", "--netns", netns).ok() == saved


def test_test_changes_nothing(netns: str, nfcore: Run) -> None:
    done = nfcore("restore", "--test", "--netns", netns, "-", stdin=FILE).ok()
    assert "checked, nothing was changed" in done
    assert in_netns(netns, ["nft", "list", "ruleset"]).stdout == ""


def test_errors_name_the_line(netns: str, nfcore: Run, tmp_path: Path) -> None:
    wrong = FILE.replace("--dport 22", "--dport 222222")
    message = nfcore("restore", "--netns", netns, "-", stdin=wrong).failed()
    assert message.startswith("nfcore: <stdin>:7, option '--dport', ")
    assert "222222" in message
    nowhere = tmp_path / "rules"
    nowhere.write_text(FILE.replace("-j MINE", "-j NOWHERE"))
    assert (
        f"{nowhere}:7, option '-j': " in nfcore("restore", "--netns", netns, str(nowhere)).failed()
    )
    assert "cannot be read" in nfcore("restore", str(tmp_path / "none")).failed()
    assert in_netns(netns, ["nft", "list", "ruleset"]).stdout == ""


def test_translate_a_file(nfcore: Run) -> None:
    commands = json.loads(nfcore("translate", "--restore", "-", stdin=FILE).ok())["nftables"]
    assert commands[0] == {"add": {"table": {"family": "ip", "name": "filter"}}}
    assert sum("rule" in command["add"] for command in commands) == 4
    assert nfcore("translate", "--restore", "-", "--to", "save", stdin=FILE).ok() == FILE
    assert "<stdin>:1: " in nfcore("translate", "--restore", "-", stdin="nonsense\n").failed()
    assert "no command" in nfcore("translate", "--restore", "-", "iptables").failed(2)
