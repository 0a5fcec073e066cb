"""Which legacy tables a network namespace has, without making any."""

from __future__ import annotations

from typing import Final

from nfcore.executor.legacy._programs import Place
from nfcore.operations import TABLES, TableRef
from translate import IPVersion

__all__ = ["tables_in_use"]

_FILES: Final = {IPVersion.V4: "ip_tables_names", IPVersion.V6: "ip6_tables_names"}


def tables_in_use(place: Place) -> list[TableRef]:
    """The tables that the kernel has made there, because somebody once looked at them.

    None where the kernel has no legacy tables, or does not show them to this user.

    Args:
        place: the network namespace.
    """
    found = []
    for version, file in _FILES.items():
        names = (place.read_proc_net(file) or "").split()
        found += [TableRef(version=version, name=name) for name in TABLES if name in names]
    return found
