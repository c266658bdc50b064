"""A draft as it is written: its blocks changed, put in, moved and taken out, by their ids. Pure.

Each change is of one part. What it replaces is known by a mark of what it said, so that two people
who write in two blocks never meet, and two in one block never overwrite each other unseen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from api.portable.rules import walk
from api.texts.rules import markdown
from api.texts.rules.document import PortableBlock, PortableDocument

KINDS = ("paragraph", "heading", "quote", "list", "demands", "cases")
TEXTS = ("paragraph", "heading")  # that are nothing but words

Body = list[PortableBlock]


def mark(part: object) -> str:
    """Return by what it is known that a part of a draft is as it was read."""
    text = json.dumps(part, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def kind_of(block: PortableBlock) -> str:
    """Return the kind of a block: the one key that it has beside its id."""
    return next(kind for kind in KINDS if kind in block)


def place_of(body: Sequence[PortableBlock], block_id: str | None) -> int | None:
    """Return where a block stands, from 0; None: it is not there."""
    return next((place for place, each in enumerate(body) if each.get("id") == block_id), None)


def block_of(document: PortableDocument, block_id: str) -> PortableBlock | None:
    """Return a block; None: it is not there."""
    return next((each for each in document["body"] if each.get("id") == block_id), None)


def put_after(
    body: Sequence[PortableBlock], after: str | None, blocks: Iterable[PortableBlock]
) -> Body:
    """Return a body with blocks behind one; at the end where that is gone, or first for ""."""
    place = place_of(body, after)
    start = 0 if after == "" else len(body) if place is None else place + 1
    return [*body[:start], *blocks, *body[start:]]


def replaced(body: Sequence[PortableBlock], block_id: str, blocks: Sequence[PortableBlock]) -> Body:
    """Return a body in which a block is another one, which keeps its id, or several."""
    place = place_of(body, block_id)
    if place is None or not blocks:
        return list(body)
    first: PortableBlock = {**blocks[0], "id": block_id}
    return [*body[:place], first, *blocks[1:], *body[place + 1 :]]


def without(body: Sequence[PortableBlock], block_id: str) -> Body:
    """Return a body without a block."""
    return [each for each in body if each.get("id") != block_id]


def moved(body: Sequence[PortableBlock], block_id: str, after: str) -> Body:
    """Return a body in which a block stands behind another one, or first for ""."""
    place = place_of(body, block_id)
    if place is None or after == block_id:
        return list(body)
    return put_after(without(body, block_id), after, [body[place]])


def beside(body: Sequence[PortableBlock], block_id: str, step: int) -> str | None:
    """Return behind which block one comes by a step (-1 up, 1 down); None: it cannot."""
    place = place_of(body, block_id)
    if place is None or not 0 <= place + step < len(body):
        return None
    before = place - 2 if step < 0 else place + 1
    return body[before]["id"] if before >= 0 else ""


def can_join(before: PortableBlock | None, block: PortableBlock) -> bool:
    """Tell whether a block can become one with that before it: words, or lists."""
    if before is None:
        return False
    kinds = kind_of(before), kind_of(block)
    return all(kind in TEXTS for kind in kinds) or kinds == ("list", "list")


def joined(body: Sequence[PortableBlock], block_id: str) -> Body:
    """Return a body in which a block is one with that before it, which keeps its id and kind."""
    place = place_of(body, block_id)
    if not place or not can_join(body[place - 1], body[place]):
        return list(body)
    before, block = body[place - 1], body[place]
    kind = kind_of(before)
    if kind == "list":
        items = [*before["list"]["items"], *block["list"]["items"]]
        one = cast("PortableBlock", {**before, "list": {**before["list"], "items": items}})
    else:
        words = f"{_words(before)} {_words(block)}"
        one = cast("PortableBlock", {**before, kind: words})
    return [*body[: place - 1], one, *body[place + 1 :]]


def _words(block: PortableBlock) -> str:
    return cast("str", cast("Mapping[str, object]", block)[kind_of(block)])


def turned(block: PortableBlock, kind: str) -> list[PortableBlock]:
    """Return the words of a block as one of another kind, or as several paragraphs."""
    was = kind_of(block)
    if kind not in turns(was):
        return [block]
    lines = _lines(block)
    if kind == "list":
        return [{"list": {"items": lines}}]
    if kind == "quote":
        return [{"quote": {"text": " ".join(lines)}}]
    if kind == "heading":
        return [{"heading": " ".join(lines)}]
    return [{"paragraph": each} for each in lines]


def turns(kind: str) -> tuple[str, ...]:
    """Return which kinds a block may turn into: those of words."""
    if kind not in {*TEXTS, "quote", "list"}:
        return ()
    return tuple(each for each in (*TEXTS, "quote", "list") if each != kind)


def _lines(block: PortableBlock) -> list[str]:
    if "quote" in block:
        quote = block["quote"]
        return [text for text in (quote.get("lead"), quote["text"]) if text]
    if "list" in block:
        return [text for text in (block["list"].get("lead"), *block["list"]["items"]) if text]
    return [_words(block)]


def put_back(now: PortableDocument, before: PortableDocument, block_id: str) -> PortableDocument:
    """Return a draft with a block as it was before it was taken out, and its footnotes."""
    block = block_of(before, block_id)
    place = place_of(before["body"], block_id)
    if block is None or place is None or block_of(now, block_id) is not None:
        return now
    there = {each.get("id") for each in now["body"]}
    ahead = (each["id"] for each in reversed(before["body"][:place]) if each["id"] in there)
    whole = now.copy()
    whole["body"] = put_after(now["body"], next(ahead, ""), [block])
    old = before.get("footnotes", {})
    notes = {label: old[label] for label in labels_in(block) if label in old}
    if notes:
        whole["footnotes"] = {**notes, **now.get("footnotes", {})}
    return whole


# Footnotes come and go with the words that refer to them.


def labels(document: Mapping[str, object]) -> set[str]:
    """Return the labels of all footnotes that the texts of a draft refer to."""
    leaves = walk.leaves_of(document)
    texts = (leaf.text for leaf in leaves if leaf.kind in walk.MARKDOWN)
    return {label for text in texts for label in markdown.footnote_labels(text)}


def labels_in(block: PortableBlock) -> list[str]:
    """Return the labels of the footnotes that a block refers to, each once and in order."""
    return list(
        dict.fromkeys(label for text in texts_of(block) for label in markdown.footnote_labels(text))
    )


def texts_of(part: object) -> list[str]:
    """Return all texts of a block."""
    if isinstance(part, str):
        return [part]
    values = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return [text for value in values for text in texts_of(value)]


def next_label(notes: Iterable[str]) -> str:
    """Return the number of the next footnote."""
    return str(max([int(each) for each in notes if each.isdecimal()], default=0) + 1)


def with_note(text: str, words: str, notes: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return a text that refers to a new footnote, and all footnotes.

    It is the one whose sign the text has already without there being any such; else its sign is put
    at the end.
    """
    waiting = [each for each in markdown.footnote_labels(text) if each not in notes]
    label = waiting[0] if waiting else next_label(notes)
    return text if waiting else f"{text}[^{label}]", {**notes, label: words}


def tidied(document: PortableDocument, before: PortableDocument) -> PortableDocument:
    """Return a draft without the footnotes to which the one before led, and nothing does now."""
    notes = document.get("footnotes", {})
    gone = labels(cast("Mapping[str, object]", before)) - labels(
        cast("Mapping[str, object]", document)
    )
    left = {label: text for label, text in notes.items() if label not in gone}
    if left == notes:
        return document
    rest = document.copy()
    rest["footnotes"] = left
    if not left:
        del rest["footnotes"]
    return rest


def bare_copy(document: PortableDocument) -> PortableDocument:
    """Return a text without those who stood under it, as a draft has it."""
    kept = {key: value for key, value in document.items() if key not in {"signatories", "withheld"}}
    return cast("PortableDocument", kept)
