"""/desk/…/signatures/table: who signed on paper or elsewhere comes in by a table, with its scan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Actor, Role
from api.desk.routes.base import at, led, one, to
from api.desk.routes.importing import Hidden, TableKind, TableScreen
from api.desk.routes.signing_base import statement_of
from api.desk.routes.visiting import actor
from api.desk.rules import importing
from api.errors import Code, Fault, Invalid, NotFound
from api.infra.tables.matching import Taking
from api.signatures import rules, schemas
from api.signatures.service import evidence, tables
from api.signatures.service.evidence import NoScan
from api.statements import service as statements
from api.web.guard import FORM, MULTIPART

_A_FORM = 100_000  # bytes around the files


def _take(who: Actor, whose: UUID, how: Taking, hidden: Hidden) -> Callable[..., Any]:
    try:
        kept = UUID(hidden["evidence_id"]) if hidden.get("evidence_id") else None
    except ValueError:
        raise NotFound("The page that led here is old. Load it again.") from None
    return partial(
        tables.take_in,
        who,
        whose,
        hidden["revision_sha256"],
        partial=how.partial,
        preview=how.preview,
        evidence_id=kept,
    )


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/signatures/table", "signatures_in")
class SignaturesIn(TableScreen):
    least = Role.COORDINATOR
    kind = "signatures"
    of = TableKind(_take, rules.LAYOUT, schemas.SignatoryIn, "signatures")

    def get(self, coalition_id: UUID, **inner: UUID) -> AnyResponse:
        """Ask for the file, where there is a text that can be signed."""
        if not statement_of(inner["statement_id"]).revision_number:
            return led(to("signatures", **inner))
        return super().get(coalition_id, **inner)

    def post(self, coalition_id: UUID, **inner: UUID) -> AnyResponse:
        """Show what would become of it, or enter it under the text that they saw."""
        if not statement_of(inner["statement_id"]).revision_number:
            return led(to("signatures", **inner))
        return super().post(coalition_id, **inner)

    # A table, packed for the form, and a scan.
    post.takes = (  # type: ignore[attr-defined] # a mark that the guard reads
        (FORM, MULTIPART),
        importing.MOST_BYTES * 4 // 3 + rules.MOST_OF_A_SCAN + _A_FORM,
    )

    def hidden(self, inner: Mapping[str, UUID]) -> Hidden:
        """Return which text they saw, and the scan that is kept already."""
        statement = statement_of(inner["statement_id"])
        newest = statements.revision(actor(), statement.id, statement.revision_number)
        found = {"revision_sha256": one("revision_sha256") or newest.sha256}
        return found | ({"evidence_id": one("evidence_id")} if one("evidence_id") else {})

    def with_scan(self, inner: Mapping[str, UUID], hidden: Hidden) -> Hidden:
        """Keep the scan of what they signed on paper."""
        file = request.files.get("scan")
        content = file.read() if file else b""
        if not content:
            return hidden
        kind = rules.evidence_type(content, "") or "application/octet-stream"
        try:
            kept = evidence.put(actor(), inner["statement_id"], content, kind, None)
        except NoScan:
            wrong = Fault("/scan", Code.UNREADABLE, "The scan is no PDF and no picture.")
            raise Invalid("The scan cannot be kept.", [wrong]) from None
        return {**hidden, "evidence_id": str(kept.row.id)}
