"""Names in what was said of texts: one that is taken back leaves it, for the case's label."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.cases import rules, service as cases
from api.errors import point
from api.infra.security import audit, keys
from api.portable.rules import secrecy, walk
from api.reviews.models import Comment, Consultation, Suggestion

AT_ONCE = 200
_IN_MARKDOWN = ("lines", "footnotes")
_Said = dict[str, Any]  # the words of a suggestion and of its answer


def _notes(session: Session, coalition_id: UUID) -> Iterator[tuple[Consultation, str]]:
    query = select(Consultation).where(
        Consultation.coalition_id == coalition_id, Consultation.note.is_not(None)
    )
    for row in session.scalars(query).all():
        yield row, keys.read(session, row, Consultation.note)


def _comments(session: Session, coalition_id: UUID) -> Iterator[tuple[Comment, dict[str, str]]]:
    query = select(Comment).where(
        Comment.coalition_id == coalition_id, Comment.content.is_not(None)
    )
    for row in session.scalars(query.order_by(Comment.id).execution_options(yield_per=AT_ONCE)):
        yield row, keys.read(session, row, Comment.content)


def _suggestions(session: Session, coalition_id: UUID) -> Iterator[tuple[Suggestion, _Said]]:
    query = select(Suggestion).where(
        Suggestion.coalition_id == coalition_id, Suggestion.content.is_not(None)
    )
    for row in session.scalars(query.order_by(Suggestion.id).execution_options(yield_per=AT_ONCE)):
        content = keys.read(session, row, Suggestion.content)
        proposal = content["proposal"]
        yield (
            row,
            {
                **{name: proposal[name] for name in _IN_MARKDOWN},
                "reason": content["reason"],
                "answer": keys.read(session, row, Suggestion.answer),
            },
        )


def said(session: Session, coalition_id: UUID) -> Iterator[str]:
    """Yield all that was said of a coalition's texts, and what was written to who was asked."""
    yield from (note for _, note in _notes(session, coalition_id))
    yield from (content["text"] for _, content in _comments(session, coalition_id))
    for _, words in _suggestions(session, coalition_id):
        yield from (leaf.text for leaf in walk.leaves_of(words))


def take_name_back(session: Session, silence: cases.NameSilence) -> list[cases.NamedIn]:
    """Put the label where the name stands, if there is one.

    Without one what tells the name is read by coordinators only, as it was written.
    """
    if silence.label is None:
        return []
    names = rules.NameIndex(silence.entry.names)
    coalition_id = silence.entry.case.coalition_id
    for row, note in _notes(session, coalition_id):
        if names.found_in(note):
            keys.write(session, row, Consultation.note, _without(silence, row, ("note",), note))
            audit.record(session, None, "consultation.relabelled", row)
    told = [each for each in _comments(session, coalition_id) if names.found_in(each[1]["text"])]
    for comment, content in told:
        after = _without(silence, comment, ("text",), content["text"])
        keys.write(session, comment, Comment.content, {**content, "text": after})
        audit.record(session, None, "comment.relabelled", comment)
    for suggestion, words in list(_suggestions(session, coalition_id)):
        if any(names.found_in(leaf.text) for leaf in walk.leaves_of(words)):
            _relabel(session, silence, names, suggestion, words)
            audit.record(session, None, "suggestion.relabelled", suggestion)
    session.flush()
    return []


def _relabel(
    session: Session,
    silence: cases.NameSilence,
    names: rules.NameIndex,
    row: Suggestion,
    words: _Said,
) -> None:
    def changed(path: walk.Path, text: str) -> str:
        return _without(silence, row, path, text) if names.found_in(text) else text

    after = walk.rewritten(words, changed)
    content = keys.read(session, row, Suggestion.content)
    proposal = {**content["proposal"], **{name: after[name] for name in _IN_MARKDOWN}}
    content = {**content, "proposal": proposal, "reason": after["reason"]}
    keys.write(session, row, Suggestion.content, content)
    keys.write(session, row, Suggestion.answer, after["answer"])


def _without(
    silence: cases.NameSilence,
    row: Comment | Consultation | Suggestion,
    path: walk.Path,
    before: str,
) -> str:
    kind, pointer = type(row).__name__.lower(), point(*path)
    place = f"{kind}s/{row.id}#{pointer}"
    label = silence.at(place)
    if kind == "suggestion" and path[0] in _IN_MARKDOWN:
        label = secrecy.plain_label(label)  # as the text has it for which it is suggested
    after = rules.without(before, silence.entry.names, label)
    url = f"/v1/{kind}s/{row.id}"
    silence.places.append(cases.Place(place, kind, url, pointer, before, after))
    return after
