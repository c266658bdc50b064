"""The fields in which other words for a text are suggested, and what they send.

A field's name holds a mark of the words that stood in it: what was sent unchanged suggests nothing,
also when the text has changed meanwhile.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from api.errors import Code, Fault, Invalid
from api.infra.text import languages
from api.pages.rules import forms
from api.pages.rules.comment_facts import InsertFold, WordsField, WordsFold
from api.pages.rules.forms import Sent
from api.pages.rules.sentences import Sentences
from api.portable.rules.proposals import TextPlace
from api.reviews.schemas.suggestions import SuggestionIn
from api.reviews.service.suggesting import GivenSuggestion
from api.texts.rules import markdown
from api.web.validate import loaded

HEAD, NOTES, GONE = "title", "notes", "gone"
WORDS, LEAVE, AFTER, SORT, WHY = "words", "leave", "after", "sort", "why"
_MARK = 8  # signs of a hash: that two texts of one field have the same is as good as impossible
_ITEMS = "items"
_SAID = {
    Code.BAD_MARKUP: "suggest.markup",
    Code.TOO_FEW: "suggest.lines",
    Code.TOO_MANY: "suggest.lines",
}


# What is shown


def folds(
    places: Sequence[TextPlace], blocks: Collection[str], said: Sentences
) -> dict[str, WordsFold]:
    """Return where words for the parts of a text are suggested, by HEAD, NOTES and block ids."""
    found: dict[str, list[WordsField]] = defaultdict(list)
    numbers = Counter[str]()
    for key, place in keyed(places):
        numbers[key] += place.kind == "demand"
        found[key] += _fields(place, numbers[key], said)
    for block_id in blocks:
        found.setdefault(block_id, [])  # one without words of its own can still be left out
    may_go = len(blocks) > 1
    return {
        key: WordsFold(
            words=tuple(fields),
            why=f"{WHY}/{key}",
            leave=f"{LEAVE}/{key}" if may_go and key in blocks else "",
        )
        for key, fields in found.items()
        if fields or (may_go and key in blocks)
    }


def insert(after: str) -> InsertFold:
    """Return where a part behind a block is suggested, or before all of them for ""."""
    return InsertFold(name=f"{AFTER}/{after}", sort=f"{SORT}/{after}", why=f"{WHY}/{AFTER}/{after}")


def keyed(places: Iterable[TextPlace]) -> Iterator[tuple[str, TextPlace]]:
    """Yield each place with the part that it is in: a demand is in the block before it."""
    block = HEAD
    for place in places:
        sort, _, name = place.target.partition("/")
        block = name if sort == "block" else block
        yield {"title": HEAD, "footnote": NOTES}.get(sort, block), place


def _texts(place: TextPlace) -> list[tuple[str, str]]:
    """Return what the fields of a place are and hold; the items of a list are in one."""
    each = [(name, _run_on(line)) for name, line in zip(place.names, place.lines, strict=True)]
    if place.kind != "list":
        return each
    items = "\n".join(line for name, line in each if name == _ITEMS)
    return [*(pair for pair in each if pair[0] != _ITEMS), (_ITEMS, items)]


def _fields(place: TextPlace, number: int, said: Sentences) -> Iterator[WordsField]:
    texts = _texts(place)
    for n, (name, text) in enumerate(texts):
        is_list = place.kind == "list" and name == _ITEMS
        is_plain = name in {"title", "source"}
        hints = [said.say("suggest.items_hint")] if is_list else []
        if not is_plain and text != markdown.plain(text):
            hints.append(said.say("suggest.marks"))
        label = _label(place, name, number or (n + 1 if len(texts) > 1 else 0), said)
        yield WordsField(
            name=_name(place, n, text), label=label, text=text, hints=tuple(hints),
            is_long=not is_plain,
        )  # fmt: skip


def _label(place: TextPlace, name: str, number: int, said: Sentences) -> str:
    if place.kind == "footnote":
        return said.say("suggest.note", label=place.target.partition("/")[2])
    if place.kind == "demand":
        key = "suggest.demand" if name == "text" else "suggest.rationale"
        return said.say(key, number=languages.number(number, said.language))
    if name in {"title", "lead", "source"} or place.kind == "quote":
        return said.say(f"suggest.{'quote' if name == 'text' else name}")
    if place.kind == "cases" and number:
        return said.say("suggest.item", number=languages.number(number, said.language))
    return said.say("suggest.how")


def _name(place: TextPlace, n: int, text: str) -> str:
    return f"{WORDS}/{_mark(text)}/{n}/{place.target}"


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_MARK]


def _run_on(text: str) -> str:
    return " ".join(_lines(text))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


# What was sent


@dataclass(frozen=True)
class TypedChange:
    """What would be changed in one place, as it was typed: in which field each line, and why."""

    facts: Mapping[str, object]
    lines: tuple[str, ...]
    why: str

    def field(self, path: Sequence[str]) -> str:
        """Return the field that a fault is about."""
        if path[0] == "reason":
            return self.why
        n = int(path[1]) if path[0] == "lines" and len(path) > 1 else 0
        return self.lines[min(n, len(self.lines) - 1)]


@dataclass(frozen=True)
class Typed:
    """What was suggested, and how it was typed."""

    given: GivenSuggestion
    change: TypedChange


def read(
    sent: Sent, places: Sequence[TextPlace], sha256: str
) -> tuple[list[Typed], dict[str, str]]:
    """Return what was suggested, and what is wrong with it by the field."""
    typed: list[Typed] = []
    faults: dict[str, str] = {}
    changes = [*_of_words(sent, places), *_of_leaving(sent), *_of_inserting(sent)]
    for change in changes:
        reason = forms.one(sent, change.why) or None
        try:
            facts = {**change.facts, "revision_sha256": sha256, "reason": reason}
            typed.append(Typed(loaded(SuggestionIn(), facts)["given"], change))
        except Invalid as wrong:
            faults |= refused(wrong.faults, [change])
    whys = {change.why for change in changes}
    reworded = {f"{LEAVE}/{change.why.partition('/')[2]}" for change in _of_words(sent, places)}
    for name in sent:
        if name.startswith(f"{WHY}/") and name not in whys and forms.one(sent, name):
            faults[name] = "suggest.unchanged"
        elif name in reworded and forms.one(sent, name):
            faults[name] = "suggest.both"
    return typed, faults


def refused(faults: Iterable[Fault], changes: Sequence[TypedChange]) -> dict[str, str]:
    """Return what was refused of suggestions, by the field; of several, faults say of which."""
    found: dict[str, str] = {}
    for fault in faults:
        path = fault.pointer.strip("/").split("/")
        n = int(path.pop(0)) if len(changes) > 1 else 0
        found.setdefault(
            changes[n].field(path), _SAID.get(fault.code) or forms.sentence(path[0], fault.code)
        )
    return found


def _typed(sent: Sent) -> dict[str, dict[int, str]]:
    """Return the names of fields whose words were changed, by the place and their order in it."""
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for name in sent:
        if (key := _key(name)) and not _is_unchanged(sent, name):
            found[key[1]][key[0]] = name
    return found


def _key(name: str) -> tuple[int, str] | None:
    """Return which field of which place a name is of."""
    parts = name.split("/", 3)
    if parts[0] == WORDS and len(parts) > 3 and parts[2].isdecimal():  # noqa: PLR2004 # as `_name`
        return int(parts[2]), parts[3]
    return None


def _is_unchanged(sent: Sent, name: str) -> bool:
    return name.split("/", 2)[1] == _mark("\n".join(_lines(forms.one(sent, name))))


def _of_words(sent: Sent, places: Sequence[TextPlace]) -> Iterator[TypedChange]:
    changed = _typed(sent)
    for key, place in keyed(places):
        if place.target not in changed:
            continue
        first = min(changed[place.target].values())
        lines: list[str] = []
        names: list[str] = []
        for n, (sort, text) in enumerate(_texts(place)):
            is_list = place.kind == "list" and sort == _ITEMS
            name = changed[place.target].get(n)
            new = _lines(text if name is None else forms.one(sent, name))
            lines += new if is_list else [" ".join(new)]
            names += [name or first] * (len(lines) - len(names))
        facts = {"kind": "words", "target": place.target, "lines": _as_kept(place, lines)}
        yield TypedChange(facts, tuple(names) or (first,), f"{WHY}/{key}")


def _as_kept(place: TextPlace, lines: Sequence[str]) -> list[str]:
    """Return lines; those that say what the text does are as it keeps them."""
    kept = {_run_on(line): line for line in place.lines}
    return [kept.get(line, line) for line in lines]


def _of_leaving(sent: Sent) -> Iterator[TypedChange]:
    for name in sent:
        key = name.removeprefix(f"{LEAVE}/")
        if key != name and forms.one(sent, name):
            facts = {"kind": "deletion", "target": f"block/{key}"}
            yield TypedChange(facts, (name,), f"{WHY}/{key}")


def _of_inserting(sent: Sent) -> Iterator[TypedChange]:
    for name in sent:
        after = name.removeprefix(f"{AFTER}/")
        if after == name or not (text := forms.one(sent, name)):
            continue
        fold = insert(after)
        sort = forms.one(sent, fold.sort) or "paragraph"
        # Paragraphs are told apart by an empty line, as people write them.
        each = text.split("\n\n") if sort == "paragraph" else [text]
        for part in each:
            lines = _lines(part)
            if not lines:
                continue
            if sort == "quote" and len(lines) > 1:
                lines = [" ".join(lines[:-1]), lines[-1]]
            elif sort != "list":
                lines = [" ".join(lines)]
            facts = {"kind": "insertion", "block": sort, "after": after or None, "lines": lines}
            yield TypedChange(facts, (name,), fold.why)


def again(sent: Sent, names: Collection[str]) -> tuple[dict[str, Sequence[str]], list[str]]:
    """Return what was typed, for a page with these fields, and words for which it has none.

    What was sent unchanged is left out: the page shows what the text says now.
    """
    here = {key: name for name in names if (key := _key(name))}
    values: dict[str, Sequence[str]] = {}
    unsent = []
    for name, typed in sent.items():
        key = _key(name)
        if key and _is_unchanged(sent, name):
            continue
        place = here.get(key) if key else name
        if place is not None and (place in names or not _takes_words(name)):
            values[place] = typed
        elif _takes_words(name) and (text := forms.one(sent, name)):
            unsent.append(text)
    return values, unsent


def _takes_words(name: str) -> bool:
    return name.partition("/")[0] in {WORDS, AFTER, WHY, forms.COMMENT, forms.REPLY}


def has_any(sent: Sent) -> bool:
    """Tell whether something was typed that is not sent yet."""
    return bool(again(sent, ())[1])
