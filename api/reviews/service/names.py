"""Names in comments: one that is taken back leaves them, for the case's label."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.cases import rules, service as cases
from api.infra.security import audit, keys
from api.reviews.models import Comment, Consultation

AT_ONCE = 200


def _notes(session: Session, coalition_id: UUID) -> Iterator[tuple[Consultation, str]]:
    query = select(Consultation).where(
        Consultation.coalition_id == coalition_id, Consultation.note.is_not(None)
    )
    for row in session.scalars(query).all():
        yield row, keys.read(session, row, Consultation.note)


def _comments(session: Session, coalition_id: UUID) -> Iterator[tuple[Comment, str]]:
    query = select(Comment).where(
        Comment.coalition_id == coalition_id, Comment.content.is_not(None)
    )
    for row in session.scalars(query.order_by(Comment.id).execution_options(yield_per=AT_ONCE)):
        yield row, keys.read(session, row, Comment.content)["text"]


def said(session: Session, coalition_id: UUID) -> Iterator[str]:
    """Yield all that was said of a coalition's texts, and what was written to who was asked."""
    yield from (note for _, note in _notes(session, coalition_id))
    yield from (text for _, text in _comments(session, coalition_id))


def take_name_back(session: Session, silence: cases.NameSilence) -> list[str]:
    """Put the label where the name stands, if there is one.

    Without one a comment that tells the name is read by coordinators only, as it was written.
    """
    if silence.label is None:
        return []
    names = rules.NameIndex(silence.entry.names)
    coalition_id = silence.entry.case.coalition_id
    for row, note in _notes(session, coalition_id):
        if names.found_in(note):
            keys.write(session, row, Consultation.note, _without(silence, row, "note", note))
            audit.record(session, None, "consultation.relabelled", row)
    told = [each for each in _comments(session, coalition_id) if names.found_in(each[1])]
    for comment, text in told:
        after = _without(silence, comment, "text", text)
        keys.write(session, comment, Comment.content, {"text": after})
        audit.record(session, None, "comment.relabelled", comment)
    session.flush()
    return []


def _without(
    silence: cases.NameSilence, row: Comment | Consultation, field: str, before: str
) -> str:
    kind = "comment" if isinstance(row, Comment) else "consultation"
    place = f"{kind}s/{row.id}#/{field}"
    after = rules.without(before, silence.entry.names, silence.at(place))
    url = f"/v1/{kind}s/{row.id}"
    silence.places.append(cases.Place(place, kind, url, f"/{field}", before, after))
    return after
