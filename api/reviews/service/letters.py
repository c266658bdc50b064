"""The letters to those who are asked for comments: that they are, and until another day."""

from __future__ import annotations

from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.coalitions.models import Coalition
from api.errors import DomainError
from api.infra.mail import letters
from api.infra.mail.calendars import Deadline
from api.infra.runtime import runtime
from api.infra.security import links
from api.infra.text import zones
from api.organisations.rules import name_in
from api.reviews.models import Commenter, Consultation
from api.reviews.service import rows
from api.signing.service import settings


def facts(session: Session, commenter_id: UUID) -> letters.Facts | None:
    """Return what both letters are made of; None where no comment would be taken any more."""
    row = session.get(Commenter, commenter_id)
    link = links.newest(session, rows.PURPOSE, commenter_id)
    if row is None or row.ended_at is not None or link is None or not rows.belongs(session, row):
        return None
    consultation = session.get_one(Consultation, row.consultation_id)
    try:
        statement = rows.must_be_open(session, consultation)
    except DomainError:
        return None
    who = rows.commenters(session, [row])[row.id]
    coalition = session.get_one(Coalition, row.coalition_id)
    at, of = consultation.closes_at, who.organisation
    zone = zones.told_in(of.zone, of.country, at, consultation.zone) if of else consultation.zone
    closes = at.astimezone(ZoneInfo(zone))
    entry = uuid5(commenter_id, "closes")
    return letters.Facts(
        to=who.email,
        to_name=who.name,
        language=row.language,
        coalition=None if settings.of(session, statement).is_sensitive else coalition.name,
        facts={
            "name": who.name,
            "organisation": who.organisation and name_in(who.organisation.names, row.language),
            "title": statement.title,
            "accent": coalition.accent,
            "link": f"{runtime().settings.public_url}/r/{links.secret_of(session, link)}",
            "closes": closes,
            "note": rows.note_of(session, consultation),
            "read_by": str(consultation.read_by),
        },
        deadlines=[Deadline(entry, consultation.version, closes, is_last=True)],
    )
