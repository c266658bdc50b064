"""What a sealed value is bound to: rows that are there are read by these very words."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from api.cases.models import Case, CaseStatusChange
from api.infra.security import keys
from api.mailings.models import MailServer
from api.webhooks.models import Endpoint

if TYPE_CHECKING:
    from sqlalchemy.orm import InstrumentedAttribute

    from api.infra.database.columns import Base

SOME = UUID(int=7)
PLACES = {
    "addressees.email",
    "approvers.person",
    "audit_entries.salt",
    "blocks.value",
    "case_status_changes.evidence",
    "cases.identity",
    "connector_files.secret",
    "connector_pushes.address",
    "connectors.settings",
    "day_keys.secret",
    "desk_sessions.device",
    "deliveries.note",
    "demand_status_changes.evidence",
    "evidence.secret",
    "idempotency.answer",
    "invalidations.rule",
    "invitations.person",
    "mail_servers.login",
    "mail_servers.mailbox_login",
    "passkeys.label",
    "pending_signatures.request",
    "representatives.identity",
    "responses.words",
    "revisions.secrets",
    "revisions.taken_back",
    "roles.identity",
    "sign_in_challenges.facts",
    "sign_offs.content",
    "signature_identities.identity",
    "statements.choice",
    "statements.draft_secrets",
    "statements.taken_back",
    "suppressions.email",
    "users.identity",
    "webhook_endpoints.access",
}


def test_every_sealed_column_has_the_place_that_it_always_had() -> None:
    there = {place for place, _ in keys.sealed_columns()}

    assert there >= PLACES


@pytest.mark.parametrize(
    ("row", "column", "place"),
    [
        (Case(id=SOME), Case.identity, "cases.identity"),
        (CaseStatusChange(id=SOME), CaseStatusChange.evidence, "case_status_changes.evidence"),
        (Endpoint(id=SOME), Endpoint.access, "webhook_endpoints.access"),
        (MailServer(coalition_id=SOME), MailServer.login, "mail_servers.login"),
    ],
)
def test_a_row_is_sealed_at_its_column_and_its_primary_key(
    row: Base, column: InstrumentedAttribute[bytes], place: str
) -> None:
    assert keys.place_of(row, column) == (place, SOME)
