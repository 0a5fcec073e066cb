"""Users and groups by name, which only the host itself knows the numbers of.

The one place where translate asks the host something, as iptables does: getpwnam(3), getgrnam(3).
"""

from __future__ import annotations

import grp
import pwd

__all__ = ["group_number", "user_number"]


def user_number(name: str) -> int | None:
    """The number of a user of this host, or None."""
    try:
        return pwd.getpwnam(name).pw_uid
    except (KeyError, ValueError):
        return None


def group_number(name: str) -> int | None:
    """The number of a group of this host, or None."""
    try:
        return grp.getgrnam(name).gr_gid
    except (KeyError, ValueError):
        return None
