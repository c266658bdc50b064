"""What leaves: the signatories for whom a statement is for, for a mailing tool, or to come back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.infra.database.transactions import reading, transaction
from api.infra.security import audit
from api.organisations.models import Organisation
from api.signatures import rules
from api.signatures.models import Consent, Purpose, Signature, Source
from api.signatures.rules import Audience, EffectiveState, Signatory
from api.signatures.service import lists, rows
from api.signatures.service.lists import Wanted
from api.signatures.service.rows import SignatureView
from api.statements.models import Statement


class For(StrEnum):
    """For whom signatories are written out.

    `addressee`: what prints, and nothing else. `crm`: a mailing tool: with addresses and
    consents. `import`: to be entered again.
    """

    ADDRESSEE = "addressee"
    CRM = "crm"
    IMPORT = "import"


def exported(
    actor: Actor, statement_id: UUID, whom: For, wanted: Wanted, reason: str | None = None
) -> Iterator[list[Signatory]]:
    """Return batches of a statement's signatories, those that count unless others are wanted.

    Where more leaves than everybody may read, the record says who took it, for whom and why.
    """
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        if whom is For.CRM:
            actor.must(statement.coalition_id, Role.COORDINATOR)
        audience = rows.audience_of(actor, statement.coalition_id)
    asked = {"state": EffectiveState.COUNTED, **wanted}
    if whom is For.ADDRESSEE:
        audience, asked = Audience.PUBLIC, {**wanted, "state": EffectiveState.COUNTED}
    if audience is Audience.COORDINATOR:
        with transaction() as session:
            told = {"for": whom, "reason": reason, **asked}
            audit.record(session, actor, "signature.exported", statement, told)

    def write(session: Session, found: Sequence[Signature]) -> list[Signatory]:
        shown = rows.shown(session, statement, found, audience)
        if whom is For.CRM:
            batch = _for_crm(session, statement, shown)
        elif whom is For.ADDRESSEE:
            batch = [rules.clean(each.who, each.signature.day) for each in shown]
        else:
            batch = [{**each.who, "day": each.signature.day.isoformat()} for each in shown]
        return [facts for facts in batch if facts.get("name") or whom is For.IMPORT]

    return lists.batches(statement, audience, asked, write)


def _for_crm(
    session: Session, statement: Statement, shown: Sequence[SignatureView]
) -> list[Signatory]:
    consents = _consents(session, statement, [each.signature.id for each in shown])
    batch = []
    for each in shown:
        signature, agreed = each.signature, consents[each.signature.id]
        facts = {field: each.who[field] for field in rules.OF_CRM if field in each.who}
        is_asked = any(one["purpose"] == Purpose.MAILINGS for one in agreed)
        if signature.source is Source.PUBLIC and not is_asked:
            facts.pop("email", None)  # nobody may write there
        batch.append(
            {
                "id": str(signature.id),
                **facts,
                "language": signature.language,
                "source": signature.source.value,
                "day": signature.day.isoformat(),
                "consents": agreed,
            }
        )
    return batch


def _consents(
    session: Session, statement: Statement, ids: Sequence[UUID]
) -> dict[UUID, list[dict[str, str]]]:
    """Return what each signatory agreed to and has not taken back."""
    query = (
        select(Consent, Organisation.names)
        .outerjoin(Organisation, Organisation.id == Consent.organisation_id)
        .where(Consent.signature_id.in_(ids), Consent.taken_back_on.is_(None))
        .order_by(Consent.given_on, Consent.id)
    )
    found: dict[UUID, list[dict[str, str]]] = defaultdict(list)
    for consent, names in session.execute(query):
        told = {"purpose": consent.purpose.value, "given_on": consent.given_on.isoformat()}
        if names is not None:
            name = names.get(statement.language) or next(iter(names.values()))
            told |= {"organisation_id": str(consent.organisation_id), "organisation": name}
        found[consent.signature_id].append(told)
    return found
