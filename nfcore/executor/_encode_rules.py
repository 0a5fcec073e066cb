"""From operations on rules to the text of libnftables' JSON commands. Pure.

Rules are what a layout of rules sends by the thousand, so their commands are written as text at
once; only a rule's statements are JSON values before (but see ``_common_rules.py``).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from typing import Final

import translate
from nfcore.executor._checks import check_handle, check_place, check_table
from nfcore.executor._common_rules import common_statements
from nfcore.executor._declared import DeclaredSets, SetPlace
from nfcore.operations import AddRule, ChainRef, DeleteRule, NativeRule, TableRef
from translate import NftRule, Statement, Untranslatable, check_chain_name
from translate.nft.comment import RuleComment, join_comment

__all__ = ["encode_rule", "encode_rule_json"]

_COMMENT_BYTES: Final = 253  # what NFT_USERDATA_MAXLEN leaves; libnftables exits on a longer one
_CHAINS: Final = 1024
"""So many chains' places are kept as text: few chains hold all of the rules."""

_JSON: Final = json.JSONEncoder(separators=(",", ":"), check_circular=False)


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
        rule = translate.to_nft(body, tag=operation.tag, shared=True)
    if rule.comment is not None:
        size = len(rule.comment.encode())
        if size > _COMMENT_BYTES:
            raise Untranslatable(
                "-m comment",
                f"an nft comment holds {_COMMENT_BYTES} bytes, this one needs {size}",
            )
    return rule


def encode_rule_json(
    operation: AddRule | DeleteRule, prefix: str, declared: DeclaredSets | None = None
) -> str:
    """The commands that add or delete a rule, joined by commas.

    Args:
        operation: what to do.
        prefix: what the kernel's tables have before iptables' names for them.
        declared: the sets that need no declaration; None declares all that the rule needs.

    Raises:
        InvalidInput: the operation cannot be right.
        InvalidRule: its chain's name is none that iptables can hold.
        Untranslatable: nft cannot express the rule, or hold its comment.
    """
    chain = operation.chain
    if isinstance(operation, DeleteRule):
        handle = check_handle(operation.handle, operation)
        return f'{{"delete":{{"rule":{{{_place(chain, prefix)},"handle":{handle}}}}}}}'
    check_place(operation)
    expr, tag = common_statements(operation.body), operation.tag
    declarations: Sequence[Statement] = ()
    if expr is not None:
        comment = None if tag is None else join_comment(RuleComment(tag=tag))
    else:
        rule = encode_rule(operation)
        expr, comment = _JSON.encode(rule.expr)[1:-1], rule.comment
        declarations = rule.declarations
    where, inserted = _place(chain, prefix), operation.place == "head"
    if operation.before is not None:
        where += f',"handle":{check_handle(operation.before, operation)}'
        inserted = True
    word = "insert" if inserted else "add"
    end = "" if comment is None else f',"comment":{encode_basestring_ascii(comment)}'
    command = f'{{"{word}":{{"rule":{{{where},"expr":[{expr}]{end}}}}}}}'
    if not declarations:
        return command
    needed = (_declaration(item, chain.table, prefix, declared) for item in declarations)
    return ",".join([*filter(None, needed), command])


@lru_cache(maxsize=_CHAINS)
def _place(chain: ChainRef, prefix: str) -> str:
    table = chain.table
    check_table(table)
    name = encode_basestring_ascii(check_chain_name(chain.name))
    return f'"family":"{table.version.family}","table":"{prefix}{table.name}","chain":{name}'


def _declaration(
    item: Statement, table: TableRef, prefix: str, declared: DeclaredSets | None
) -> str:
    """The command that makes a set, or '' where it is there."""
    check_table(table)
    family, name = table.version.family, prefix + table.name
    body: Statement = item["set"]
    if declared is not None and not declared.is_new(SetPlace(family, name, body["name"])):
        return ""
    return _JSON.encode({"add": {"set": body | {"family": family, "table": name}}})
