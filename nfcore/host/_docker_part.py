"""What of a ruleset is Docker's driver's: to be carried from one kind of tables to the other. Pure.

Its chains with all that they hold, the chains of users' own that those jump to, the jumps to them,
and the networks' rules in built-in chains.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import translate
from nfcore.bridge import (
    DOCKER_CHAIN,
    ISOLATION_CHAIN_1,
    ISOLATION_CHAIN_2,
    OLD_ISOLATION_CHAIN,
    USER_CHAIN,
    Driver,
    DriverConfig,
    NetworkState,
    recognize,
)
from nfcore.engine import Chain, HeldRule, IptRule, Ruleset
from nfcore.exceptions import Conflict
from nfcore.operations import (
    AddChain,
    AddRule,
    AddTable,
    ChainRef,
    DeleteChain,
    DeleteRule,
    FlushChain,
    Operation,
    Policy,
    SetPolicy,
    TableRef,
    base_chain_of,
)
from translate import Goto, IPVersion, Jump, Rule

__all__ = ["DockerPart", "additions", "docker_part", "policy_changes", "removals"]

_CHAINS: Final = tuple(
    ChainRef(table=TableRef(version=version, name=table), name=name)
    for version in IPVersion
    for table, name in (
        ("nat", DOCKER_CHAIN),
        ("filter", DOCKER_CHAIN),
        ("filter", ISOLATION_CHAIN_1),
        ("filter", ISOLATION_CHAIN_2),
        ("filter", OLD_ISOLATION_CHAIN),
        ("filter", USER_CHAIN),
    )
)
_FORWARD: Final = tuple(
    ChainRef(table=TableRef(version=version, name="filter"), name="FORWARD")
    for version in IPVersion
)
_AT_HEAD: Final = frozenset({"FORWARD", "POSTROUTING"})
"""Where the driver inserts; to the other built-in chains it appends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerPart:
    """Docker's part of a ruleset.

    Args:
        chains: its user-defined chains, whole.
        built_in: its rules in built-in chains.
        policies: FORWARD's policy for each IP version of which there are chains in filter.
        others: every other rule in filter's and nat's built-in chains.
    """

    chains: Mapping[ChainRef, tuple[HeldRule, ...]]
    built_in: Mapping[ChainRef, tuple[HeldRule, ...]]
    policies: Mapping[ChainRef, Policy]
    others: Mapping[ChainRef, tuple[HeldRule, ...]]

    def __bool__(self) -> bool:
        return bool(self.chains or self.built_in)

    def rules(self) -> int:
        """How many rules it has."""
        return sum(len(rules) for rules in (*self.chains.values(), *self.built_in.values()))

    def saved(self) -> list[str]:
        """It as iptables-save's lines, each with its table; chains without rules have one too."""
        return [
            line
            for ref, rules in sorted((*self.chains.items(), *self.built_in.items()), key=_place)
            for line in (f"{ref}", *(f"{ref.table} {save_line(rule)}" for rule in rules))
        ]

    def strangers(self, chains: Iterable[ChainRef]) -> list[str]:
        """The other rules in some built-in chains, as `saved` has lines."""
        return [
            f"{ref.table} {save_line(rule)}" for ref in chains for rule in self.others.get(ref, ())
        ]


def _place(item: tuple[ChainRef, object]) -> ChainRef:
    return item[0]


def save_line(rule: HeldRule) -> str:
    """A rule's line in a file of iptables-save's."""
    return translate.save_line(rule.body)


def docker_part(ruleset: Ruleset) -> DockerPart:
    """Docker's part of a ruleset.

    Raises:
        Conflict: a rule of somebody else's jumps to one of Docker's chains, or a rule of Docker's
            chains has no iptables words.
    """
    chains = _closure(ruleset, [ref for ref in _CHAINS if ruleset.chain(ref) is not None])
    own = _network_rules(recognize(ruleset))
    built_in: dict[ChainRef, tuple[HeldRule, ...]] = {}
    others: dict[ChainRef, tuple[HeldRule, ...]] = {}
    policies: dict[ChainRef, Policy] = {}
    for ref, chain in _built_in_chains(ruleset):
        moving: list[HeldRule] = []
        staying: list[HeldRule] = []
        for rule in chain:
            (moving if rule.body in own or _target_of(rule) in _CHAINS else staying).append(rule)
        if moving:
            built_in[ref] = tuple(moving)
        if staying:
            others[ref] = tuple(staying)
        if ref in _FORWARD and chain.base is not None:
            policies[ref] = chain.base.policy
    _check_words(rule for rules in (*chains.values(), *built_in.values()) for rule in rules)
    in_use = {ref.table for ref in chains}
    return DockerPart(
        chains=chains,
        built_in=built_in,
        policies={ref: policy for ref, policy in policies.items() if ref.table in in_use},
        others=others,
    )


def _closure(ruleset: Ruleset, start: Iterable[ChainRef]) -> dict[ChainRef, tuple[HeldRule, ...]]:
    """These chains and all that their rules lead to."""
    found: dict[ChainRef, tuple[HeldRule, ...]] = {}
    waiting = list(start)
    while waiting:
        ref = waiting.pop()
        chain = ruleset.chain(ref)
        if ref in found or chain is None:
            continue
        found[ref] = tuple(chain)
        waiting += [target for rule in chain if (target := _target_of(rule)) is not None]
    return dict(sorted(found.items()))


