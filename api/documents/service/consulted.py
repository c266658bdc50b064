"""The document of a text for which comments are asked, by the link of somebody who is asked."""

from __future__ import annotations

from dataclasses import replace

from api.documents.rules.rendering import Format, RenderInput
from api.documents.service import Document, look_of, waiting
from api.infra.database.transactions import reading
from api.portable.rules import signing
from api.reviews.service import own
from api.statements import service as statements
from api.statements.models import Statement


def document(secret: str, form: Format) -> Document:
    """Return the newest revision without those who stand under it; nothing of it is kept.

    Raise Busy where others print.
    """
    with reading() as session:
        row, _ = own.followed(session, secret)
        statement = session.get_one(Statement, row.statement_id)
        revision = statements.current_revision(session, statement)
        look = look_of(session, row.coalition_id, revision.document, None)
        edited_on = statements.edited_on(session, statement.id, revision.number)
        nobody = signing.signatories(signing.with_signatories(revision.document, [], 0))
        inputs = RenderInput(revision.printed, nobody, replace(look, edited_on=edited_on), form)
        if form is Format.DOCX:  # it comes back, and is to be known again
            ids = tuple(revision.block_ids)
            inputs = replace(inputs, revision=revision.number, block_ids=ids)
    content = waiting.rendered(row.coalition_id, inputs)
    return Document(content, inputs.key, form, statement.slug)
