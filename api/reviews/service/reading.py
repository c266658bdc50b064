"""One reading of what was said in a consultation: who wrote it, and of which text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.cases import service as cases
from api.errors import Gone
from api.infra import clock
from api.portable.rules import printing
from api.portable.rules.diff import Version
from api.reviews import rules
from api.reviews.models import Comment, Commenter, Consultation, Suggestion
from api.reviews.rules import AuthorKind, Reader, TextBlocks, WrittenFacts
from api.reviews.service import rows
from api.reviews.service.rows import CommenterView
from api.signatures.models import Visibility
from api.signoffs.service import rows as signoffs
from api.statements.models import Statement
from api.statements.service import diffs


@dataclass(frozen=True)
class ReviewAuthor:
    """Who wrote a comment or made a suggestion, as far as its reader may know."""

    kind: AuthorKind | None  # None: who wrote it is forgotten
    is_me: bool = False
    name: str | None = None
    affiliation: str | None = None
    organisation_names: Mapping[str, str] | None = None
    commenter_id: UUID | None = None


def reader_of(actor: Actor, coalition_id: UUID) -> Reader:
    """Return as what an actor, at least an editor, reads."""
    return rules.COORDINATOR if actor.may(coalition_id, Role.COORDINATOR) else rules.EDITOR


@dataclass
class ReviewReading:
    """What somebody may read of a consultation, beside one text; it remembers what it looked up.

    `number` is of the revision in which places are looked for; None is the draft.
    """

    session: Session
    consultation: Consultation
    reader: Reader
    number: int | None
    _versions: dict[int | None, Version | None] = field(default_factory=dict)
    _blocks: dict[int | None, TextBlocks] = field(default_factory=dict)

    @cached_property
    def statement(self) -> Statement:
        return self.session.get_one(Statement, self.consultation.statement_id)

    @cached_property
    def text(self) -> Version:
        """The text in which places are looked for; it raises Gone where nobody may read it."""
        return diffs.side(self.session, self.statement, self.number).version

    @cached_property
    def now(self) -> TextBlocks:
        """Its blocks."""
        return _printed(self.number, self.text)

    def version(self, number: int | None) -> Version | None:
        """Return a text as its public reads it; None where a name left no words of it."""
        if number == self.number:
            return self.text
        if number not in self._versions:
            try:
                self._versions[number] = diffs.side(self.session, self.statement, number).version
            except Gone:
                self._versions[number] = None
        return self._versions[number]

    def blocks(self, number: int | None) -> TextBlocks | None:
        """Return the blocks of a text by their ids, as `version` does."""
        if number == self.number:
            return self.now
        if number not in self._blocks:
            version = self.version(number)
            if version is None:
                return None
            self._blocks[number] = _printed(number, version)
        return self._blocks[number]

    def facts(self, row: Comment | Suggestion, texts: Iterable[str | None]) -> WrittenFacts | None:
        """Return whose something is, which says these texts; None: the reader may not read it."""
        tells = any(self.tells_name(text) for text in texts)
        written = WrittenFacts(row.commenter_id, row.user_id is not None, tells)
        may = rules.may_read(self.reader, self.consultation.read_by, written)
        return written if may else None

    def tells_name(self, text: str | None) -> bool:
        """Tell whether a text names somebody who may not be named."""
        hidden = cases.unnamed(self.session, self.consultation.coalition_id)
        return bool(text and hidden.found_in(text))

    def told_at(self, at: datetime) -> datetime:
        """Return when something was done; to others than coordinators, the beginning of the day."""
        return at if self.reader.is_coordinator else clock.cut(at)

    def author(self, row: Comment | Suggestion, *, is_me: bool) -> ReviewAuthor:
        """Return who wrote something, as far as the reader may know."""
        if row.commenter_id is None:
            return ReviewAuthor(AuthorKind.COORDINATOR if row.user_id else None)
        who = self.people[row.commenter_id]
        kind = AuthorKind.MEMBER if who.commenter.member_id else AuthorKind.GUEST
        read_by, shown_as = self.consultation.read_by, self.shown_as(who)
        if not is_me and not rules.knows_author(self.reader, read_by, shown_as):
            return ReviewAuthor(kind)
        is_told = is_me or self.reader.is_coordinator or who.organisation is None
        return ReviewAuthor(
            kind,
            is_me,
            who.name if is_told else None,
            who.affiliation if is_told else None,
            who.organisation.names if who.organisation else None,
            row.commenter_id if self.reader.is_coordinator else None,
        )

    @cached_property
    def people(self) -> dict[UUID, CommenterView]:
        """Who is asked, by their keys."""
        query = select(Commenter).where(Commenter.consultation_id == self.consultation.id)
        return rows.commenters(self.session, self.session.scalars(query))

    def shown_as(self, who: CommenterView) -> Visibility | None:
        """Return how somebody's member chose to appear under the text; None: it did not."""
        member_id = who.commenter.member_id
        return self._shown.get(member_id) if member_id else None

    @cached_property
    def _shown(self) -> dict[UUID, Visibility | None]:
        ids = {who.commenter.member_id for who in self.people.values()} - {None}
        found = signoffs.appearances_of(
            self.session, self.consultation.statement_id, [each for each in ids if each]
        )
        return {member: row.visibility for member, row in found.items()}


def _printed(number: int | None, version: Version) -> TextBlocks:
    printed: Any = printing.resolve(version.document)
    return TextBlocks.of(number, version.ids, printed["blocks"])
