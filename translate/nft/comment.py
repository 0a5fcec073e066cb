"""What nfcore keeps in an nft rule's comment: the user's text, hints, and a tag.

The kernel gives a rule one comment of at most 128 bytes. Where a rule needs nothing but its user's
text, the comment is that text. Otherwise a note follows it, ``nfcore(m=NAME,NAME;j=NAME;t=TAG)``:

* ``m=`` lists the rule's matches in order, where their order or presence cannot be seen in the
  statements (a comment that is not last; ``-m tcp`` without options), after a colon what they don't
  tell of one (``u32:0x6&0xff=0x1``); where one name comes twice, how many statements are its own
  (``addrtype*1``), or that it says the same again (``addrtype=``);
* ``j=`` names the target where its statements could be another's, and after a colon what they don't
  tell of it (``NFLOG:20``, a ``--nflog-range``);
* ``t=`` holds a tag of the engine's, which iptables' save form does not show.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from translate.exceptions import InvalidRule, Untranslatable

__all__ = ["COUNTED", "REPEATED", "TRACELESS", "RuleComment", "join_comment", "split_comment"]

TRACELESS: Final = "-"
"""Follows the name of a match that no statement tells of."""
COUNTED: Final = "*"
"""Follows the name of a match; the number behind it is that of its statements."""
REPEATED: Final = "="
"""Follows the name of a match that is equal to the one of that name before it."""
_MAX_BYTES: Final = 128
_BREAKS_TARGET: Final = re.compile(r"[();\n\0]")
_BREAKS_TAG: Final = re.compile(r"[()\n\0]")
_NOTE: Final = re.compile(r"^(?:(?P<text>.*) )?nfcore\((?P<body>[^()]*)\)$", re.DOTALL)


class RuleComment(NamedTuple):
    """The things that a rule's comment may hold."""

    text: str | None = None
    matches: tuple[str, ...] | None = None
    target: str | None = None
    tag: str | None = None


def join_comment(parts: RuleComment) -> str | None:
    """One comment for the kernel, or None where there is nothing to keep.

    Raises:
        InvalidRule: the tag holds a parenthesis or a line break.
        Untranslatable: all of it together is longer than 128 bytes, or what there is to say of the
            target holds a parenthesis, a semicolon or a line break.
    """
    note = []
    if parts.matches is not None:
        note.append("m=" + ",".join(parts.matches))
    if parts.target is not None:
        if _BREAKS_TARGET.search(parts.target):
            raise Untranslatable(
                f"-j {parts.target}", "an nft rule's comment cannot tell what its statements don't"
            )
        note.append(f"j={parts.target}")
    if parts.tag is not None:
        if _BREAKS_TAG.search(parts.tag):
            raise InvalidRule(f"tag {parts.tag!r} may not hold a parenthesis, newline or NUL")
        note.append(f"t={parts.tag}")
    text = parts.text
    if not note and (text is None or not _NOTE.match(text)):
        comment = text
    else:
        comment = f"nfcore({';'.join(note)})"
        if text is not None:
            comment = f"{text} {comment}"
    if comment is not None:
        _check_bytes(comment, "-m comment" if text is not None else "a rule with so long a note")
    return comment


def _check_bytes(comment: str, what: str) -> None:
    try:
        size = len(comment.encode())
    except UnicodeEncodeError:
        raise Untranslatable(what, "libnftables' JSON holds UTF-8 only") from None
    if size > _MAX_BYTES:
        raise Untranslatable(
            what, f"an nft comment holds {_MAX_BYTES} bytes, this one needs {size}"
        )


def split_comment(comment: str | None) -> RuleComment:
    """The parts of a comment that `join_comment` made, or all of it as text."""
    if comment is None:
        return RuleComment()
    found = _NOTE.match(comment)
    if found is None:
        return RuleComment(text=comment)
    body = found["body"]
    matches: tuple[str, ...] | None = None
    if body.startswith("m="):
        names, _, body = body[2:].partition(";")
        matches = tuple(names.split(",")) if names else ()
    target = None
    if body.startswith("j="):
        target, _, body = body[2:].partition(";")
    tag = body[2:] if body.startswith("t=") else None
    return RuleComment(text=found["text"], matches=matches, target=target, tag=tag)
