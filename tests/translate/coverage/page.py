"""docs/coverage.md: each extension, each option, what it becomes, what is lost."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tests.translate.coverage.examples import Example, all_examples
from tests.translate.harness.cases import Native
from translate import IPVersion
from translate.argv import OWN_OPTIONS
from translate.extension import Extension, Option
from translate.opaque import OpaqueExtension
from translate.registry import DEFAULT_REGISTRY

__all__ = ["COMMAND", "PATH", "Page", "make_page"]

COMMAND = "python -m tests.translate.coverage"
PATH = "docs/coverage.md"
_INTRODUCTION = f"""\
<!-- Made by `{COMMAND}`: don't edit. -->

# What nfcore translates

Every match and target of iptables 1.8.9's manual (iptables-extensions(8)) is parsed, checked, and
written in the form that iptables-save prints. The tables show, for each option, one example and the
nft statements that it becomes; the counter, which every rule has, is left out. All examples are
cases of the tests, where the real iptables, iptables-translate and nft check them.

Read back, every form becomes the same rule again. What the statements alone can't tell (the order
of some matches, a match that asks for nothing) is noted in the rule's comment.

Where a form decides otherwise about some packets, "What is lost" says about which. One such thing
is no single extension's: without connection tracking, which puts fragments together first,
nf_tables looks for ports in later fragments, iptables does not.

A rule that has no form in nft is refused with the reason, never sent in part; `--fallback` runs
iptables-legacy for it.
"""
_OWN_OPTIONS = (
    "source",
    "destination",
    "in-interface",
    "out-interface",
    "protocol",
    "fragments",
    "set-counters",
    "jump",
    "goto",
)


class Page(NamedTuple):
    """The page, and the options that no case is an example of."""

    text: str
    without_example: tuple[str, ...]


def make_page() -> Page:
    """Make the page anew."""
    examples = all_examples()
    missing: list[str] = []
    own = [option for option in OWN_OPTIONS if option.key in _OWN_OPTIONS]
    alone = sorted(examples, key=lambda example: example.is_about_extensions)
    parts = [_INTRODUCTION, "## iptables' own options\n"]
    parts += _table("iptables", None, own, alone, missing)
    for title, extensions in (
        ("Matches", DEFAULT_REGISTRY.matches),
        ("Targets", DEFAULT_REGISTRY.targets),
    ):
        parts.append(f"## {title}\n")
        for extension in sorted(extensions, key=lambda one: one.name.lower()):
            if not isinstance(extension, OpaqueExtension):
                parts += _section(extension, examples, missing)
    return Page("\n".join(parts), tuple(missing))


def _section(
    extension: Extension[Any], examples: Sequence[Example], missing: list[str]
) -> Iterator[str]:
    versions = " and ".join(
        f"IPv{version}" for version in IPVersion if version in extension.versions
    )
    yield f"### `{extension.describe()}`\n"
    yield f"{_summary(extension)} ({versions})\n"
    own = [example for example in examples if example.gives(extension) is not None]
    yield from _table(extension.describe(), extension, extension.options, own, missing)
    if extension.caveats:
        yield "What is lost:\n\n" + "".join(f"- {caveat}.\n" for caveat in extension.caveats)
    yield from _notes(own, extension)


def _summary(extension: Extension[Any]) -> str:
    text = (sys.modules[extension.__class__.__module__].__doc__ or "").strip().partition("\n")[0]
    text = text.partition(": ")[2] or text
    return text[:1].upper() + text[1:]


def _table(
    name: str,
    extension: Extension[Any] | None,
    options: Sequence[Option],
    examples: Sequence[Example],
    missing: list[str],
) -> Iterator[str]:
    yield "| Option | Example | In nft |\n| --- | --- | --- |"
    if extension is not None:
        bare = next((example for example in examples if example.gives(extension) == ()), None)
        if bare is not None:
            yield _row("none", bare)
    rows: dict[str, tuple[list[str], Example]] = {}
    for option in options:
        found = _example(extension, option, examples)
        if found is not None:
            rows[option.name] = ([option.name], found)
    for option in options:
        if option.name in rows:
            continue
        twin = _twin(option, options, rows)
        if twin is None:
            missing.append(f"{name} --{option.name}")
        else:
            rows[twin][0].append(option.name)
    for names, example in rows.values():
        yield _row(", ".join(f"`--{one}`" for one in names), example)
    yield ""


def _twin(option: Option, options: Sequence[Option], rows: Any) -> str | None:
    """Another spelling of the same option that has an example."""
    alike = (
        other.name
        for other in options
        if (other.key, other.words) == (option.key, option.words) and other.name in rows
    )
    return next(alike, None)


def _example(
    extension: Extension[Any] | None, option: Option, examples: Sequence[Example]
) -> Example | None:
    for example in examples:
        given = example.gives(extension) or ()
        if any(one.option is option for one in given):
            return example
    return None


def _row(option: str, example: Example) -> str:
    became = "none" if example.text is None else _code(example.text)
    return f"| {option} | {_code(example.case.args)} | {became} |"


def _code(text: str) -> str:
    ticks = "``" if "`" in text else "`"
    return f"{ticks}{text}{ticks}".replace("|", "\\|") if text else ""


def _notes(examples: Sequence[Example], extension: Extension[Any]) -> Iterator[str]:
    lost = {
        f"- `{example.what}`: {example.reason}.": None
        for example in examples
        if example.text is None and _belongs(example, extension)
    }
    if lost:
        yield "Without a form in nft:\n\n" + "\n".join(sorted(lost)) + "\n"
    differing = {
        f"- {_code(example.case.args)}: {example.case.reason}.": None
        for example in examples
        if isinstance(example.case, Native)
        and example.case.expected is not None
        and _belongs(example, extension)
    }
    if differing:
        yield "Other than iptables-translate:\n\n" + "\n".join(sorted(differing)) + "\n"


def _belongs(example: Example, extension: Extension[Any]) -> bool:
    """Whether a note is about this extension, and not about another one of the rule."""
    loaded = [one.extension for one in example.scanned.matches]
    if example.scanned.target is not None:
        loaded.append(example.scanned.target.extension)
    return loaded[-1] is extension
