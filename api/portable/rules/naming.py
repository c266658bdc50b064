"""Cases that may not be named: their names, wherever a reader might come upon them."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote

from api.cases.rules import words as words_of
from api.errors import Code, Fault, point
from api.portable.rules import printing, walk
from api.portable.rules.printing import Printed, PrintedBlock
from api.portable.rules.signing import SignatoryLine
from api.portable.rules.walk import Leaf
from api.texts.rules import markdown

STEM = 5  # letters that two words share before somebody is asked

_ONLY_WHERE_NAMED = frozenset({"name", "summary"})  # of the case itself: they do not print
_HIDDEN = frozenset({"initials", "coalition", "anonymous"})


@dataclass(slots=True)
class Hidden:
    """What must not show: whole names by their first word, and the stems of their words."""

    names: dict[str, list[tuple[tuple[str, ...], int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    stems: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    ids: dict[int, str] = field(default_factory=dict)
    signatories: set[int] = field(default_factory=set)  # that print no name


def hidden(document: Mapping[str, object]) -> Hidden:
    """Return the names of the document's cases that may not be named."""
    found = Hidden()
    for place, case in walk.entries(document, "cases"):
        if case.get("may_be_named") is not False:
            continue
        if document.get("redacted") is True:
            continue  # its name is its label already; `redaction` sees to that
        found.ids[place] = str(case.get("id", place))
        given = [case.get("name"), *(alias for _, alias in walk.words(case, "aliases"))]
        for name in given:
            _learn(found, words_of(name) if isinstance(name, str) else (), place)
    for place, one in walk.entries(document, "signatories"):
        if str(one.get("visibility")) in _HIDDEN:
            found.signatories.add(place)
    return found


def in_fields(fields: Iterable[Leaf], found: Hidden) -> tuple[list[Fault], list[Fault]]:
    """Return the faults (a name) and warnings (a stem) in the fields that print."""
    faults: list[Fault] = []
    warnings: list[Fault] = []
    if not found.ids:
        return faults, warnings
    for leaf in fields:
        if not leaf.prints or not _shows(leaf, found):
            continue
        seen = [words_of(text) for text in _seen(leaf)]
        named = {place for words in seen for place, _ in _names_in(words, found)}
        alike = {place for words in seen for place in _stems_in(words, found)} - named
        faults += [
            Fault(leaf.pointer, Code.HIDDEN_NAME, _named(found.ids[place]))
            for place in sorted(named)
        ]
        warnings += [
            Fault(leaf.pointer, Code.HIDDEN_NAME, _alike(found.ids[place]))
            for place in sorted(alike)
        ]
    return faults, warnings


def in_finished(printed: Printed, lines: Iterable[SignatoryLine], found: Hidden) -> Iterator[Fault]:
    """Yield the names that come about where finished texts meet, though no field holds them."""
    if not found.ids:
        return
    words: list[str] = []
    pointers: list[str] = []
    for pointer, text in _finished(printed, lines):
        here = words_of(text)
        words += here
        pointers += [pointer] * len(here)
    for place, start in dict(_names_in(words, found)).items():
        detail = f"{_named(found.ids[place])} The name comes about where texts meet in print."
        yield Fault(pointers[start], Code.HIDDEN_NAME, detail)


def _learn(found: Hidden, words: tuple[str, ...], place: int) -> None:
    if words:
        found.names[words[0]].append((words, place))
    for word in words:
        if len(word) >= STEM:
            found.stems[_stem(word)].add(place)


def _named(name: str) -> str:
    return f'This names the case "{name}", which may not be named: use its public label.'


def _alike(name: str) -> str:
    return f'A word here is like the name of the case "{name}", which may not be named: look again.'


def _shows(leaf: Leaf, found: Hidden) -> bool:
    """Tell whether a field of a kind that prints does print in this document."""
    top, *rest = leaf.path
    if top == "cases" and rest[0] in found.ids:
        return rest[1] not in _ONLY_WHERE_NAMED
    return top != "signatories" or rest[0] not in found.signatories


def _seen(leaf: Leaf) -> Iterator[str]:
    """Yield what a reader may see of a field: its words, and the addresses behind them."""
    if leaf.kind in walk.MARKDOWN:
        yield markdown.plain(leaf.text)
        yield from map(unquote, markdown.links(leaf.text))
    else:
        yield unquote(leaf.text) if leaf.kind.endswith("/url") else leaf.text


def _finished(printed: Printed, lines: Iterable[SignatoryLine]) -> Iterator[tuple[str, str]]:
    """Yield what prints, in printing order, with a pointer to where it comes from."""
    yield "/title", printed["title"]
    yield "/dateline", printed.get("dateline", "")
    yield "/occasion", printed.get("occasion", "")
    for place, addressee in enumerate(printed["addressees"]):
        yield point("addressees", place), " ".join(str(part) for part in addressee.values())
    for place, block in enumerate(printed["blocks"]):
        yield from ((point("body", place), line) for line in _lines(block))
    for line in lines:
        yield "/signatories", line["text"]
    for note in printed["footnotes"]:
        yield point("footnotes", note["label"]), markdown.plain(note["text"])
    for place, contact in enumerate(printed["contacts"]):
        yield point("contacts", place), " ".join(str(part) for part in contact.values())


def _lines(block: PrintedBlock) -> Iterator[str]:
    if block["type"] == "demands":
        yield markdown.plain(block.get("lead", ""))
        for demands in block["lists"]:
            yield demands.get("heading", "")
            for demand in demands["demands"]:
                yield markdown.plain(demand["text"])
                yield markdown.plain(demand.get("rationale", ""))
        return
    yield from map(markdown.plain, printing.texts(block))
    if block["type"] == "quote":
        yield f"{block.get('source', '')} {block.get('locator', '')}"


def _names_in(words: Sequence[str], found: Hidden) -> Iterator[tuple[int, int]]:
    """Yield the case and the place of each whole name among words, the last of a case first."""
    for start in range(len(words) - 1, -1, -1):
        for name, place in found.names.get(words[start], ()):
            if tuple(words[start : start + len(name)]) == name:
                yield place, start


def _stems_in(words: Iterable[str], found: Hidden) -> Iterator[int]:
    for word in words:
        if len(word) >= STEM:
            yield from found.stems.get(_stem(word), ())


@lru_cache(maxsize=1 << 14)
def _stem(word: str) -> str:
    if word.isascii():
        return word[:STEM]
    bare = (c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return "".join(bare)[:STEM]
