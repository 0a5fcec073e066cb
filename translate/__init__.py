"""iptables rules, typed: from argv and back, to nft JSON and back. Pure, standard library only.

>>> from translate import IPVersion, format, parse, to_nft
>>> rule = parse(["-i", "br0", "-j", "ACCEPT"], version=IPVersion.V4, chain="FORWARD")
>>> format(rule)
['-i', 'br0', '-j', 'ACCEPT']
>>> to_nft(rule).expr[-1]
{'accept': None}
"""

from translate.build import BUILTIN_CHAINS, TABLES
from translate.command import Action, Command, parse_command
from translate.exceptions import (
    InvalidRule,
    NetfilterError,
    ParseError,
    TranslationError,
    Untranslatable,
)
from translate.lines import format_command, translate_lines
from translate.nft.commands import to_nft_commands, without_repeated_declarations
from translate.nft.decode import from_nft
from translate.nft.encode import NftRule, to_nft
from translate.opaque import Opaque
from translate.parse import parse
from translate.rule import Goto, Jump, Match, Rule, Target, Verdict, check_chain_name
from translate.save import format_rule as format  # noqa: A004 - the name that pairs with parse
from translate.save import is_opaque, join_words, quote, save_line
from translate.tables import TABLE_CHAINS
from translate.types import (
    Counters,
    Interface,
    IPAddress,
    IPNetwork,
    IPVersion,
    MaskedAddress,
    Negatable,
    PortRange,
    Statement,
)

__all__ = [
    "BUILTIN_CHAINS",
    "TABLES",
    "TABLE_CHAINS",
    "Action",
    "Command",
    "Counters",
    "Goto",
    "IPAddress",
    "IPNetwork",
    "IPVersion",
    "Interface",
    "InvalidRule",
    "Jump",
    "MaskedAddress",
    "Match",
    "Negatable",
    "NetfilterError",
    "NftRule",
    "Opaque",
    "ParseError",
    "PortRange",
    "Rule",
    "Statement",
    "Target",
    "TranslationError",
    "Untranslatable",
    "Verdict",
    "check_chain_name",
    "format",
    "format_command",
    "from_nft",
    "is_opaque",
    "join_words",
    "parse",
    "parse_command",
    "quote",
    "save_line",
    "to_nft",
    "to_nft_commands",
    "translate_lines",
    "without_repeated_declarations",
]
