"""A text with what was said of each of its parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from api.documents.rules import diffs
from api.documents.rules.blocks import StatementText
from api.infra.text import languages
from api.organisations.rules import name_in
from api.pages.rules.facts import CommentPart, CommentThread, Remark
from api.pages.rules.forms import COMMENT, REPLY
from api.pages.rules.sentences import Sentences
from api.reviews.rules import BlockState, words
from api.reviews.service.threads import CommentView
from api.texts.rules import wording
from api.texts.rules.wording import Op

Blocks = Mapping[str, Mapping[str, Any]]  # as they print, by their ids, in order
WHOLE, GONE = "whole", "gone"


def by_part(
    threads: Iterable[CommentView], blocks: Blocks, said: Sentences
) -> dict[str, tuple[CommentThread, ...]]:
    """Return threads by the id of their block; of the whole text, and of parts that are gone."""
    found: dict[str, list[CommentThread]] = defaultdict(list)
    for each in threads:
        part = WHOLE if each.block is None else each.block.id
        found[part if part in {WHOLE, *blocks} else GONE].append(_thread(each, blocks, said))
    return {part: tuple(those) for part, those in found.items()}


def parts(
    text: StatementText, blocks: Blocks, threads: Mapping[str, tuple[CommentThread, ...]]
) -> tuple[CommentPart, ...]:
    """Return the blocks, set, each with its threads; on a heading alone nobody comments."""
    return tuple(
        CommentPart(
            name="" if block["type"] == "heading" else f"{COMMENT}/{block_id}",
            html=html,
            threads=threads.get(block_id, ()),
        )
        for (block_id, block), html in zip(blocks.items(), text.blocks, strict=True)
    )


def fields(
    parts: Iterable[CommentPart], threads: Mapping[str, Sequence[CommentThread]]
) -> set[str]:
    """Return the names of the fields that take words."""
    replies = (f"{REPLY}/{each.head.id}" for those in threads.values() for each in those)
    return {COMMENT, *replies, *(part.name for part in parts if part.name)}


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
        who=_who(view, said),
        when=languages.date_text(view.written_at.date().isoformat(), said.language),
        text=view.text or "",
        is_mine=view.author.is_me,
    )


def _who(view: CommentView, said: Sentences) -> str:
    author = view.author
    if author.is_me:
        return said.say("comment.you")
    if author.organisation_names:
        return name_in(author.organisation_names, said.language)
    if author.name:
        parts = filter(None, [author.name, author.affiliation])
        return languages.comma(said.language).join(parts)
    return said.say(f"comment.by_{author.kind or 'nobody'}")
