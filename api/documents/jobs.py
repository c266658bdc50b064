"""Jobs of documents: long ones printed, and those with a name that was taken back deleted."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from api.documents import service
from api.documents.rules.rendering import Format
from api.documents.service import public
from api.infra.background.jobs import Work


def print_document(work: Work) -> dict[str, str]:
    """Print a document that is too long for a request; its result says where it is."""
    facts = dict(work.facts)
    statement, form = facts.pop("statement_id"), Format(facts.pop("format"))
    wanted = service.DocumentSpec(form, **facts)
    service.print_later(UUID(statement), wanted, work.progress)
    asked = {name: value for name, value in vars(wanted).items() if value is not None}
    return {"url": f"/v1/statements/{statement}/document?{urlencode(asked)}"}


def renew_document(work: Work) -> None:
    """Print a statement once it is published, and anew after a name in it was taken back."""
    public.renew(UUID(work.facts["statement_id"]))


def forget_documents(work: Work) -> None:
    """Delete kept documents that nobody may see any more."""
    statement = work.facts.get("statement_id")
    service.forget(UUID(work.facts["coalition_id"]), statement and UUID(statement))
