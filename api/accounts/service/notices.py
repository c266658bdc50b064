"""The letter that something new lets in as a person: so that they see what was not them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from api.accounts.models import DeskSession, Passkey, User
from api.accounts.rules import NOTICED
from api.accounts.service import person
from api.infra.mail import letters
from api.infra.runtime import runtime


def promise(session: Session, row_id: UUID) -> None:
    """Promise it, of a passkey that was added or of a session by means that are new."""
    letters.promise(session, NOTICED, None, row_id)


def letter(session: Session, row_id: UUID) -> letters.Facts | None:
    """Find what it says; None where that is gone again. Of no coalition, it names none."""
    passkey, began = session.get(Passkey, row_id), session.get(DeskSession, row_id)
    found = passkey or began
    if found is None:
        return None
    who = person(session, session.get_one(User, found.user_id))
    return letters.Facts(
        to=who.email,
        language=who.language or "en",
        facts={
            "what": str(began.means) if began else "passkey",
            "link": f"{runtime().settings.public_url}/desk/you",
        },
    )
