"""Comments of a file of Word that came back, on the blocks of the text. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from api.exchange.rules import guessing
from api.exchange.rules.blocks import Arranged
from api.exchange.rules.remarks import Remarks
from api.exchange.rules.return_remarks import WordReturnKind as Kind
from api.exchange.rules.returned import Returned
from api.infra.text import characters
from api.infra.word.text import WordComment

MOST_TEXT = 3000  # characters of a comment
_MOST_WORDS = 120  # of what it is on


@dataclass(frozen=True)
class WordSaid:
    """What somebody says, and who that is by Word."""

    text: str
    author: str


@dataclass(frozen=True)
class WordThread(WordSaid):
    """A comment on a block, or on the whole text, with the replies to it."""

    block: str | None
    is_resolved: bool
    replies: list[WordSaid] = field(default_factory=list)


def threads(
    returned: Returned, where: Arranged, comments: Sequence[WordComment], remarks: Remarks
) -> list[WordThread]:
    """Return the comments, each with the words that it is on before its own."""
    blocks = _blocks(returned, where)
    known = {each["id"]: each for each in comments}
    found: dict[str, WordThread] = {}
    for each in comments:
        top = _top(each, known)
        if top["id"] not in found:
            place = top["paragraph"]
            block = None if place is None else blocks.get(place)
            said = _said(top, remarks, _on(top))
            found[top["id"]] = WordThread(said.text, said.author, block, top["is_resolved"])
        if each is not top and each["text"].strip():
            found[top["id"]].replies.append(_said(each, remarks))
    for name, thread in list(found.items()):
        if not known[name]["text"].strip() and not thread.replies:
            remarks.add(Kind.COMMENTS_WITHOUT_WORDS, known[name]["words"])
            del found[name]
    return list(found.values())


def _blocks(returned: Returned, where: Arranged) -> dict[int, str | None]:
    """Return the block of each paragraph of the file, where the text has one."""
    body, new = returned.body, where.block_of()
    found: dict[int, str | None] = {}
    for place, one in enumerate(body.back):
        block = new.get(place)
        if block is None and one.unit is not None:
            block = body.units[one.unit].block
        found |= dict.fromkeys(one.numbers, block)
    for number, unit in body.of_number.items():
        found[number] = body.units[unit].block or found.get(number)
    return found


def _top(each: WordComment, known: Mapping[str, WordComment]) -> WordComment:
    """Return the comment that begins a thread."""
    top, passed = each, {each["id"]}
    while (parent := known.get(top["parent"] or "")) and parent["id"] not in passed:
        passed.add(parent["id"])
        top = parent
    return top


def _on(comment: WordComment) -> str:
    words = guessing.shortened(" ".join(comment["words"].split()), _MOST_WORDS)
    return f"\u201c{characters.on_one_line(words)}\u201d: " if words else ""


def _said(comment: WordComment, remarks: Remarks, on: str = "") -> WordSaid:
    lines = map(characters.on_one_line, comment["text"].strip().splitlines())
    text = (on + "\n".join(lines)).strip() or "…"
    if len(text) > MOST_TEXT:
        remarks.add(Kind.COMMENTS_CUT, text)
        text = guessing.shortened(text, MOST_TEXT)
    return WordSaid(text, characters.on_one_line(comment["author"]))
