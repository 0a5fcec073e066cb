"""From typed operations to libnftables' JSON commands. Pure.

libnftables 1.0.6 trusts its caller: a deletion by handle 0 flushes the chain, a policy without a
hook makes a plain chain, a comment that does not fit ends the process. So whatever it would
misread is refused here, before anything is sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import singledispatch
from typing import Any, Final

import translate
from nfcore.exceptions import InvalidInput
from nfcore.executor._checks import check_handle, check_place, check_policy, check_table
from nfcore.executor._encode_sets import encode_element_json, encode_set_json
from nfcore.operations import (
    TABLES,
    AddChain,
    AddElement,
    AddRule,
    AddSet,
    AddTable,
    BaseChain,
    ChainRef,
    DeleteChain,
    DeleteElement,
    DeleteRule,
    DeleteSet,
    DeleteTable,
    FlushChain,
    NativeRule,
    Operation,
    SetPolicy,
    TableRef,
)
from translate import NftRule, Statement, Untranslatable, check_chain_name
from translate.nft.comment import RuleComment, join_comment

__all__ = [
    "Command",
    "check_table_prefix",
    "encode",
    "encode_json",
    "encode_operation",
    "encode_rule",
]

_JSON: Final = json.JSONEncoder(separators=(",", ":"))

Command = dict[str, Any]
"""One command of libnftables-json(5): ``{"add": {"rule": {…}}}``."""

_NAME_BYTES: Final = 255  # NFT_NAME_MAXLEN in the kernel, less the NUL
_COMMENT_BYTES: Final = 253  # what NFT_USERDATA_MAXLEN leaves; libnftables exits on a longer one


def encode(operations: Iterable[Operation], *, table_prefix: str = "") -> Iterator[list[Command]]:
    """Each operation's commands, in order: one, after those for the sets that a rule needs.

    They come as they are asked for: kept for a large transaction, they would be millions of
    containers, which Python's collector walks again and again.

    Args:
        operations: what to do.
        table_prefix: what the kernel's tables have before iptables' names for them.

    Raises:
        InvalidInput: an operation that cannot be right.
        InvalidRule: a chain name that iptables cannot hold.
        Untranslatable: a rule that nft cannot express.
    """
    for operation in operations:
        yield encode_operation(operation, table_prefix)


def encode_json(operation: Operation, prefix: str) -> str:
    """One operation's commands as JSON text, joined by commas. Raises what `encode_operation` does.

    Args:
        operation: what to do.
        prefix: what the kernel's tables have before iptables' names for them.
    """
    if isinstance(operation, AddElement | DeleteElement):
        return encode_element_json(operation, prefix)
    return ",".join(map(_JSON.encode, encode_operation(operation, prefix)))


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


def encode_rule(operation: AddRule) -> NftRule:
    """A rule's statements and comment.

    Raises:
        InvalidInput: the rule is for another chain than the operation.
        Untranslatable: nft cannot express the rule, or hold its comment.
    """
    body = operation.body
    if isinstance(body, NativeRule):
        comment = join_comment(RuleComment(tag=operation.tag))
        rule = NftRule(expr=tuple(dict(statement) for statement in body.expr), comment=comment)
    else:
        check_place(operation)
        rule = translate.to_nft(body, tag=operation.tag)
    size = len((rule.comment or "").encode())
    if size > _COMMENT_BYTES:
        raise Untranslatable(
            "-m comment", f"an nft comment holds {_COMMENT_BYTES} bytes, this one needs {size}"
        )
    return rule


@singledispatch
def encode_operation(operation: Operation, prefix: str) -> list[Command]:
    """One operation's commands.

    Raises:
        InvalidInput: it cannot be right.
        InvalidRule: its chain's name is none that iptables can hold.
        Untranslatable: its rule has no form in nft.
    """
    del prefix
    raise TypeError(f"not an operation: {operation!r}")


@encode_operation.register
def _(operation: AddTable, prefix: str) -> list[Command]:
    return [{"add": {"table": _table(operation.table, prefix)}}]


@encode_operation.register
def _(operation: DeleteTable, prefix: str) -> list[Command]:
    return [{"delete": {"table": _table(operation.table, prefix)}}]


@encode_operation.register
def _(operation: AddChain, prefix: str) -> list[Command]:
    chain = _chain(operation.chain, prefix)
    if operation.base is not None:
        chain |= _hook(operation.base)
        if operation.base.policy == "drop":
            chain["policy"] = "drop"  # "accept" is the default, and would undo a policy set before
    return [{"add": {"chain": chain}}]


@encode_operation.register
def _(operation: DeleteChain, prefix: str) -> list[Command]:
    return [{"delete": {"chain": _chain(operation.chain, prefix)}}]


@encode_operation.register
def _(operation: FlushChain, prefix: str) -> list[Command]:
    return [{"flush": {"chain": _chain(operation.chain, prefix)}}]


@encode_operation.register
def _(operation: SetPolicy, prefix: str) -> list[Command]:
    base = check_policy(operation)
    chain = _chain(operation.chain, prefix)
    return [{"add": {"chain": chain | _hook(base) | {"policy": operation.policy}}}]


@encode_operation.register
def _(operation: AddRule, prefix: str) -> list[Command]:
    rule = encode_rule(operation)
    place = _in_chain(operation.chain, prefix)
    if operation.before is not None:
        place["handle"] = check_handle(operation.before, operation)
    place["expr"] = rule.expr
    if rule.comment is not None:
        place["comment"] = rule.comment
    inserted = operation.place == "head" or operation.before is not None
    needed = [_declaration(item, operation.chain, prefix) for item in rule.declarations]
    return [*needed, {"insert" if inserted else "add": {"rule": place}}]


@encode_operation.register
def _(operation: DeleteRule, prefix: str) -> list[Command]:
    handle = check_handle(operation.handle, operation)
    return [{"delete": {"rule": _in_chain(operation.chain, prefix) | {"handle": handle}}}]


@encode_operation.register(AddSet)
@encode_operation.register(DeleteSet)
def _(operation: AddSet | DeleteSet, prefix: str) -> list[Command]:
    return [json.loads(encode_set_json(operation, prefix))]


@encode_operation.register(AddElement)
@encode_operation.register(DeleteElement)
def _(operation: AddElement | DeleteElement, prefix: str) -> list[Command]:
    return [json.loads(encode_element_json(operation, prefix))]


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


def _in_chain(chain: ChainRef, prefix: str) -> dict[str, Any]:
    where = _chain(chain, prefix)
    where["chain"] = where.pop("name")
    return where


def _declaration(item: Statement, chain: ChainRef, prefix: str) -> Command:
    table = _table(chain.table, prefix)
    place = {"family": table["family"], "table": table["name"]}
    return {"add": {kind: body | place for kind, body in item.items()}}


def _hook(base: BaseChain) -> dict[str, Any]:
    return {"type": base.type, "hook": base.hook, "prio": base.priority}
