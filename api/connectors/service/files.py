"""Files of who is to be subscribed and who is to be taken off, for the tool that nobody named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.coalitions.models import Coalition
from api.connectors import rules
from api.connectors.models import Connector, Push, PushAction, PushFile, PushState
from api.connectors.service import people
from api.connectors.service.people import Ready
from api.errors import Gone
from api.infra import clock
from api.infra.database import paging
from api.infra.database.paging import Page, PageRequest
from api.infra.database.transactions import reading, transaction
from api.infra.mail import letters
from api.infra.net.smtp import Attachment
from api.infra.security import audit
from api.infra.security.sealed_files import SealedFiles
from api.infra.tables import csv_files
from api.organisations.models import Organisation
from api.organisations.rules import name_in

FILES = SealedFiles("connector-files", PushFile)
LETTER = "connectors.file"
MOST = 10_000  # rows of one file


def write(connector_id: UUID) -> int:
    """Write what waits into files; return how many rows. Each is kept whole, or not at all."""
    written, lease = 0, uuid4()
    while number := _write_one(connector_id, lease):
        written += number
    return written


def _write_one(connector_id: UUID, lease: UUID) -> int:
    """Write a file of what waits and return how many rows were looked at."""
    with transaction() as session:
        connector = session.get(Connector, connector_id, with_for_update=True)
        if connector is None:
            return 0
        connector.filed_at = clock.now()
        query = select(Push).where(people.waiting(connector.id, lease))
        ordered = query.order_by(Push.action.desc(), Push.created_at, Push.id)
        found = session.scalars(ordered.limit(MOST).with_for_update()).all()
        settings = people.settings_of(session, connector)
        ready = _ready(session, connector, found, lease)
        cells, done = [], []
        for push, person, email in people.without_suppressed(session, connector, settings, ready):
            cells.append(rules.row_of(push.action, email, push.mailing_list or "", person))
            done.append(push)
        if done:
            _keep(session, connector, settings, cells, done)
        return len(found)


def _ready(
    session: Session, connector: Connector, found: Sequence[Push], lease: UUID
) -> list[Ready]:
    ready: list[Ready] = []
    for push in found:
        person, email = None, people.address_of(session, push)
        if push.action is PushAction.SUBSCRIBE:
            person = people.person(session, connector, push.signature_id)
            email = None if person is None else person.email
        if email is not None:
            ready.append((push, person, email))
        elif push.mailing_list is None:
            session.delete(push)  # they are not to be told of, since a moment ago
        else:
            push.lease = lease  # the next look takes them off
    return ready


def _keep(
    session: Session,
    connector: Connector,
    settings: Mapping[str, str],
    cells: list[dict[str, str]],
    done: list[Push],
) -> None:
    columns = [*rules.COLUMNS, *connector.fields.values()]
    content = csv_files.written(columns, cells, header=True).encode()
    file_id = uuid4()
    owner = connector.coalition_id
    secret = FILES.put(owner, file_id, content)
    row = PushFile(
        id=file_id,
        coalition_id=owner,
        connector_id=connector.id,
        secret=FILES.sealed(session, owner, file_id, secret),
        rows=len(done),
        bytes=len(content),
        is_sent=bool(settings.get("email")),
    )
    session.add(row)
    session.flush()
    for push in done:
        push.state, push.fault = PushState.DONE, people.lasting(push)
        push.file_id, push.changed_at = file_id, clock.day()  # an address stays as long as its file
    audit.record(session, None, "connector.file_written", connector, {"rows": len(done)})
    if row.is_sent:
        letters.promise(session, LETTER, owner, file_id)


def drop(session: Session, push: Push) -> None:
    """Delete the file that somebody is in who is to be forgotten; the others go into the next."""
    row = push.file_id and session.get(PushFile, push.file_id)
    if not row:
        return
    others = update(Push).where(Push.file_id == row.id, Push.id != push.id)
    again = {
        "state": PushState.WAITING,
        "file_id": None,
        "number": Push.number + 1,
        "lease": None,
    }
    session.execute(others.values(again))
    push.file_id = None
    forget(session, row)


def forget(session: Session, row: PushFile) -> None:
    """Delete a file, and the addresses that were kept as long as it."""
    FILES.delete_later(session, row)
    session.flush()
    mine = update(Push).where(Push.file_id == row.id)
    session.execute(mine.values(address=None, file_id=None))
    session.delete(row)
    session.flush()


def forget_all(session: Session, connector: Connector) -> None:
    """Delete the files of a connector."""
    for row in session.scalars(select(PushFile).where(PushFile.connector_id == connector.id)):
        forget(session, row)


def of_connector(actor: Actor, connector_id: UUID, page: PageRequest) -> Page[PushFile]:
    """Return the files of a connector, the latest first."""
    with reading() as session:
        connector = load(session, actor, Connector, connector_id, Role.COORDINATOR)
        query = select(PushFile).where(PushFile.connector_id == connector.id)
        return paging.page(session, query, page, descending=True)


def fetch(actor: Actor, file_id: UUID) -> bytes:
    """Return what a file holds."""
    with reading() as session:
        row = load(session, actor, PushFile, file_id, Role.COORDINATOR)
        found = FILES.read(session, row)
        if found is None:
            raise Gone("Its file is not in the storage. Synchronise to have a new one written.")
        return found


def forget_sent(session: Session, file_id: UUID) -> None:
    """Delete a file that was sent."""
    row = session.get(PushFile, file_id, with_for_update=True)
    if row is not None:
        forget(session, row)


def letter_facts(session: Session, file_id: UUID) -> letters.Facts | None:
    """Attach a file; None where somebody in it is to be forgotten: the next one comes soon."""
    row = session.get(PushFile, file_id)
    found = None if row is None else FILES.read(session, row)
    if row is None or found is None:
        return None
    connector = session.get_one(Connector, row.connector_id)
    coalition = session.get_one(Coalition, row.coalition_id)
    whose = session.get_one(Organisation, connector.organisation_id)
    language = coalition.languages[0]
    told = {"label": connector.label, "number": row.rows, "accent": coalition.accent}
    return letters.Facts(
        to=people.settings_of(session, connector)["email"],
        language=language,
        facts={**told, "whose": name_in(whose.names, language)},
        coalition=coalition.name,
        attachments=[Attachment(f"mailing-{row.id}.csv", "text/csv", found)],
    )
