"""Moving Docker's rules from one kind of tables to the other, while packets go on.

What is new is in place, whole, before what is old is taken away. In between every packet passes
both: FORWARD's verdicts are the same twice, and of the two nat tables the one that was made last
translates a connection, as the other would have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nfcore.bridge import Driver
from nfcore.engine import Engine, Ruleset
from nfcore.exceptions import Conflict, NetfilterError, PartlyCommitted
from nfcore.host._docker_part import DockerPart, additions, docker_part, policy_changes, removals
from nfcore.layout import convert, has_sets, layout_named, layout_of
from nfcore.operations import Operation

__all__ = ["Migration", "Side", "migrate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One kind of tables.

    Args:
        name: what to call it in messages.
        engine: programs it.
    """

    name: str
    engine: Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """What `migrate` did, or would do.

    Attributes:
        rules: how many rules it moved.
        chains: how many chains it moved.
        resumed: whether all was in the new tables already, and only the old was taken away.
        left: rules of others in nat's built-in chains that stay where they are, as iptables-save
            prints them.
    """

    rules: int
    chains: int
    resumed: bool
    left: tuple[str, ...] = ()


def migrate(old: Side, new: Side, *, dry_run: bool = False) -> Migration:
    """Move Docker's chains, networks, ports and links, with DOCKER-USER.

    Rules that nf_tables has no form for stay in the legacy tables, where they are in either case.
    Where it is interrupted, both kinds hold all of it; called again, it goes on from there.

    Args:
        old: where they are.
        new: where they go.
        dry_run: whether to look only.

    Raises:
        Conflict: others' rules stand in FORWARD, so that the order among them would be lost; or
            both kinds have chains of Docker's that differ; or a rule cannot be said in both. The
            rules are where they were.
        CommitRefused: a kind refused its part; the rules are where they were.
        PartlyCommitted: taking something away or back failed half-way; the message says what.
        Untranslatable: nf_tables has no form for a rule; nothing was changed.
    """
    before = layout_of(old.engine.ruleset).expand(old.engine.ruleset)
    part = docker_part(before)
    removals(part, before)  # for what it would refuse
    there = docker_part(new.engine.ruleset)
    for side, held in ((old, part), (new, there)):
        _check_forward(side, held.strangers(part.policies))
    if part and there and (different := _difference(part, there)):
        raise Conflict(
            f"both {old.name} and {new.name} hold chains of Docker's, and they differ "
            f"({different}): remove those of one of them first"
        )
    if part and not dry_run:
        if has_sets(old.engine.ruleset):
            part = _as_rules(old)
        _move(old, new, part, resumed=bool(there))
    return Migration(
        rules=part.rules(),
        chains=len(part.chains),
        resumed=bool(part and there),
        left=tuple(part.strangers(part.others)) if part else (),
    )


def _as_rules(side: Side) -> DockerPart:
    """Convert the networks from sets, which only nf_tables has, to the rules that move."""
    with side.engine.transaction() as transaction:
        rules = layout_named("rules", Driver())
        convert(transaction, layout_of(transaction, rules.driver), rules)
    return docker_part(side.engine.ruleset)


def _check_forward(side: Side, strangers: Sequence[str]) -> None:
    if strangers:
        raise Conflict(
            f"FORWARD of {side.name} holds rules that are not Docker's ({strangers[0]}): apart "
            "from Docker's they would mean something else; move them to DOCKER-USER, or take them "
            "out"
        )


def _difference(one: DockerPart, other: DockerPart) -> str | None:
    """The first line that only one of them has, or None where both are the same."""
    ours, theirs = one.saved(), other.saved()
    if ours == theirs:
        return None
    apart = set(ours).symmetric_difference(theirs)
    return next((line for line in (*ours, *theirs) if line in apart), "in the order of rules")


def _move(old: Side, new: Side, part: DockerPart, *, resumed: bool) -> None:
    if not resumed:
        new.engine.commit(lambda ruleset: additions(part, ruleset))
    try:
        _check_same(part, docker_part(new.engine.ruleset), f"{new.name} shows it otherwise")
        _remove(old, part)
    except PartlyCommitted:
        raise  # what is new is all that is whole
    except NetfilterError as error:
        if not resumed:
            _take_back(new, part, error)
        raise


def _remove(side: Side, part: DockerPart) -> None:
    """Take a part out; the policies first, which are set back if the rest fails."""

    def rules_and_chains(ruleset: Ruleset) -> Sequence[Operation]:
        now = replace(docker_part(ruleset), policies=part.policies)
        _check_same(part, now, f"somebody changed {side.name} meanwhile")
        return removals(now, ruleset)

    engine = side.engine
    engine.commit(lambda _: policy_changes(part, "accept"))
    try:
        engine.commit(rules_and_chains)
    except PartlyCommitted:
        raise
    except NetfilterError:
        engine.commit(lambda _: policy_changes(part, "drop"))
        raise


def _check_same(wanted: DockerPart, found: DockerPart, what: str) -> None:
    different = _difference(wanted, found)
    if different is not None:
        raise Conflict(f"the rules were not moved: {what} ({different})")


def _take_back(new: Side, part: DockerPart, cause: NetfilterError) -> None:
    try:
        _remove(new, docker_part(new.engine.ruleset))
    except NetfilterError as error:
        tables = dict.fromkeys((ref.table for ref in part.chains), "is programmed in both")
        raise PartlyCommitted(
            f"{cause}; then, when {new.name} was to be cleared again: {error}", tables=tables
        ) from cause
