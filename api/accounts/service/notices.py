"""The letter that something new lets in as a person: so that they see what was not them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from api.accounts.models import DeskSession, User
from api.accounts.rules import NOTICED
from api.accounts.service import person
from api.infra.mail import letters
from api.infra.runtime import runtime


def promise(session: Session, row_id: UUID) -> None:
    """Promise it, of a session by means that are new, or of a user who got a passkey.

    Not of the passkey: whoever adds one and removes it at once would leave nothing to tell of.
    """
    letters.promise(session, NOTICED, None, row_id)


def letter(session: Session, row_id: UUID) -> letters.Facts | None:
    """Find what it says; None where its user is gone. Of no coalition, it names none."""
    began = session.get(DeskSession, row_id)
    user = session.get(User, began.user_id if began else row_id)
    if user is None:
        return None
    who = person(session, user)
    return letters.Facts(
        to=who.email,
        language=who.language or "en",
        facts={
            "what": str(began.means) if began else "passkey",
            "link": f"{runtime().settings.public_url}/desk/you",
        },
    )
