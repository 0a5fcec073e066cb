"""From typed operations to libnftables' JSON commands, as text. Pure.

libnftables 1.0.6 trusts its caller: a deletion by handle 0 flushes the chain, a policy without a
hook makes a plain chain, a comment that does not fit ends the process. So whatever it would
misread is refused here, before anything is sent.
"""

from __future__ import annotations

import json
from typing import Any, Final

from nfcore.exceptions import InvalidInput
from nfcore.executor._checks import check_policy, check_table
from nfcore.executor._declared import DeclaredSets
from nfcore.executor._encode_rules import encode_rule_json
from nfcore.executor._encode_sets import encode_elements_json, encode_set_json
from nfcore.operations import (
    TABLES,
    AddChain,
    AddElements,
    AddRule,
    AddSet,
    AddTable,
    BaseChain,
    ChainRef,
    DeleteChain,
    DeleteElements,
    DeleteRule,
    DeleteSet,
    DeleteTable,
    FlushChain,
    Operation,
    SetPolicy,
    TableRef,
)
from translate import check_chain_name

__all__ = ["check_table_prefix", "encode_json"]

_JSON: Final = json.JSONEncoder(separators=(",", ":"))
_NAME_BYTES: Final = 255  # NFT_NAME_MAXLEN in the kernel, less the NUL
_RULES: Final = (AddRule, DeleteRule)
_ELEMENTS: Final = (AddElements, DeleteElements)
_SETS: Final = (AddSet, DeleteSet)


def encode_json(operation: Operation, prefix: str, declared: DeclaredSets | None = None) -> str:
    """One operation's commands, joined by commas: one, after those for the sets that a rule needs.

    For no elements at all it is ''.

    Each is text as soon as it is made: kept for a large transaction, JSON values would be millions
    of containers, which Python's collector walks again and again.

    Args:
        operation: what to do.
        prefix: what the kernel's tables have before iptables' names for them.
        declared: the sets that the transaction so far, or one before, has made for rules; None
            makes all that a rule needs.

    Raises:
        InvalidInput: it cannot be right.
        InvalidRule: its chain's name is none that iptables can hold.
        Untranslatable: its rule has no form in nft.
    """
    if isinstance(operation, _RULES):
        return encode_rule_json(operation, prefix, declared)
    if isinstance(operation, _ELEMENTS):
        return encode_elements_json(operation, prefix)
    if isinstance(operation, _SETS):
        return encode_set_json(operation, prefix)
    command = _command(operation, prefix)
    if declared is not None and isinstance(operation, DeleteTable):
        declared.forget(operation.table.version.family, prefix + operation.table.name)
    return _JSON.encode(command)


def check_table_prefix(prefix: str) -> str:
    """Return a prefix that the kernel can hold before any of iptables' table names.

    Raises:
        InvalidInput: it is too long, or holds a character that nft would have to quote.
    """
    if not all(letter.isascii() and (letter.isalnum() or letter in "-_.") for letter in prefix):
        raise InvalidInput(
            f"table prefix {prefix!r} may hold letters, digits, '-', '_' and '.' only"
        )
    longest = _NAME_BYTES - max(map(len, TABLES))
    if len(prefix) > longest:
        raise InvalidInput(f"table prefix {prefix!r} is longer than {longest} bytes")
    return prefix


def _command(
    operation: AddTable | DeleteTable | AddChain | DeleteChain | FlushChain | SetPolicy, prefix: str
) -> dict[str, Any]:
    match operation:
        case AddTable(table=table):
            return {"add": {"table": _table(table, prefix)}}
        case DeleteTable(table=table):
            return {"delete": {"table": _table(table, prefix)}}
        case AddChain(chain=chain, base=base):
            return {"add": {"chain": _chain(chain, prefix) | _hook(base)}}
        case DeleteChain(chain=chain):
            return {"delete": {"chain": _chain(chain, prefix)}}
        case FlushChain(chain=chain):
            return {"flush": {"chain": _chain(chain, prefix)}}
        case SetPolicy(chain=chain, policy=policy):
            hook = _hook(check_policy(operation))
            return {"add": {"chain": _chain(chain, prefix) | hook | {"policy": policy}}}
        case _:
            raise TypeError(f"not an operation: {operation!r}")


def _table(table: TableRef, prefix: str) -> dict[str, Any]:
    check_table(table)
    return {"family": table.version.family, "name": prefix + table.name}


def _chain(chain: ChainRef, prefix: str) -> dict[str, Any]:
    table = _table(chain.table, prefix)
    return {
        "family": table["family"],
        "table": table["name"],
        "name": check_chain_name(chain.name),
    }


def _hook(base: BaseChain | None) -> dict[str, Any]:
    if base is None:
        return {}
    hook: dict[str, Any] = {"type": base.type, "hook": base.hook, "prio": base.priority}
    if base.policy == "drop":
        hook["policy"] = "drop"  # "accept" is the default, and would undo a policy set before
    return hook
