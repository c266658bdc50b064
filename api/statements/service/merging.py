"""Two who write one draft at once: what changed since one read it, and both put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.coalitions.models import Coalition
from api.errors import Fault, Invalid, NotFound
from api.infra.database.transactions import Stale, reading
from api.portable.rules import identity, merging as rules, secrecy
from api.portable.rules.diff import Version
from api.statements.models import Statement
from api.statements.service import diffs, rows, soundness, versions
from api.statements.service.diffs import Diff, Side
from api.statements.service.live import with_live
from api.statements.service.rows import SavedStatement
from api.statements.service.soundness import BODY
from api.statements.service.versions import DraftText
from api.texts.rules.document import PortableDocument

NOT_KEPT = "The draft that you read is not known any more, so nothing can be merged with it. "
AGAIN = "Read it again, put your change on top of what is there now, and send that."
COLLIDES = "What the errors point at was changed meanwhile as well: decide, and send it anew."


@dataclass(frozen=True)
class Since:
    """What became of a draft since somebody read it."""

    version: int  # that it has now
    diff: Diff | None  # None: what was read is not known any more

    @property
    def etag(self) -> str:
        return f'"{self.version}"'


def changed_since(actor: Actor, statement_id: UUID, expected: int) -> Since:
    """Return what changed of a draft since a version, as everybody who reads it may see it."""
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.VIEWER)
        version = statement.version
        read = _read(session, statement, expected)
        if read is None:
            return Since(version, None)
        now = versions.current(session, statement)
        compare = diffs.between(session, statement, Side(None, read.public), Side(None, now.public))
    return Since(version, compare())


def last_with(actor: Actor, statement_id: UUID, block_id: str) -> PortableDocument:
    """Return a draft as it last was with a block that was taken out since, to put it in again.

    It is known for some weeks, and not once it tells who may not be named.
    """
    with reading() as session:
        statement = load(session, actor, Statement, statement_id, Role.EDITOR)
        found = versions.having(session, statement, block_id)
        if found is None or _tells(session, statement, found):
            raise NotFound("What was taken out is not known any more.")
        return identity.identified(found.document, found.ids)


def merged(
    session: Session,
    actor: Actor,
    statement: Statement,
    expected: int,
    document: Mapping[str, object],
) -> tuple[SavedStatement, list[Fault]]:
    """Put what somebody changed of a draft into what others made of it meanwhile.

    Raise Stale where both touched the same, or where both together break a rule.
    """
    read = _read(session, statement, expected)
    if read is None:
        raise Stale(NOT_KEPT + AGAIN)
    sees_all = actor.may(statement.coalition_id, Role.COORDINATOR)
    own = rows.with_secrets(actor, statement.coalition_id, read.secrets, document)
    own = rows.completed(own, session.get_one(Coalition, statement.coalition_id))
    whole, left = with_live(session, statement.coalition_id, own, sees_all=sees_all)
    sound, _ = soundness.sound(whole)
    ids = [each or str(uuid4()) for each in
           identity.carried(read.document["body"], read.ids, sound["body"])]  # fmt: skip
    now = versions.current(session, statement)
    both = rules.merged(read.whole, now.whole, Version(identity.bare(sound), ids))
    if both.collisions:
        raise Stale(COLLIDES, soundness.below(BODY, both.collisions))
    formats = {sound["format"], statement.format}
    form = identity.VERSION_2 if identity.VERSION_2 in formats else identity.VERSION_1
    try:
        saved = rows.replaced(
            session,
            statement,
            None,
            {**both.version.document, "format": form},
            ids=both.version.ids,
        )
    except Invalid as wrong:
        told = wrong.faults[0].detail if wrong.faults else wrong.detail
        raise Stale(f"With what was changed meanwhile it breaks a rule: {told} {AGAIN}") from wrong
    return replace(saved, is_merged=True), left


def _read(session: Session, statement: Statement, expected: int) -> DraftText | None:
    """Return a draft as it was read; none that tells who may not be named by now."""
    found = versions.at(session, statement, int(expected))
    return None if found is None or _tells(session, statement, found) else found


def _tells(session: Session, statement: Statement, draft: DraftText) -> bool:
    names = soundness.unnamed(session, statement.coalition_id, rows.whole_draft(session, statement))
    return bool(secrecy.telling(draft.document, names))
