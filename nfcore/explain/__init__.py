"""A packet's way through what the kernel holds, told in iptables' words, and why it ends there."""

from nfcore.explain._elsewhere import Elsewhere
from nfcore.explain._explanation import Explanation, explain
from nfcore.explain._finding import Finding
from nfcore.explain._held import Held
from nfcore.explain._json import as_json
from nfcore.explain._question import (
    End,
    Place,
    Question,
    complete_end,
    parse_end,
    parse_mark,
    parse_protocol,
    parse_state,
)
from nfcore.explain._text import as_text

__all__ = [
    "Elsewhere",
    "End",
    "Explanation",
    "Finding",
    "Held",
    "Place",
    "Question",
    "as_json",
    "as_text",
    "complete_end",
    "explain",
    "parse_end",
    "parse_mark",
    "parse_protocol",
    "parse_state",
]
