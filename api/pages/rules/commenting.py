"""A text with what was said of each of its parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.documents.rules import diffs
from api.documents.rules.blocks import StatementText
from api.documents.rules.html import shortened
from api.exchange.service.returns import WordFileReport
from api.infra.text import languages
from api.organisations.rules import name_in
from api.pages.rules import suggesting
from api.pages.rules.comment_facts import (
    CommentPart,
    CommentThread,
    FileRead,
    Remark,
    Suggested,
    WordsFold,
)
from api.pages.rules.forms import COMMENT, REPLY
from api.pages.rules.sentences import Sentences
from api.portable.rules.proposals import ProposalKind, TextPlace
from api.reviews.rules import BlockState, words
from api.reviews.service.reading import ReviewAuthor
from api.reviews.service.suggestions import SuggestionView
from api.reviews.service.threads import CommentView
from api.texts.rules import markdown, wording
from api.texts.rules.wording import Op

Blocks = Mapping[str, Mapping[str, Any]]  # as they print, by their ids, in order
WHOLE, GONE = "whole", suggesting.GONE
_LONG = 60  # characters of a part that is named


def by_part(
    threads: Iterable[CommentView], blocks: Blocks, said: Sentences
) -> dict[str, tuple[CommentThread, ...]]:
    """Return threads by the id of their block; of the whole text, and of parts that are gone."""
    found: dict[str, list[CommentThread]] = defaultdict(list)
    for each in threads:
        part = WHOLE if each.block is None else each.block.id
        found[part if part in {WHOLE, *blocks} else GONE].append(_thread(each, blocks, said))
    return {part: tuple(those) for part, those in found.items()}


@dataclass(frozen=True, kw_only=True)
class Around:
    """What is set around the parts of a text, by the part."""

    threads: Mapping[str, tuple[CommentThread, ...]] = field(default_factory=dict)
    suggestions: Mapping[str, tuple[Suggested, ...]] = field(default_factory=dict)
    folds: Mapping[str, WordsFold] = field(default_factory=dict)

    def part(self, key: str, **more: Any) -> CommentPart:
        """Return a part with what was suggested for it."""
        there = self.suggestions.get(key, ())
        return CommentPart(suggestions=there, words=self.folds.get(key), **more)


def parts(text: StatementText, blocks: Blocks, around: Around) -> tuple[CommentPart, ...]:
    """Return the blocks, set, each with what was said; on a heading alone nobody comments."""
    return tuple(
        around.part(
            block_id,
            name="" if block["type"] == "heading" else f"{COMMENT}/{block_id}",
            html=html,
            threads=around.threads.get(block_id, ()),
            insert=suggesting.insert(block_id),
        )
        for (block_id, block), html in zip(blocks.items(), text.blocks, strict=True)
    )


def head(around: Around) -> CommentPart:
    """Return what stands before the first block, where one can be put."""
    return around.part(suggesting.HEAD, insert=suggesting.insert(""))


def notes(around: Around) -> CommentPart:
    """Return what stands below the notes."""
    return around.part(suggesting.NOTES)


def fields(
    parts: Iterable[CommentPart], threads: Mapping[str, Sequence[CommentThread]]
) -> set[str]:
    """Return the names of the fields that take words."""
    replies = (f"{REPLY}/{each.head.id}" for those in threads.values() for each in those)
    return {COMMENT, *replies, *(name for part in parts for name in part.names)}


def _thread(view: CommentView, blocks: Blocks, said: Sentences) -> CommentThread:
    then = None
    block = view.block
    if block is not None and block.then:
        before = "\n".join(block.then)
        after = "\n".join(words(blocks[block.id])) if block.id in blocks else ""
        then = diffs.marked(
            wording.Comparison().pieces(before, after) if after else wording.whole(Op.SAME, before)
        )
    return CommentThread(
        head=_remark(view, said),
        replies=tuple(_remark(each, said) for each in view.replies),
        is_resolved=view.comment.resolved_at is not None,
        has_changed=block is not None and block.state is BlockState.CHANGED,
        then=then,
    )


def _remark(view: CommentView, said: Sentences) -> Remark:
    return Remark(
        id=str(view.comment.id),
        who=_who(view.author, said),
        when=languages.date_text(view.written_at.date().isoformat(), said.language),
        text=view.text or "",
        is_mine=view.author.is_me,
    )


def gave(new: Mapping[str, int], said: Sentences) -> str:
    """Return what is new, each by the key of its words, in a sentence; of what there is none, not.

    "It gave 3 suggestions and 1 comment."
    """
    counted = [said.say(key, count) for key, count in new.items() if count]
    if not counted:
        return said.say("word.gave_nothing")
    return said.say("word.gave", what=languages.joined(counted, said.language))


def file_read(report: WordFileReport, said: Sentences) -> FileRead:
    """Return what came of a file, and what could not be read of it, in a page's language."""
    new = {
        "word.suggestions": sum(each.is_new for each in report.suggestions),
        "word.comments": sum(each.is_new for each in report.comments),
    }
    return FileRead(
        gave(new, said),
        tuple((said.say(f"word.{one.what}"), tuple(one.words)) for one in report.remarks),
    )


