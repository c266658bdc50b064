"""All suggestions and comments on a text with their answers, printed; nothing of it is kept."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.documents.rules import compendium as rules
from api.documents.rules.compendium import Compendium
from api.documents.rules.gathering import CompendiumGathering
from api.documents.rules.word import compendium as word
from api.documents.service import look_of, waiting
from api.errors import Conflict
from api.infra.database.transactions import reading
from api.infra.pdf import fonts
from api.portable.rules import printing, proposals
from api.reviews.models import Comment, Consultation, Readership
from api.reviews.rules import Reader
from api.reviews.service.reading import ReviewReading, reader_of
from api.reviews.service.suggestions import SuggestionViews
from api.reviews.service.threads import CommentThreads
from api.texts.rules.words import words


class CompendiumFormat(StrEnum):
    """What a compendium is printed as."""

    PDF = "pdf"
    DOCX = "docx"
    HTML = "html"


class CompendiumAudience(StrEnum):
    """For whom it is.

    `coordinators`: all that who asks may read. `commenters`: what everybody who was asked may read.
    """

    COORDINATORS = "coordinators"
    COMMENTERS = "commenters"


class OnlyForCoordinators(Conflict, title="This was said to the coordinators only"):
    """Who is asked was told that nobody else reads it."""


def printed(
    actor: Actor,
    consultation_id: UUID,
    form: CompendiumFormat,
    audience: CompendiumAudience,
    revision: int | None,
) -> tuple[bytes, str]:
    """Return a compendium's bytes and the statement's slug, beside a revision or the draft.

    Raises Busy where others are at it, LimitReached if it is long.
    """
    with reading() as session:
        row = load(session, actor, Consultation, consultation_id, Role.EDITOR)
        reader = reader_of(actor, row.coalition_id)
        if audience is CompendiumAudience.COMMENTERS:
            reader = _anybody_asked(row)
        seen = ReviewReading(session, row, reader, revision)
        compendium = _gathered(session, seen, audience)
        owner, slug = row.coalition_id, seen.statement.slug
        look = look_of(session, owner, seen.text.document, None)
    if form is CompendiumFormat.DOCX:
        logo = waiting.logo(owner, look, compendium.printed["coalition"])
        return word.document(compendium, look, logo), slug
    if form is CompendiumFormat.HTML:
        return rules.page(compendium, look, for_paper=False).encode(), slug
    # People say what they like, in signs that their own fonts have.
    page = fonts.spelled(rules.page(compendium, look, for_paper=True))
    return waiting.laid_out(owner, page, look), slug


def _anybody_asked(row: Consultation) -> Reader:
    """Return who reads what everybody may who is asked: a commenter who wrote nothing."""
    if row.read_by is Readership.COORDINATORS:
        raise OnlyForCoordinators("Print it for the coordinators, and hand it to nobody else.")
    return Reader(uuid4())


def _gathered(session: Session, seen: ReviewReading, audience: CompendiumAudience) -> Compendium:
    said = printing.resolve(seen.text.document)
    query = select(Comment).where(
        Comment.consultation_id == seen.consultation.id, Comment.parent_id.is_(None)
    )
    roots = session.scalars(query.order_by(Comment.created_at, Comment.id)).all()
    places = proposals.targets_of(seen.text)
    gathering = CompendiumGathering(
        said, seen.now, places, words(said["language"]), seen.tells_name
    )
    found = gathering.gather(SuggestionViews(seen).all(), CommentThreads(seen).threads(roots))
    return Compendium(
        printed=said,
        number=seen.number,
        is_for_coordinators=audience is CompendiumAudience.COORDINATORS,
        counts=gathering.counts,
        places=found,
    )
