"""The board: who is where, what is outstanding, and what would print now."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.infra.database.transactions import reading
from api.portable.rules import signing
from api.portable.rules.signing import SignatoryLine
from api.signatures.rules import Audience
from api.signatures.service import lists as signatures
from api.signoffs import rules
from api.signoffs.rules import Status
from api.signoffs.service import mentions, rows
from api.signoffs.service.publishing import corrected_name, printed
from api.signoffs.service.rounds import RoundView
from api.signoffs.service.rows import BoardEntry
from api.statements import service as statements
from api.statements.models import Statement

MOST_PEOPLE = 200  # who signed, of whom a board has the lines that would print


def read(actor: Actor, statement_id: UUID, *, most_people: int = MOST_PEOPLE) -> dict[str, object]:
    """Return where each member is; others than coordinators see who shows that it approved.

    Of what would print, people who signed are left out where they are more than `most_people`:
    their list is one of pages, and the board has how many there are.
    """
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        board = rows.read_board(session, statement)
        sees_all = actor.may(statement.coalition_id, Role.COORDINATOR)
        members = [told(entry) if sees_all else shown(entry) for entry in board.entries]
        open_ = [entry for entry in board.entries if sees_all or entry.is_shown]
        lines: list[SignatoryLine] = []
        warnings: list[mentions.MentionWarning] = []
        withheld = unread = 0
        if statement.revision_number:
            newest = statements.current_revision(session, statement)
            people = signatures.people_listed(session, statement)
            unread = people if people > most_people else 0
            listed, withheld = printed(session, statement, Audience.PUBLIC, board, unread=unread)
            lines = signing.signatories({**newest.document, "signatories": listed})["lines"]
            warnings = mentions.warned(session, board, newest.printed, sees_all=sees_all)
        return {
            "statement_id": statement.id,
            "state": statement.state,
            "revision_number": statement.revision_number,
            "round": board.round and RoundView.of(session, board.round),
            "members": members,
            "totals": Counter(str(entry.status) for entry in open_),
            "outstanding": [
                entry.member.id for entry in board.entries if entry.status in rules.OUTSTANDING
            ]
            if sees_all
            else None,
            "would_print": lines,
            "would_withhold": withheld,
            "unread": unread,
            "warnings": warnings,
        }


# What of a member is for coordinators, unless it approved and shows its name.
CLOSED = (
    "state", "by_silence", "visibility", "asked_at", "asked_again_at", "answered_at",
    "revision_number", "reminders", "next_reminder_at",
)  # fmt: skip


def shown(entry: BoardEntry) -> dict[str, object]:
    """Return what everybody who reads the statement may know of one member.

    Of who declined, was not asked, is silent or counts without a name it is the same: nothing. Else
    those without a name would be known by what is missing of the others.
    """
    closed = () if entry.is_shown else CLOSED
    own = ("people", "answers", "time_asked", "closed", "corrected_name")
    return {**told(entry), **dict.fromkeys((*closed, *own))}


def told(entry: BoardEntry) -> dict[str, object]:
    """Return where one member is, as coordinators see it."""
    ask, last = entry.ask, entry.answers[-1] if entry.answers else None
    # What it said last of the text decides, so who said nothing of it declined by silence.
    by_silence = entry.status is Status.TACIT or (
        entry.status is Status.DECLINED and not entry.current_answers
    )
    return {
        "member": entry.member,
        "organisation": entry.organisation,
        "state": entry.status,
        "by_silence": by_silence,
        "visibility": entry.visibility,
        "asked_at": ask and ask.asked_at,
        "asked_again_at": ask and ask.asked_again_at,
        "answered_at": last and last.row.answered_at,
        "revision_number": last and last.row.revision_number,
        "reminders": ask.reminders if ask else 0,
        "next_reminder_at": ask and ask.remind_at,
        "people": entry.people,
        "answers": entry.answers,
        "time_asked": entry.time_asked,
        "closed": entry.closed,
        "corrected_name": corrected_name(entry),
    }
