"""The public page of a statement as it would be, for who sets how it is signed."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.coalitions.models import Coalition
from api.infra.database.transactions import reading
from api.signatures.service import counts
from api.signing import rules
from api.signing.service.reader import Phase, Public
from api.signing.service.receiving import mailers_of
from api.signing.service.settings import of
from api.statements import service as statements
from api.statements.models import Signing, Statement

# What of a page its settings decide, and somebody may try before it is kept.
TRIED = ("takes_individuals", "takes_organisations", "shows_list", "is_sensitive")


def previewed(
    actor: Actor, statement_id: UUID, language: str | None, tried: Mapping[str, bool]
) -> Public:
    """Return a statement as its public page would show it while it is open; nothing is kept.

    `tried` are settings of TRIED in place of those that are kept.
    """
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR)
        kept = of(session, statement)
        told = {name: tried.get(name, getattr(kept, name)) for name in TRIED}
        names = ("statement_id", "address", "opens_at", "closes_at", "zone")
        row = Signing(**{name: getattr(kept, name) for name in names}, **told)
        coalition = session.get_one(Coalition, statement.coalition_id)
        tongue = language or statement.language
        offered = mailers_of(session, kept.mailing_organisation_ids, tongue)
        revision = statements.current_revision(session, statement)  # or NotFrozen
        return Public(
            statement=statement,
            signing=row,
            coalition=coalition,
            revision=revision,
            phase=Phase.OPEN,
            consents=rules.consents(tongue, coalition.name, offered),
            counts=counts.of(session, statement),
            edited_on=statements.edited_on(session, statement.id, statement.revision_number),
            successor=None,
        )