def _target_of(held: HeldRule) -> ChainRef | None:
    """The chain that a rule jumps or goes to."""
    rule = held.body
    if not isinstance(rule.target, Jump | Goto):
        return None
    table = TableRef(version=rule.version, name=rule.table)
    return ChainRef(table=table, name=rule.target.chain)


def _built_in_chains(ruleset: Ruleset) -> Iterator[tuple[ChainRef, Chain]]:
    for version in IPVersion:
        for name in ("filter", "nat"):
            table = TableRef(version=version, name=name)
            for chain_name, chain in ruleset.chains(table).items():
                ref = ChainRef(table=table, name=chain_name)
                if base_chain_of(ref) is not None:
                    yield ref, chain


def _network_rules(states: Iterable[NetworkState]) -> frozenset[Rule]:
    """Every rule that the driver has for these networks and their ports."""
    rules: set[IptRule] = set()
    for state in states:
        for hairpin in (False, True):
            config = DriverConfig(enable_userland_proxy=not hairpin, sctp_checksum=False)
            driver = Driver(config=config)
            rules.update(driver.network_rules(state.spec))
            rules.update(driver.port_rules(state.spec, state.ports, hairpin=hairpin))
    return frozenset(
        translate.parse(rule.args, version=rule.version, table=rule.table, chain=rule.chain)
        for rule in rules
    )


def _check_words(rules: Iterable[HeldRule]) -> None:
    for rule in rules:
        if translate.is_opaque(rule.body):
            raise Conflict(
                f"a rule of chain {rule.body.chain} has no words that both kinds of tables know: "
                f"{save_line(rule)}; take it out first"
            )


def additions(part: DockerPart, ruleset: Ruleset) -> list[Operation]:
    """The operations that put it into tables that have none of it.

    Raises:
        Conflict: a chain of users' own that it leads to is there, with other rules.
    """
    for ref, rules in part.chains.items():
        chain = ruleset.chain(ref) or ()
        if [rule.body for rule in chain] not in ([], [rule.body for rule in rules]):
            raise Conflict(f"{ref} is there already, with other rules: rename one of them first")
    refs = (*part.chains, *part.built_in)
    operations: list[Operation] = [
        AddTable(table=table)
        for table in dict.fromkeys(ref.table for ref in refs)
        if not ruleset.has_table(table)
    ]
    operations += [AddChain(chain=ref) for ref in part.chains]
    operations += [
        AddChain(chain=ref, base=base_chain_of(ref))
        for ref in dict.fromkeys((*part.built_in, *part.policies))
        if ruleset.chain(ref) is None
    ]
    for ref, rules in part.chains.items():
        if not ruleset.chain(ref):
            operations += [AddRule(chain=ref, body=rule.body, tag=rule.tag) for rule in rules]
    for ref, rules in part.built_in.items():
        at_head = ref.name in _AT_HEAD
        operations += [
            AddRule(chain=ref, body=rule.body, tag=rule.tag, place="head" if at_head else "tail")
            for rule in (reversed(rules) if at_head else rules)
        ]
    return [*operations, *policy_changes(part, "drop")]


def removals(part: DockerPart, ruleset: Ruleset) -> list[Operation]:
    """The operations that take its rules and chains out of the tables that have it.

    Not its policies: nf_tables changes a policy after the rules of the same transaction, so for a
    moment there would be DROP and no rule. Users' own chains that other rules need, too, stay.

    Raises:
        Conflict: a rule of somebody else's leads to one of Docker's chains.
    """
    staying = _staying(part, ruleset)
    gone = [ref for ref in part.chains if ref not in staying]
    operations: list[Operation] = [
        DeleteRule(chain=ref, handle=rule.handle, body=rule.body)
        for ref, rules in part.built_in.items()
        for rule in rules
    ]
    operations += [FlushChain(chain=ref) for ref in gone if part.chains[ref]]
    operations += [DeleteChain(chain=ref) for ref in gone]
    return operations


def policy_changes(part: DockerPart, policy: Policy) -> list[Operation]:
    """The operations that set FORWARD's policies where the part has them at drop."""
    return [
        SetPolicy(chain=ref, policy=policy) for ref, held in part.policies.items() if held == "drop"
    ]


def _staying(part: DockerPart, ruleset: Ruleset) -> set[ChainRef]:
    """The part's chains that rules outside of it lead to."""
    moving = {rule.handle for rules in part.built_in.values() for rule in rules}
    staying: set[ChainRef] = set()
    waiting = [
        (target, rule)
        for ref in _chains_outside(part, ruleset)
        for rule in ruleset.chain(ref) or ()
        if rule.handle not in moving and (target := _target_of(rule)) in part.chains
    ]
    while waiting:
        target, rule = waiting.pop()
        if target in _CHAINS:
            raise Conflict(
                f"a rule that is not Docker's leads to {target.name}: {save_line(rule)}; take it "
                "out first"
            )
        if target is not None and target not in staying:
            staying.add(target)
            waiting += [
                (further, rule)
                for rule in part.chains[target]
                if (further := _target_of(rule)) in part.chains
            ]
    return staying


def _chains_outside(part: DockerPart, ruleset: Ruleset) -> Iterator[ChainRef]:
    for table in {ref.table for ref in part.chains}:
        for name in ruleset.chains(table):
            ref = ChainRef(table=table, name=name)
            if ref not in part.chains:
                yield ref