def suggested_by_part(
    views: Iterable[SuggestionView],
    places: Sequence[TextPlace],
    blocks: Blocks,
    said: Sentences,
) -> dict[str, tuple[Suggested, ...]]:
    """Return suggestions by the part that they are about: HEAD, NOTES, GONE or a block's id."""
    part_of = {place.target: key for key, place in suggesting.keyed(places)}
    part_of |= {f"block/{block_id}": block_id for block_id in blocks}
    found: dict[str, list[Suggested]] = defaultdict(list)
    for view in views:
        proposal, place = view.proposal, view.place
        if proposal is None or place is None:
            continue
        key = part_of.get(proposal.target or "", GONE)
        if proposal.kind is ProposalKind.INSERTION:
            key = (
                part_of.get(f"block/{proposal.after}", GONE) if proposal.after else suggesting.HEAD
            )
        is_gone = place.state is BlockState.GONE
        found[GONE if is_gone else key].append(_suggested(view, blocks, said))
    return {key: tuple(those) for key, those in found.items()}


def _suggested(view: SuggestionView, blocks: Blocks, said: Sentences) -> Suggested:
    row, answer, place = view.suggestion, view.answer, view.place
    lines = answer.lines if answer and answer.lines else ()
    pieces = place.pieces if place else ()
    return Suggested(
        id=str(row.id),
        who=_who(view.author, said),
        when=languages.date_text(view.written_at.date().isoformat(), said.language),
        what=_what(view, blocks, said),
        texts=tuple(diffs.marked(each) for each in pieces if each),
        reason=view.reason or "",
        state=row.state.value,
        revision=row.held_since,
        answer=(answer.reason or "") if answer else "",
        instead=tuple(diffs.marked(wording.whole(Op.SAME, line)) for line in lines if line),
        is_mine=view.author.is_me,
        has_changed=bool(place and place.state is BlockState.CHANGED),
    )


def _what(view: SuggestionView, blocks: Blocks, said: Sentences) -> str:
    proposal = view.proposal
    if proposal is None or proposal.kind is not ProposalKind.MOVE:
        return said.say(f"suggest.what_{proposal.kind if proposal else 'words'}")
    if proposal.after is None:
        return said.say("suggest.what_move_first")
    block = blocks.get(proposal.after)
    text = shortened(" ".join(map(markdown.plain, words(block))), _LONG) if block else "…"
    return said.say("suggest.what_move", part=text)


def _who(author: ReviewAuthor, said: Sentences) -> str:
    if author.is_me:
        return said.say("comment.you")
    if author.organisation_names:
        return name_in(author.organisation_names, said.language)
    if author.name:
        parts = filter(None, [author.name, author.affiliation])
        return languages.comma(said.language).join(parts)
    return said.say(f"comment.by_{author.kind or 'nobody'}")
