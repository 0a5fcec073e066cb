"""TCP options by kind, with the names that nft has for some."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from translate.nft.statements import number_from_json

__all__ = ["tcp_option_from_json", "tcp_option_json"]

_KINDS: Final = MappingProxyType(
    {
        "eol": 0,
        "nop": 1,
        "maxseg": 2,
        "window": 3,
        "sack-perm": 4,
        "sack": 5,
        "timestamp": 8,
        "md5sig": 19,
        "mptcp": 30,
        "fastopen": 34,
    }
)
_NAMES: Final = MappingProxyType({kind: name for name, kind in _KINDS.items()})


def tcp_option_json(kind: int) -> dict[str, Any]:
    """The option of a kind as a whole."""
    name = _NAMES.get(kind)
    return {"base": kind, "offset": 0, "len": 8} if name is None else {"name": name}


def tcp_option_from_json(body: Any) -> int | None:
    """The kind of an option as a whole, or None for one of its fields or anything else."""
    if not isinstance(body, dict):
        return None
    if "name" in body:
        name = body["name"]
        return _KINDS.get(name) if isinstance(name, str) and body.keys() == {"name"} else None
    # In a reset statement libnftables lists no length.
    if body.get("offset") != 0 or body.get("len") not in (0, 8):
        return None
    return number_from_json(body.get("base"), maximum=0xFF)
