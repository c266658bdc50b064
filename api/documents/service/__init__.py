"""The use cases of documents: a statement, printed, and kept by the hash of what went in."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.coalitions.models import Coalition
from api.documents.models import PrintedDocument
from api.documents.rules import html, rendering
from api.documents.rules.logos import Logo, few
from api.documents.rules.rendering import Format, RenderInput
from api.documents.service import versions, waiting
from api.errors import Gone, NotFound
from api.infra import clock
from api.infra.background import jobs, kept_files
from api.infra.background.jobs import Job
from api.infra.database.transactions import reading, transaction
from api.infra.pdf import pictures
from api.infra.runtime import runtime
from api.infra.sandbox.bulkhead import Busy
from api.infra.sandbox.pool import LimitReached
from api.infra.security import keys
from api.infra.vault import KeyMissing
from api.portable.rules import signing
from api.signatures import service as signatures
from api.signatures.events import SignaturesTakenBack
from api.signatures.rules import Audience
from api.signoffs.service import publishing
from api.statements import service as statements
from api.statements.events import RevisionsTakenBack
from api.statements.models import Revision, Statement
from api.texts.rules import themes
from api.texts.rules.document import PortableDocument

PLACE = "documents.content"
FOLDER = "documents"
PRINT = "documents.print"
RENEW = "documents.renew"
KEY = re.compile("[0-9a-f]{64}\\Z")
MOST_TRIES = 3
OUT_OF_USE = "A name in it was taken back, or it was old when it was made. Print it again."
MOST_IN_A_REQUEST = 200  # signatures; with more it takes longer than a client waits
GATHERED = 10  # percent: names are opened, the layout is to come


@dataclass(frozen=True)
class Document:
    """A rendering, and what it is called."""

    content: bytes
    key: str
    format: Format
    slug: str
    warnings: tuple[str, ...] = ()  # of a draft: what its author should look at


@dataclass(frozen=True)
class DocumentSpec:
    """Which document of a statement."""

    format: Format
    revision: int | None = None  # None: the newest
    theme: str | None = None  # None: the statement's own


@dataclass(frozen=True)
class StatementRender:
    """What goes into a document, and whose it is."""

    statement: Statement
    number: int
    signatures: int
    inputs: RenderInput
    version: str  # of the rows, at the moment of which they are

    @property
    def place(self) -> str:
        return _place(self.statement, self.inputs.key)

    def document(self, content: bytes) -> Document:
        return Document(content, self.inputs.key, self.inputs.format, self.statement.slug)


def _place(statement: Statement, key: str) -> str:
    return f"{FOLDER}/{statement.coalition_id}/{statement.id}/{key}"


def document(
    actor: Actor,
    statement_id: UUID,
    wanted: DocumentSpec,
    is_known: Callable[[str], bool],
) -> Document | Job | str:
    """Return the document of a statement's revision.

    It is kept, sealed, by the hash of what goes in; where the caller has that, only it comes back.
    One of many signatures that is not kept yet becomes a job.
    """
    with reading(one_moment=True) as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        number, version = version_of(session, statement, wanted)
        if (row := versions.unchanged(session, statement, version)) is not None:
            if is_known(row.key):
                return row.key
            if content := kept_bytes(session, statement, row.key):
                return Document(content, row.key, wanted.format, statement.slug)
        is_long = signatures.count(session, statement) > MOST_IN_A_REQUEST
        render = None if is_long else render_of(session, statement, wanted)
        content = kept(session, render) if render else None
    if render is None:
        return _promised(actor, statement, replace(wanted, revision=number), version)
    if content:
        versions.known_again(render.statement.id, render.inputs.key, render.version)
        return render.inputs.key if is_known(render.inputs.key) else render.document(content)
    return _made(actor, render, wanted)


def _made(actor: Actor, render: StatementRender, wanted: DocumentSpec) -> Document | Job:
    if render.signatures <= MOST_IN_A_REQUEST:
        with suppress(Busy, LimitReached):  # which a job is not
            return render.document(print_now(render, is_waited_for=True))
    wanted = replace(wanted, revision=render.number)
    return _promised(actor, render.statement, wanted, render.version)


def _promised(actor: Actor, statement: Statement, wanted: DocumentSpec, version: str) -> Job:
    facts = {"statement_id": str(statement.id), **vars(wanted)}
    with transaction() as session:
        # One of each asker: a job is shown to nobody else, but for coordinators.
        key = f"{PRINT}:{version}:{actor.user_id}"
        return jobs.promise(session, PRINT, statement.coalition_id, facts, by=actor, key=key)


def printed(actor: Actor, statement_id: UUID, key: str) -> Document | Job:
    """Return a document by its key; raise Gone once a name in it was taken back."""
    with reading(one_moment=True) as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        row = session.get(PrintedDocument, (statement.id, key)) if KEY.match(key) else None
        if row is None:
            raise NotFound("No document of this key was printed.")
        if row.taken_back_at is not None:
            raise Gone(OUT_OF_USE)
        wanted = DocumentSpec(Format(row.format), row.revision_number, row.theme)
        content = kept_bytes(session, statement, key)
        if content is not None:
            return Document(content, key, wanted.format, statement.slug)
        render = render_of(session, statement, wanted)
    if render.inputs.key != key:
        raise NotFound("It is not kept any more, and the statement has changed. Print it again.")
    return _made(actor, render, wanted)


def print_later(statement_id: UUID, wanted: DocumentSpec, progress: Callable[[int], None]) -> None:
    """Print a revision with the signatures that it has by now, and keep the document."""
    with reading(one_moment=True) as session:
        statement = session.get(Statement, statement_id)
        if statement is None:
            raise NotFound("The statement was deleted.")
        render = render_of(session, statement, wanted)
        is_kept = kept(session, render) is not None
    progress(GATHERED)
    if is_kept:
        versions.known_again(render.statement.id, render.inputs.key, render.version)
    else:
        print_now(render)


def take_back(session: Session, gone: SignaturesTakenBack | RevisionsTakenBack) -> None:
    """Give out no document of a statement any more that was printed by now."""
    statement_id = gone.statement_id
    printed = update(PrintedDocument).where(PrintedDocument.statement_id == statement_id)
    marked = session.execute(printed.values(taken_back_at=clock.now()))
    if marked.rowcount:  # type: ignore[attr-defined] # of an UPDATE there is one
        promise_renewal(session, gone.coalition_id, statement_id)


def promise_renewal(session: Session, coalition_id: UUID, statement_id: UUID) -> None:
    """Have a published statement printed anew for everybody, once for all who ask."""
    facts = {"statement_id": str(statement_id)}
    jobs.promise(session, RENEW, coalition_id, facts, key=f"{RENEW}:{statement_id}")


def forget(coalition_id: UUID, statement_id: UUID | None) -> None:
    """Delete the kept documents of a statement, or of a whole coalition, that nobody gets."""
    storage = runtime().storage
    folder = f"{FOLDER}/{coalition_id}" + (f"/{statement_id}" if statement_id else "")
    places = list(storage.keys(folder))
    with reading() as session:
        query = select(PrintedDocument.key).where(
            PrintedDocument.coalition_id == coalition_id,
            PrintedDocument.statement_id == statement_id,
            PrintedDocument.taken_back_at.is_(None),
        )
        given_out = set(session.scalars(query))
    for place in places:
        if place.rpartition("/")[2] not in given_out:
            storage.delete(place)


def version_of(session: Session, statement: Statement, wanted: DocumentSpec) -> tuple[int, str]:
    """Return which revision is wanted, and the version of its document, as its render has it.

    Raise as `render_of` does where there is none to be read.
    """
    revision = statements.revision_of(session, statement, wanted.revision)
    theme = wanted.theme or revision.document.get("theme", rendering.THEME)
    version = versions.version_of(session, statement, revision.number, wanted.format, theme)
    return revision.number, version


def render_of(session: Session, statement: Statement, wanted: DocumentSpec) -> StatementRender:
    revision = statements.revision_of(session, statement, wanted.revision)
    return render_of_text(session, statement, revision, wanted)


def render_of_text(
    session: Session, statement: Statement, revision: Revision, wanted: DocumentSpec
) -> StatementRender:
    theme = wanted.theme or revision.document.get("theme", rendering.THEME)
    version = versions.version_of(session, statement, revision.number, wanted.format, theme)
    # Before it is published, the newest text shows who would stand under it now.
    who = publishing if revision.number >= statement.revision_number else signatures
    listed, withheld = who.printed(session, statement, Audience.PUBLIC)
    whole = signing.with_signatories(revision.document, listed, withheld)
    signed = signing.signatories(whole)
    look = look_of(session, statement.coalition_id, revision.document, theme)
    look = replace(look, edited_on=statements.edited_on(session, statement.id, revision.number))
    if wanted.format in rendering.PICTURED and themes.shows_logos(look.theme):
        look = replace(look, logos=_logos(session, statement, whole, signed))
    inputs = RenderInput(revision.printed, signed, look, wanted.format)
    if wanted.format is Format.DOCX:  # it comes back, and is to be known again
        ids = tuple(revision.block_ids)
        inputs = replace(inputs, revision=revision.number, block_ids=ids)
    return StatementRender(statement, revision.number, len(listed) + withheld, inputs, version)


def look_of(
    session: Session,
    coalition_id: UUID,
    document: PortableDocument,
    theme: str | None,
    *,
    is_draft: bool = False,
) -> html.Look:
    coalition = session.get_one(Coalition, coalition_id)
    logo, kind = pictures.logo(coalition) or (None, None)
    return html.Look(
        accent=coalition.accent,
        logo=logo,
        logo_type=kind,
        page_size=runtime().settings.page_size,
        theme=theme or document.get("theme", rendering.THEME),
        is_draft=is_draft,
    )


def _logos(
    session: Session, statement: Statement, whole: PortableDocument, signed: signing.Signatories
) -> tuple[Logo, ...]:
    """Return the logos of organisations that print by name, in the order of their lines."""
    places = {line["text"]: place for place, line in enumerate(signed["lines"])}
    found = {}
    for entry, organisation in publishing.with_logos(session, statement):
        for line in signing.signatories({**whole, "signatories": [entry]})["lines"]:
            if line["text"] in places:  # else it was signed a moment after the lines were read
                found[places[line["text"]]] = line["text"], organisation
    first = (found[place] for place in sorted(found))
    shown = ((name, pictures.logo(organisation)) for name, organisation in first)
    return few(Logo(name, *logo) for name, logo in shown if logo)


def print_now(render: StatementRender, *, is_waited_for: bool = False) -> bytes:
    owner, inputs = render.statement.coalition_id, render.inputs
    content = (
        waiting.rendered(owner, inputs)
        if is_waited_for
        else rendering.rendered(inputs, runtime().pool)
    )
    with transaction() as session:
        sealed = keys.seal_bytes(session, owner, PLACE, render.statement.id, content)
        marked_at = _recorded(session, render)
    _keep(render, sealed, marked_at)
    return content


def _recorded(session: Session, render: StatementRender) -> datetime | None:
    """Record that a document is printed; return since when it is not given out.

    A new one is not until it is known to be right: names may be taken back at any moment.
    """
    place = render.statement.id, render.inputs.key
    if (there := session.get(PrintedDocument, place)) is not None:
        there.version = render.version
        return there.taken_back_at
    now = clock.now()
    row = PrintedDocument(
        statement_id=render.statement.id,
        key=render.inputs.key,
        coalition_id=render.statement.coalition_id,
        format=render.inputs.format,
        theme=render.inputs.look.theme,
        revision_number=render.number,
        version=render.version,
        taken_back_at=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as clash:  # another one prints it at this moment
        found = session.get(PrintedDocument, place)
        if found is None:
            raise NotFound("The statement was deleted a moment ago.") from clash
        return found.taken_back_at
    return now


def _keep(render: StatementRender, sealed: bytes, marked_at: datetime | None) -> None:
    """Keep a document, unless a name in it was taken back since it was begun.

    It is put first and looked at then: `forget` finds what was put before a name was taken back,
    and what was put after that is found here. It is given out from now on if nobody has marked it
    meanwhile: who takes a name back marks every document, those that are marked as well.
    """
    is_right = False
    runtime().storage.put(render.place, sealed)
    try:
        is_right = is_current(render)
    finally:
        _mark(render, marked_at, is_right=is_right)


def _mark(render: StatementRender, marked_at: datetime | None, *, is_right: bool) -> None:
    if is_right and marked_at is None:
        return
    mine = update(PrintedDocument).where(
        PrintedDocument.statement_id == render.statement.id,
        PrintedDocument.key == render.inputs.key,
        PrintedDocument.taken_back_at.is_not_distinct_from(marked_at),
    )
    with transaction() as session:
        if is_right:
            session.execute(mine.values(taken_back_at=None))
        else:
            session.execute(mine.values(taken_back_at=marked_at or clock.now()))
            kept_files.delete_later(session, render.place)


def is_current(render: StatementRender) -> bool:
    """Tell whether the same document would be made now."""
    inputs = render.inputs
    wanted = DocumentSpec(inputs.format, render.number, inputs.look.theme)
    with reading(one_moment=True) as session:
        statement = session.get(Statement, render.statement.id)
        if statement is None:
            return False
        try:
            if version_of(session, statement, wanted)[1] == render.version:
                return True
            return render_of(session, statement, wanted).inputs.key == inputs.key
        except (Gone, NotFound):  # its text was taken back
            return False


def kept(session: Session, render: StatementRender) -> bytes | None:
    """Return a document that was made before, and that may be given out."""
    row = session.get(PrintedDocument, (render.statement.id, render.inputs.key))
    if row is None or row.taken_back_at is not None:
        return None
    return kept_bytes(session, render.statement, render.inputs.key)


def kept_bytes(session: Session, statement: Statement, key: str) -> bytes | None:
    """Return a kept document; one that cannot be read goes, to be made anew."""
    place = _place(statement, key)
    sealed = runtime().storage.get(place)
    if sealed is None:
        return None
    try:
        return keys.unseal_bytes(session, PLACE, statement.id, sealed)
    except (KeyMissing, ValueError):  # ValueError: it is cut short
        runtime().storage.delete(place)
        return None
