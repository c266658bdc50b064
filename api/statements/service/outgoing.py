"""What somebody confirms before a text goes out: whom it names who is free, or did not approve."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.accounts.rules import Actor
from api.errors import Fault
from api.infra.runtime import runtime
from api.statements.models import Statement
from api.statements.service.closed import must_be_confirmed
from api.statements.service.rows import SavedStatement
from api.texts.rules.document import PortableDocument


@dataclass(frozen=True)
class TextWarner:
    """Who sees in a text what somebody should look at: in a draft, and where it goes out."""

    of_draft: Callable[[Session, Actor, SavedStatement], list[Fault]]
    # It raises where something was not confirmed, by the words in which it is told, nor stood in
    # the text before, which is out already.
    of_outgoing: Callable[
        [Session, Actor, SavedStatement, Collection[str], PortableDocument | None], list[Fault]
    ]


@dataclass(frozen=True)
class Confirmed:
    """What somebody says is right in a text that goes out, though it is warned of."""

    cases: Collection[str] = ()  # that it names though they are free or dead, by key or id
    mentions: Collection[str] = ()  # of members, by the key of each warning

    @property
    def told(self) -> dict[str, object]:
        """What of it the record keeps."""
        return {f"confirmed_{what}": sorted(keys) for what, keys in vars(self).items() if keys}


def may_go_out(  # noqa: PLR0913 # of which text, by whom, and what was looked at
    session: Session,
    actor: Actor,
    statement: Statement,
    document: PortableDocument,
    confirmed: Confirmed,
    *,
    before: PortableDocument | None = None,
) -> list[Fault]:
    """Let a text go out where each is confirmed whom it should not name; return its warnings.

    That it names members which did not approve is asked again each time, but for those that the
    text `before` named, which is out already.
    """
    must_be_confirmed(session, statement, document, confirmed.cases)
    found, said = SavedStatement(statement, document, []), confirmed.mentions
    warners = runtime().wiring.all(TextWarner)
    return [each for by in warners for each in by.of_outgoing(session, actor, found, said, before)]
