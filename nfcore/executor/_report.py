"""Looks at both kinds of tables, making none."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from nfcore.exceptions import BackendUnavailable, CommitRefused, ListingFailed
from nfcore.executor._choose import Contents, KindReport, contents_of
from nfcore.executor._hybrid import only_native_forms
from nfcore.executor._netlink import NftablesSocket
from nfcore.executor._netns import call_in_netns, enter_netns
from nfcore.executor.legacy import LegacyExecutor, Place, tables_in_use
from nfcore.operations import BASE_CHAINS, TABLES, AddTable, ChainRef, TableRef
from translate import IPVersion

__all__ = ["report_legacy", "report_nftables"]


def report_nftables(netns: str | None, *, answer: str | None = None) -> KindReport:
    """What nf_tables holds, asked without libnftables.

    Args:
        netns: the network namespace; None is the caller's.
        answer: why libnftables cannot be used; None where it can, and then nothing is looked at.
    """
    if answer is None:
        return KindReport(kind="nftables")
    contents = call_in_netns(netns, _contents_of_nftables)
    return KindReport(kind="nftables", answer=answer, contents=contents)


def _contents_of_nftables() -> Contents:
    try:
        kernel = NftablesSocket()
    except BackendUnavailable:
        return Contents()
    try:
        chains = [*_chains_in_use(kernel)]
        foreign = [f"nft table inet {name}" for name in kernel.inet_tables()]
        foreign += [
            f"nft table {version.family} {name}"
            for version in IPVersion
            for name in kernel.tables(version)
            if name not in TABLES
        ]
    except ListingFailed:
        return Contents()
    finally:
        kernel.close()
    return Contents(
        docker=tuple(str(chain) for chain in chains if chain.name == "DOCKER"),
        others=(
            *(str(chain) for chain in chains if chain.name != "DOCKER"),
            *foreign,
        ),
    )


def _chains_in_use(kernel: NftablesSocket) -> Iterator[ChainRef]:
    for version in IPVersion:
        tables = kernel.tables(version)
        for table, chain in (*BASE_CHAINS, ("nat", "DOCKER"), ("filter", "DOCKER")):
            if table in tables and kernel.rules(version, table, chain):
                yield ChainRef(table=TableRef(version=version, name=table), name=chain)


def report_legacy(
    netns: str | None, *, to_use: bool = False, make_table: bool = False
) -> KindReport:
    """What the legacy tables hold, apart from rules that nf_tables has no form for.

    Args:
        netns: the network namespace; None is the caller's.
        to_use: whether to find out if they can be programmed, too: are the programs there?
        make_table: whether to find out if the kernel can, too, where it has made no table so far.

    Raises:
        InvalidInput: the namespace's name cannot be one.
        ListingFailed: there are tables, but they cannot be read.
        NotFound: there is no such namespace.
    """
    place = Place(None if netns is None else partial(enter_netns, netns))
    try:
        in_use = tables_in_use(place)
    finally:
        place.close()
    if not in_use and not to_use:
        return KindReport(kind="legacy")
    try:
        with LegacyExecutor(netns=netns) as executor:
            if make_table and not in_use:
                executor.commit([AddTable(table=TableRef(version=IPVersion.V4, name="filter"))])
            contents = contents_of(only_native_forms(executor.snapshot()))
    except (BackendUnavailable, CommitRefused) as error:
        return KindReport(kind="legacy", answer=str(error))
    return KindReport(kind="legacy", contents=contents)
