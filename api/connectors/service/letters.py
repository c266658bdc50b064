"""The letter that takes a file to whoever enters it into a tool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.coalitions.models import Coalition
from api.connectors.models import Connector, PushFile
from api.connectors.service import files, people
from api.infra.mail.letters import Facts
from api.infra.net.smtp import Attachment
from api.organisations.models import Organisation
from api.organisations.rules import name_in

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session


def forget_file(session: Session, file_id: UUID) -> None:
    """Delete a file that was sent."""
    row = session.get(PushFile, file_id, with_for_update=True)
    if row is not None:
        files.forget(session, row)


def file_facts(session: Session, file_id: UUID) -> Facts | None:
    """Attach a file; None where somebody in it is to be forgotten: the next one comes soon."""
    row = session.get(PushFile, file_id)
    content = None if row is None else files.content(session, row)
    if row is None or content is None:
        return None
    connector = session.get_one(Connector, row.connector_id)
    coalition = session.get_one(Coalition, row.coalition_id)
    whose = session.get_one(Organisation, connector.organisation_id)
    language = coalition.languages[0]
    told = {"label": connector.label, "number": row.rows, "accent": coalition.accent}
    return Facts(
        to=people.settings_of(session, connector)["email"],
        language=language,
        facts={**told, "whose": name_in(whose.names, language)},
        coalition=coalition.name,
        attachments=[Attachment(f"mailing-{row.id}.csv", "text/csv", content)],
    )
