"""What sign-offs add to the app."""

from __future__ import annotations

from api.cases import service as cases
from api.infra.background.events import Listener
from api.infra.background.jobs import JobKind
from api.infra.feature import Feature
from api.infra.mail.letters import LetterKind
from api.infra.queue import Lane
from api.organisations.events import RepresentativeChanged
from api.signatures.service.changes import EntryWarner
from api.signatures.service.evidence import EvidenceUse
from api.signoffs import jobs
from api.signoffs.routes import blueprint
from api.signoffs.service import (
    appearances,
    edit_notices,
    keeping,
    letters,
    mentions,
    named,
    publishing,
    redaction,
    requests,
    rounds,
)
from api.statements.events import StatementMoved, StatementRevised
from api.statements.service import TextWarner

FEATURE = Feature(
    blueprint=blueprint,
    jobs=(
        JobKind("signoffs.remind", jobs.remind, when=rounds.is_due),
        JobKind(
            "signoffs.tell_choice", jobs.tell_choice, when=appearances.is_due, lane=Lane.DOCUMENTS
        ),
        JobKind("signoffs.forget_evidence", jobs.forget_evidence, when=keeping.is_due),
    ),
    letters=(
        LetterKind(requests.REQUEST, letters.owing_facts),
        LetterKind(requests.AGAIN, letters.again_facts),
        LetterKind(requests.REMINDER, letters.owing_facts),
        LetterKind(requests.HANDED, letters.owing_facts),
        LetterKind(requests.HALF, letters.owing_facts),
        LetterKind(requests.EDITED, letters.edited_facts),
        LetterKind(edit_notices.CORRECTED, letters.corrected_facts, after=edit_notices.forget),
        LetterKind(requests.APPEARANCE, letters.appearance_facts),
        LetterKind(requests.CLOSED, letters.closed_facts),
        LetterKind(named.LETTER, named.letter),
    ),
    listeners=(
        Listener(StatementMoved, publishing.sign_approvals),
        Listener(StatementMoved, keeping.count_days),
        Listener(StatementRevised, requests.tell_of_revision),
        Listener(StatementRevised, edit_notices.tell_of_revision),
        Listener(RepresentativeChanged, requests.follow_representative),
    ),
    extensions=(
        cases.NamesPeople(said=redaction.said, take_back=redaction.take_name_back),
        EvidenceUse(keeping.is_evidence),
        EntryWarner(appearances.warn_of_member),
        TextWarner(mentions.of_draft, mentions.of_outgoing),
    ),
)
