"""From operations on rules to the text of libnftables' JSON commands. Pure.

Rules are what a layout of rules sends by the thousand, so their commands are written as text at
once; only a rule's statements are JSON values before. Most rules of a host differ in nothing but
their interfaces: what such rules say besides is written once.
"""

from __future__ import annotations

import json
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from typing import Final, Literal

import translate
from nfcore.executor._checks import check_handle, check_place, check_table
from nfcore.executor._declared import DeclaredSets, SetPlace
from nfcore.operations import AddRule, ChainRef, DeleteRule, NativeRule, TableRef
from translate import (
    Counters,
    Interface,
    IPVersion,
    Match,
    Negatable,
    NftRule,
    Rule,
    Statement,
    Target,
    Untranslatable,
    check_chain_name,
)
from translate.matches.conntrack import Conntrack
from translate.nft.comment import RuleComment, join_comment
from translate.nft.encode import interface_to_nft

__all__ = ["encode_rule", "encode_rule_json"]

_COMMENT_BYTES: Final = 253  # what NFT_USERDATA_MAXLEN leaves; libnftables exits on a longer one
_CHAINS: Final = 1024
"""So many chains' places are kept as text: few chains hold all of the rules."""
_INTERFACES: Final = 1024
"""So many tests of interfaces: a network's bridge comes again with each of its rules."""
_ENDS: Final = 1024
"""So many rules without their interfaces: every network has the same few."""

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
    where, inserted = _place(chain, prefix), operation.place == "head"
    if operation.before is not None:
        where += f',"handle":{check_handle(operation.before, operation)}'
        inserted = True
    word = "insert" if inserted else "add"
    expr = _common_expr(operation)
    if expr is not None:
        comment = _comment(_tag_comment(operation.tag))
        return f'{{"{word}":{{"rule":{{{where},"expr":[{expr}]{comment}}}}}}}'
    rule = encode_rule(operation)
    expr, comment = _JSON.encode(rule.expr), _comment(rule.comment)
    command = f'{{"{word}":{{"rule":{{{where},"expr":{expr}{comment}}}}}}}'
    if not rule.declarations:
        return command
    needed = (_declaration(item, chain.table, prefix, declared) for item in rule.declarations)
    return ",".join([*filter(None, needed), command])


def _tag_comment(tag: str | None) -> str | None:
    return None if tag is None else join_comment(RuleComment(tag=tag))


def _comment(comment: str | None) -> str:
    return "" if comment is None else f',"comment":{encode_basestring_ascii(comment)}'


def _common_expr(operation: AddRule) -> str | None:
    """The statements of a rule that differs from others in its interfaces; None for any other.

    Addresses differ too, and another match than conntrack may look at all of its rule.
    """
    rule = operation.body
    if isinstance(rule, NativeRule) or rule.source or rule.destination:
        return None
    for match in rule.matches:
        if not isinstance(match, Conntrack):
            return None
    check_place(operation)
    end = _end(
        rule.version,
        rule.table,
        rule.chain,
        rule.protocol,
        rule.fragment,
        rule.matches,
        rule.target,
        rule.counters,
    )
    if end is None:
        return None
    if rule.out_interface is not None:
        end = _interface("oifname", rule.out_interface.value.name, rule.out_interface.negated) + end
    if rule.in_interface is not None:
        end = _interface("iifname", rule.in_interface.value.name, rule.in_interface.negated) + end
    return end


@lru_cache(maxsize=_INTERFACES)
def _interface(key: Literal["iifname", "oifname"], name: str, negated: bool) -> str:
    """The test of an interface, and the comma behind it."""
    return _JSON.encode(interface_to_nft(key, Negatable(Interface(name), negated))) + ","


@lru_cache(maxsize=_ENDS)
def _end(
    version: IPVersion,
    table: str,
    chain: str,
    protocol: Negatable[int] | None,
    fragment: Negatable[bool] | None,
    matches: tuple[Match, ...],
    target: Target | None,
    counters: Counters | None,
) -> str | None:
    """The statements of a rule without interfaces; None where there is more to it than those."""
    rule = Rule(
        version=version,
        table=table,
        chain=chain,
        protocol=protocol,
        fragment=fragment,
        matches=matches,
        target=target,
        counters=counters,
    )
    nft = translate.to_nft(rule, shared=True)
    if nft.comment is not None or nft.declarations:
        return None
    return _JSON.encode(nft.expr)[1:-1]


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
