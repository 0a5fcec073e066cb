"""Whatever a rule's words hold, they are its words: no option, no command, no line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nfcore.exceptions import InvalidInput, NfcoreError
from nfcore.executor import Executor
from nfcore.executor.legacy import LegacyExecExecutor, LegacyExecutor
from nfcore.operations import AddChain, AddRule, AddTable, FlushChain
from tests.executor.build import FILTER, chain, state_of
from tests.legacy import saved
from tests.netns import in_netns
from translate import IPVersion, Rule, TranslationError, parse

CHAIN = chain("CHAIN")

ODD = (
    "-j",
    "--jump",
    "-t nat",
    "-test",
    "-D FORWARD 1",
    "--",
    "!",
    "# no remark",
    "COMMIT",
    "*nat",
    ":INPUT DROP",
    "a  b\tc",
    'quote " and \\" and \'',
    "back\\slash\\",
    "$(reboot); `reboot` && reboot | reboot > /dev/null",
    "carriage\rreturn",
    "äöü € 名",
    "\udcff\udc80",
    "\x01\x1b[31m",
    "%s%n",
    "x" * 255,
)


@pytest.fixture(scope="module", params=[LegacyExecutor, LegacyExecExecutor], ids=lambda k: k.name)
def executor(
    request: pytest.FixtureRequest, module_netns: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Executor]:
    with pytest.MonkeyPatch.context() as patch:
        lock = tmp_path_factory.mktemp("lock") / "xtables.lock"
        patch.setenv("XTABLES_LOCKFILE", str(lock))
        with request.param(netns=module_netns) as executor:
            executor.commit([AddTable(table=FILTER), AddChain(chain=CHAIN)])
            yield executor


def commented(text: str) -> Rule:
    words = ["-m", "comment", "--comment", text, "-j", "ACCEPT"]
    return parse(words, version=IPVersion.V4, chain="CHAIN")


@pytest.mark.parametrize("text", ODD)
def test_odd_words_come_back_as_they_were(executor: Executor, module_netns: str, text: str) -> None:
    executor.commit([FlushChain(chain=CHAIN)])
    others = saved(module_netns)
    rule = commented(text)

    executor.commit([AddRule(chain=CHAIN, body=rule)])

    (held,) = state_of(executor, CHAIN).rules
    assert held.body == rule
    executor.commit([FlushChain(chain=CHAIN)])
    assert saved(module_netns) == others


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
def test_any_text(executor: Executor, module_netns: str, text: str) -> None:
    executor.commit([FlushChain(chain=CHAIN)])
    before = saved(module_netns)
    try:
        rule = commented(text)
        executor.commit([AddRule(chain=CHAIN, body=rule)])
    except (NfcoreError, TranslationError):
        assert saved(module_netns) == before
    else:
        (held,) = state_of(executor, CHAIN).rules
        assert held.body == rule


def test_chain_names_are_no_options_either(executor: Executor, module_netns: str) -> None:
    name = "$(id);'\\*&"
    executor.commit([AddChain(chain=chain(name))])
    body = parse(["-i", "a", "-j", name], version=IPVersion.V4, chain="CHAIN")

    executor.commit([AddRule(chain=CHAIN, body=body)])

    assert state_of(executor, CHAIN).rules[-1].body == body
    listed = in_netns(module_netns, ["iptables-legacy", "-S", name]).stdout
    assert listed == f"-N {name}\n"


def test_a_name_that_iptables_save_cannot_show(executor: Executor) -> None:
    with pytest.raises(InvalidInput, match="could not print a name with '\"' readably"):
        executor.commit([AddChain(chain=chain('a"b'))])
