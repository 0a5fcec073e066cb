"""The jumps that are rules in this layout too, looked at without a search where all is well."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from itertools import islice

import translate
from nfcore.bridge import (
    ISOLATION_CHAIN_1,
    USER_CHAIN,
    DriverConfig,
    Recorder,
    ensure_jump_rule,
    program_nat_chain,
    setup_user_chain,
)
from nfcore.engine import Transaction
from translate import IPVersion, Rule

__all__ = ["Jumps"]


class Jumps:
    """Keeps the jumps to the driver's chains where Docker puts them.

    Args:
        config: the driver's configuration.
    """

    def __init__(self, config: DriverConfig) -> None:
        self._config = config
        self._versions = config.versions
        self._forward = {
            (version, name): _jump(version, name)
            for version in config.versions
            for name in (USER_CHAIN, ISOLATION_CHAIN_1)
        }

        self._nat = {version: _nat_jumps(config, version) for version in config.versions}

    def ensure(
        self, transaction: Transaction, versions: tuple[IPVersion, ...], *, internal: bool
    ) -> None:
        """All that a network needs: those on top, and those to nat's DOCKER.

        Args:
            transaction: where.
            versions: the network's IP versions.
            internal: whether it is internal, and so needs none of nat's.

        Raises:
            DriverError: a jump could not be inserted or appended.
        """
        key = (Jumps.ensure, self._versions, self._config.hairpin, versions, internal)
        look = partial(self._are_in_place, transaction, versions, internal=internal)
        if not transaction.found(key, look):
            self.on_top(transaction, versions)
            if not internal:
                self._to_nat(transaction, versions)

    def _are_in_place(
        self, transaction: Transaction, versions: Collection[IPVersion], *, internal: bool
    ) -> bool:
        on_top = all(
            self._is_on_top(transaction, version, isolates=version in versions)
            for version in self._versions
        )
        return on_top and (
            internal or all(self._leads_to_nat(transaction, version) for version in versions)
        )

    def on_top(self, transaction: Transaction, versions: Collection[IPVersion]) -> None:
        """DOCKER-USER's jump on top of FORWARD; below it the isolation's, where it is wanted.

        Args:
            transaction: where.
            versions: the IP versions that a network is created for.

        Raises:
            DriverError: a jump could not be inserted.
        """
        for version in self._versions:
            isolates = version in versions
            if self._is_on_top(transaction, version, isolates=isolates):
                continue
            if isolates:
                ensure_jump_rule(transaction, version, "FORWARD", ISOLATION_CHAIN_1)
            setup_user_chain(transaction, version)

    def _is_on_top(self, transaction: Transaction, version: IPVersion, *, isolates: bool) -> bool:
        wanted = [self._forward[version, USER_CHAIN]]
        if isolates:
            wanted.append(self._forward[version, ISOLATION_CHAIN_1])
        top = islice(transaction.rules(version, "filter", "FORWARD"), len(wanted))
        return [rule.body for rule in top] == wanted

    def _to_nat(self, transaction: Transaction, versions: Collection[IPVersion]) -> None:
        for version in versions:
            if not self._leads_to_nat(transaction, version):
                program_nat_chain(transaction, version, hairpin=self._config.hairpin)

    def _leads_to_nat(self, transaction: Transaction, version: IPVersion) -> bool:
        return all(
            any(rule.body == jump for rule in transaction.rules(version, "nat", jump.chain))
            for jump in self._nat[version]
        )


def _nat_jumps(config: DriverConfig, version: IPVersion) -> tuple[Rule, ...]:
    recorder = Recorder()
    program_nat_chain(recorder, version, hairpin=config.hairpin)
    return tuple(
        translate.parse(rule.args, version=version, table=rule.table, chain=rule.chain)
        for rule in recorder.rules
    )


def _jump(version: IPVersion, chain: str) -> Rule:
    return translate.parse(["-j", chain], version=version, table="filter", chain="FORWARD")
