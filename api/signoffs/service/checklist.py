"""What somebody should look at before a text is published: what stops it, and what is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.infra.database.transactions import reading
from api.portable.rules import printing
from api.signing.service import settings
from api.signoffs import rules
from api.signoffs.rules import Status
from api.signoffs.service import mentions, rows
from api.signoffs.service.mentions import MentionWarning
from api.signoffs.service.rows import BoardEntry
from api.statements import service as statements
from api.statements.models import Statement
from api.statements.service import CaseToConfirm, StaleCase

UNANSWERED = rules.OUTSTANDING | {Status.NOT_ASKED, Status.NOBODY_TO_ASK}


@dataclass(frozen=True)
class Checklist:
    """What stands in the way of publishing a text, and what does not and is worth a look."""

    statement: Statement
    is_frozen: bool  # its newest revision is the draft as it stands
    is_sensitive: bool
    closed_cases: Sequence[CaseToConfirm]
    mentions: Sequence[MentionWarning]  # each to be confirmed by its key
    stale_cases: Sequence[StaleCase]
    unanswered: Sequence[BoardEntry]

    @property
    def unanswered_ids(self) -> list[UUID]:
        return [entry.member.id for entry in self.unanswered]

    @property
    def is_ready(self) -> bool:
        """Whether it is published at a word, with nothing to be confirmed."""
        is_confirmed = all(each.is_confirmed for each in self.closed_cases)
        is_frozen = self.is_frozen and self.statement.state in rows.SIGNS_OFF
        return is_frozen and is_confirmed and not self.mentions


def read(actor: Actor, statement_id: UUID, case_days: int) -> Checklist:
    """Return the checklist of a text; cases are told by what stands for them in public."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.COORDINATOR)
        whole = statements.whole_draft(session, statement)
        printed = printing.resolve(whole)
        number, sha256 = statement.revision_number, printing.fingerprint(printed)
        newest = statements.current_revision(session, statement).sha256 if number else None
        board = rows.read_board(session, statement)
        owner = statement.coalition_id
        return Checklist(
            statement,
            newest == sha256,
            settings.of(session, statement).is_sensitive,
            statements.to_confirm(session, statement, whole),
            mentions.warned(session, board, printed, sees_all=True),
            statements.unverified(session, owner, whole, case_days),
            [entry for entry in board.entries if entry.status in UNANSWERED],
        )
