"""What tells of a document whether it is still the same, without reading who stands under it.

It is for this house only, and is shown to nobody: it changes with what is hidden as well. What is
shown, as an ETag or an address, is the hash of what prints.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

import rfc8785
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.coalitions.models import Coalition
from api.documents.models import PrintedDocument
from api.documents.rules import rendering
from api.documents.rules.rendering import Format
from api.infra import clock
from api.infra.database.stamps import stamp_of
from api.infra.database.transactions import transaction
from api.infra.runtime import runtime
from api.signoffs.models import SignOffRound
from api.signoffs.service.rows import SIGNS_OFF
from api.statements.models import Statement
from api.texts.rules import themes


def version_of(
    session: Session, statement: Statement, number: int, form: Format, theme: str
) -> str:
    """Return the hash of the versions of all that goes into a document.

    Whenever its content is another, so is this, if both are read at one moment. Beside the stamps
    are what is not in rows: the time, where members still answer, the settings, and the program.
    """
    coalition = session.get_one(Coalition, statement.coalition_id)
    facts: dict[str, object] = {
        "statement": str(stamp_of(session, statement.id)),
        "revision": number,
        "format": str(form),
        "theme": theme,
        "press": rendering.made_by(),
        "page": runtime().settings.page_size,
        "look": [coalition.accent, coalition.logo_sha256, coalition.logo_type],
    }
    is_asked = statement.state in SIGNS_OFF and number >= statement.revision_number
    if is_asked:
        facts["today"] = clock.today().isoformat()
        facts["is_over"] = _is_over(session, statement.id)
    if is_asked or (form in rendering.PICTURED and themes.shows_logos(theme)):
        facts["members"] = str(stamp_of(session, coalition.id))
    return hashlib.sha256(rfc8785.dumps(facts)).hexdigest()  # type: ignore[arg-type] # all JSON


def unchanged(session: Session, statement: Statement, version: str) -> PrintedDocument | None:
    """Return the document of a version that may be given out; None: it is to be looked at."""
    query = select(PrintedDocument).where(
        PrintedDocument.statement_id == statement.id,
        PrintedDocument.version == version,
        PrintedDocument.taken_back_at.is_(None),
    )
    return session.scalars(query.limit(1)).first()


def known_again(statement_id: UUID, key: str, version: str) -> None:
    """Note that what changed makes no other document than one that is kept."""
    same = update(PrintedDocument).where(
        PrintedDocument.statement_id == statement_id, PrintedDocument.key == key
    )
    with transaction() as session:
        session.execute(same.values(version=version))


def _is_over(session: Session, statement_id: UUID) -> bool:
    deadline = select(SignOffRound.hard_deadline).where(SignOffRound.statement_id == statement_id)
    hard = session.scalar(deadline)
    return hard is not None and hard <= clock.now()
