"""Random transactions, and the plainest possible account of what they should do."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from hypothesis import strategies as st

import translate
from nfcore.engine import IptRule, Ruleset, Transaction
from nfcore.exceptions import Conflict, NotFound
from translate import IPVersion

USER_CHAINS = ("ONE", "TWO")
CHAINS = ("FORWARD", *USER_CHAINS)
TARGETS = ("ACCEPT", "DROP", "ONE", "TWO")

Call = tuple[str, ...]
"""A method's name and what it is called with; ``block`` holds nested calls and may be undone."""


def ipt(chain: str, interface: str, target: str) -> IptRule:
    return IptRule(IPVersion.V4, "filter", chain, ("-i", interface, "-j", target))


@dataclass
class PlainChain:
    rules: list[tuple[IptRule, str | None]] = field(default_factory=list)
    policy: str = "accept"


@dataclass
class PlainFirewall:
    """Lists of rules, searched from the top: what a transaction must be equal to."""

    chains: dict[str, PlainChain] = field(default_factory=lambda: {"FORWARD": PlainChain()})

    def copy(self) -> PlainFirewall:
        return PlainFirewall(
            {name: PlainChain(list(c.rules), c.policy) for name, c in self.chains.items()}
        )

    def find(self, rule: IptRule) -> int | None:
        if rule.chain not in self.chains:
            return None
        bodies = [held for held, _ in self.chains[rule.chain].rules]
        return bodies.index(rule) if rule in bodies else None

    def put(self, rule: IptRule, tag: str | None, *, at_head: bool) -> None:
        if self.find(rule) is not None:
            return
        if rule.chain not in self.chains or rule.args[-1] not in (*self.chains, "ACCEPT", "DROP"):
            raise NotFound
        rules = self.chains[rule.chain].rules
        rules.insert(0 if at_head else len(rules), (rule, tag))

    def delete(self, rule: IptRule) -> None:
        index = self.find(rule)
        if index is not None:
            del self.chains[rule.chain].rules[index]

    def is_referenced(self, chain: str) -> bool:
        return any(
            rule.args[-1] == chain for held in self.chains.values() for rule, _ in held.rules
        )

    def call(self, name: str, *arguments: str) -> None:
        if name in {"append", "insert"}:
            chain, interface, target, tag = arguments
            self.put(ipt(chain, interface, target), tag or None, at_head=name == "insert")
        elif name == "delete":
            self.delete(ipt(*arguments))
        elif name == "policy":
            self.chains["FORWARD"].policy = arguments[0]
        elif name == "new":
            self.chains.setdefault(arguments[0], PlainChain())
        elif arguments[0] not in self.chains:
            raise NotFound
        elif name == "flush":
            self.chains[arguments[0]].rules.clear()
        elif self.chains[arguments[0]].rules:
            raise Conflict
        else:
            del self.chains[arguments[0]]


def call_transaction(transaction: Transaction, name: str, *arguments: str) -> None:
    place = (IPVersion.V4, "filter")
    if name in {"append", "insert"}:
        chain, interface, target, tag = arguments
        getattr(transaction, name)(ipt(chain, interface, target), tag=tag or None)
    elif name == "delete":
        transaction.delete(ipt(*arguments))
    elif name == "policy":
        transaction.set_policy(*place, "FORWARD", "drop" if arguments[0] == "drop" else "accept")
    elif name == "new":
        transaction.new_chain(*place, arguments[0])
    elif name == "flush":
        transaction.flush_chain(*place, arguments[0])
    else:
        transaction.remove_chain(*place, arguments[0])


def calls() -> st.SearchStrategy[Call]:
    chains = st.sampled_from(CHAINS)
    interfaces = st.sampled_from(["a", "b", "c"])
    targets = st.sampled_from(TARGETS)
    tags = st.sampled_from(["", "", "note"])
    users = st.sampled_from(USER_CHAINS)
    return st.one_of(
        st.tuples(st.sampled_from(["append", "insert"]), chains, interfaces, targets, tags),
        st.tuples(st.just("delete"), chains, interfaces, targets),
        st.tuples(st.just("policy"), st.sampled_from(["accept", "drop"])),
        st.tuples(st.sampled_from(["new", "new", "flush", "remove"]), users),
        st.tuples(st.just("flush"), st.just("FORWARD")),
    )


@dataclass(frozen=True)
class Block:
    """Calls inside a savepoint, which is left by an exception where ``fails``."""

    calls: tuple[Call | Block, ...]
    fails: bool


Program = Sequence[Call | Block]


def programs() -> st.SearchStrategy[Program]:
    blocks = st.recursive(
        st.lists(calls(), max_size=8).map(tuple),
        lambda inner: st.lists(
            calls() | st.builds(Block, calls=inner, fails=st.booleans()), max_size=6
        ).map(tuple),
        max_leaves=6,
    )
    return st.lists(calls() | st.builds(Block, calls=blocks, fails=st.booleans()), max_size=12)


class Undo(Exception):
    """Leaves a savepoint."""


def run_transaction(transaction: Transaction, program: Program) -> list[str]:
    """Run a program; what each call was answered."""
    answers: list[str] = []
    for step in program:
        if isinstance(step, Block):
            answers += _run_block(transaction, step)
            continue
        try:
            call_transaction(transaction, *step)
            answers.append("done")
        except (NotFound, Conflict) as error:
            answers.append(type(error).__name__)
    return answers


def _run_block(transaction: Transaction, block: Block) -> list[str]:
    answers: list[str] = []
    with suppress(Undo), transaction.savepoint():
        answers += run_transaction(transaction, block.calls)
        if block.fails:
            answers.append("undone")
            raise Undo
    return answers


def run_plain(plain: PlainFirewall, program: Program) -> list[str]:
    """The same on plain lists."""
    answers: list[str] = []
    for step in program:
        if isinstance(step, Block):
            before = plain.copy()
            answers += run_plain(plain, step.calls)
            if step.fails:
                plain.chains = before.chains
                answers.append("undone")
            continue
        try:
            plain.call(*step)
            answers.append("done")
        except (NotFound, Conflict) as error:
            answers.append(type(error).__name__)
    return answers


def shown(ruleset: Ruleset | Transaction, chain: str) -> list[tuple[str, str, str | None]]:
    """A chain's rules as interface, target and tag."""
    return [
        (
            rule.body.in_interface.value.name if rule.body.in_interface else "",
            translate.format(rule.body)[-1],
            rule.tag,
        )
        for rule in ruleset.rules(IPVersion.V4, "filter", chain)
    ]


def shown_plain(plain: PlainFirewall, chain: str) -> list[tuple[str, str, str | None]]:
    held = plain.chains.get(chain, PlainChain())
    return [(rule.args[1], rule.args[3], tag) for rule, tag in held.rules]
