"""What the screens of consultations share: a consultation in words, and what was said of a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from api.coalitions import service as coalitions
from api.coalitions.models import Member
from api.desk.routes import statement_base
from api.desk.routes.base import said, to, when
from api.desk.routes.visiting import actor, coalition_of_address
from api.desk.rules import typed_facts
from api.desk.rules.reviewing import ConsultationFacts, DecidingFacts, ReviewPart
from api.documents.rules import blocks
from api.documents.rules.blocks import StatementText
from api.infra.database import paging
from api.infra.text import languages
from api.organisations.rules import name_in
from api.pages.rules import commenting
from api.pages.rules.comment_facts import Suggested
from api.portable.rules import identity, printing, proposals
from api.portable.rules.diff import Version
from api.reviews.models import Readership
from api.reviews.service import consultations
from api.reviews.service.rows import ConsultationView
from api.reviews.service.suggestions import SuggestionView
from api.reviews.service.threads import CommentView
from api.statements.models import Statement
from api.texts.rules.document import PortableDocument


def consultation_of(consultation_id: UUID) -> tuple[ConsultationView, Statement]:
    """Return a consultation of the coalition of the address, and its statement."""
    found = consultations.consultation(actor(), consultation_id)
    return found, statement_base.statement_of(found.consultation.statement_id)


def facts(view: ConsultationView) -> ConsultationFacts:
    """Return a consultation as it stands over what was said in it."""
    row = view.consultation
    return ConsultationFacts(
        id=str(row.id),
        version=row.version,
        closes=when(row.closes_at, row.zone),
        read_by=said().say(f"consult.read_{row.read_by}"),
        is_shared=row.read_by is not Readership.COORDINATORS,
        is_open=view.is_open,
        note=view.note or "",
        asked=view.commenters,
        is_kept=row.is_kept,
        unresolved=view.unresolved,
        undecided=view.undecided,
        closes_at=typed_facts.local(row.closes_at, row.zone),
        zone=row.zone,
    )


def listed(statement: Statement, here: UUID | None) -> list[tuple[str, str, bool]]:
    """Return a statement's consultations, the newest first: address, words, whether it is here."""
    found = paging.every(lambda page: consultations.of_statement(actor(), statement.id, page))
    words = said()
    return [
        (
            to("consultation", consultation_id=each.consultation.id),
            words.say(
                "consult.of_version",
                number=str(each.consultation.revision_number),
                day=languages.date_text(
                    each.consultation.created_at.date().isoformat(), words.language
                ),
            ),
            each.consultation.id == here,
        )
        for each in found
    ]


def deciding(view: SuggestionView, shown: Suggested) -> DecidingFacts:
    """Return a suggestion as it is decided."""
    proposal, place = view.proposal, view.place
    return DecidingFacts(
        shown=shown,
        lines=proposal.lines if proposal else (),
        now=(place.now if place else None) or (),
        is_guess=view.suggestion.is_guess,
        collides=len(view.collides_with),
        collides_with_text=view.collides_with_text,
        tells_name=view.tells_name,
        written_by=view.written_by or "",
    )


def decided(
    document: PortableDocument, views: Iterable[SuggestionView]
) -> dict[str, DecidingFacts]:
    """Return suggestions by their ids."""
    parts = of_parts(document, (), list(views))
    return {each.shown.id: each for part in parts.values() for each in part.suggestions}


def of_parts(
    document: PortableDocument,
    threads: Sequence[CommentView],
    suggestions: Sequence[SuggestionView],
) -> Mapping[str, ReviewPart]:
    """Return what was said by the part of the text: blocks, its head and notes, what is gone."""
    words, ids = said(), [each["id"] for each in document["body"]]
    bare = identity.bare(document)
    printed = printing.resolve(bare)
    known = cast("Mapping[str, Mapping[str, Any]]", dict(zip(ids, printed["blocks"], strict=True)))
    places = proposals.targets_of(Version(bare, ids))
    said_of = commenting.by_part(threads, known, words)
    made = commenting.suggested_by_part(suggestions, places, known, words)
    views = {str(each.suggestion.id): each for each in suggestions}
    return {
        key: ReviewPart(
            id=key,
            threads=said_of.get(key, ()),
            suggestions=[deciding(views[each.id], each) for each in made.get(key, ())],
        )
        for key in {*said_of, *made}
    }


def text_of(document: PortableDocument) -> StatementText:
    """Return the draft, set block by block."""
    return blocks.text(printing.resolve(identity.bare(document)))


def members() -> Sequence[Member]:
    """Return the members of the coalition of the address, with their organisations."""
    coalition_id = coalition_of_address()
    if coalition_id is None:
        return ()
    return list(paging.every(lambda page: coalitions.members(actor(), coalition_id, page)))


def name_of(member: Member) -> str:
    """Return what a member is called."""
    return name_in(member.organisation.names, said().language)
