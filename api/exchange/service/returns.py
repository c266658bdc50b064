"""Files of Word that went out come back: what changed becomes suggestions and comments."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.accounts.service import load
from api.documents import service as documents
from api.documents.rules.rendering import Format
from api.documents.service import DocumentSpec, StatementRender, waiting
from api.errors import Code, Fault, Gone, Invalid
from api.exchange.rules import returning
from api.exchange.rules.remarks import Remarks, WordRemark
from api.exchange.rules.return_remarks import OF_RETURNS, WordReturnKind
from api.exchange.rules.returning import WordReturn
from api.exchange.rules.sending import sent_text
from api.exchange.rules.suggesting import WordSuggestion
from api.exchange.rules.threads import WordThread
from api.infra.database.transactions import reading, transaction
from api.infra.runtime import runtime
from api.infra.security import audit
from api.infra.word import reading as files
from api.infra.word.text import WordText
from api.portable.rules.diff import Version
from api.reviews import rules
from api.reviews.models import Commenter, Consultation, Suggestion, SuggestionSource
from api.reviews.rules import Reader
from api.reviews.service import comments, own, rows, suggesting
from api.reviews.service.suggesting import GivenSuggestion
from api.statements import service as statements
from api.statements.models import Revision, Statement
from api.statements.service import diffs

MOST_TRIED = 10  # revisions, of which a file may be one
LONGEST_AUTHOR = 200  # characters


class AnotherText(Invalid, title="This file is of another text"):
    """A file that came back has half of the blocks of the text that went out."""


@dataclass(frozen=True)
class WordFileAsked:
    """How a file is to be taken in; `revision` is of the text that went out, where it is known."""

    revision: int | None
    preview: bool
    member_id: UUID | None = None  # whose file a coordinator sends


@dataclass(frozen=True)
class KeptSuggestion:
    """A suggestion of a file, and the row that it is kept as; None in a preview."""

    suggestion: WordSuggestion
    written_by: str | None  # to coordinators
    id: UUID | None = None
    is_new: bool = False  # else it was made before, from the same file perhaps


@dataclass(frozen=True)
class KeptThread:
    """A comment of a file with its replies, and the row that it is kept as."""

    thread: WordThread
    written_by: str | None
    id: UUID | None = None
    is_new: bool = False


@dataclass
class WordFileReport:
    """What came of a file: what was made of it, and what could not be."""

    revision_number: int
    found: int
    blocks: int
    remarks: Sequence[WordRemark]
    suggestions: list[KeptSuggestion] = field(default_factory=list)
    comments: list[KeptThread] = field(default_factory=list)


@dataclass(frozen=True)
class _Sender:
    """Whose file it is, and who sends it."""

    consultation: Consultation
    statement: Statement
    reader: Reader
    by: Actor | None


_Opens = Callable[[Session, bool], _Sender]


def take_from_commenter(secret: str, data: bytes, asked: WordFileAsked) -> WordFileReport:
    """Take in a file of somebody who is asked, by their link, while comments are taken."""
    own.must_pace(secret)

    def opens(session: Session, lock: bool) -> _Sender:  # noqa: FBT001 # one of two shapes
        row, who = own.followed(session, secret, lock=lock)
        return _Sender(row, rows.must_be_open(session, row), Reader(who.id), None)

    return _take_in(opens, data, asked)


def take_from_coordinator(
    actor: Actor, consultation_id: UUID, data: bytes, asked: WordFileAsked
) -> WordFileReport:
    """Take in a file as a coordinator: of a member that is asked, or of nobody named."""

    def opens(session: Session, lock: bool) -> _Sender:  # noqa: FBT001 # one of two shapes
        row = load(session, actor, Consultation, consultation_id, Role.COORDINATOR, lock=lock)
        statement = session.get_one(Statement, row.statement_id)
        rows.must_be_written(statement)
        return _Sender(row, statement, _reader(session, row, asked.member_id), actor)

    return _take_in(opens, data, asked)


def _reader(session: Session, row: Consultation, member_id: UUID | None) -> Reader:
    if member_id is None:
        return rules.COORDINATOR
    query = select(Commenter.id).where(
        Commenter.consultation_id == row.id, Commenter.member_id == member_id
    )
    found = session.scalar(query.order_by(Commenter.created_at, Commenter.id).limit(1))
    if found is None:
        wrong = "This member is not asked here. Ask it first, or leave it out."
        raise Invalid(wrong, [Fault("/member_id", Code.NOT_FOUND, wrong)])
    return Reader(found)


def _take_in(opens: _Opens, data: bytes, asked: WordFileAsked) -> WordFileReport:
    """Read a file beside the text that went out, and keep what it says; nothing of it is kept.

    The same file twice makes nothing twice. Raise NotAWordFile or AnotherText.
    """
    with reading() as session:
        owner = opens(session, False).consultation.coalition_id  # noqa: FBT003 # nothing is held
    with runtime().bulkhead.one(owner):
        text = files.read(data)
    with reading() as session:
        sender = opens(session, False)  # noqa: FBT003
        revision = _revision(session, sender, text, asked.revision)
        version = diffs.side(session, sender.statement, revision.number).version
        render = _render(session, sender.statement, revision)
    returned = _compared(owner, version, render, text, is_named=asked.revision is not None)
    if asked.preview:
        with reading() as session:
            return _fitting(session, opens(session, False), revision.number, returned)  # noqa: FBT003
    with transaction() as session:
        sender = opens(session, True)  # noqa: FBT003
        report = _fitting(session, sender, revision.number, returned)
        return _kept(session, sender, report, hashlib.sha256(data).hexdigest())


def _revision(session: Session, sender: _Sender, text: WordText, number: int | None) -> Revision:
    """Return the text of which a file was made: as somebody says, as it says, or by its words.

    Who is asked knows no text from before.
    """
    statement, first = sender.statement, 1
    if sender.by is None:
        first = min(sender.consultation.revision_number, statement.revision_number)
    if number is not None:
        if number < first:
            wrong = f"You were asked for comments since revision {first}: give that or a later one."
            raise Invalid(wrong, [Fault("/revision", Code.TOO_SMALL, wrong)])
        return statements.revision_of(session, statement, number)
    query = select(Revision).where(Revision.statement_id == statement.id, Revision.number >= first)
    newest = query.order_by(Revision.number.desc())
    if text["sha256"]:
        known = session.scalar(newest.where(Revision.sha256 == text["sha256"]).limit(1))
        if known is not None:
            return statements.revision_of(session, statement, known.number)
    tried = [each for each in session.scalars(newest.limit(MOST_TRIED)) if not each.is_taken_back]
    if not tried:
        raise Gone("A name was taken back from this text: freeze it anew, and send that.")
    versions = [Version(each.document, each.block_ids) for each in tried]
    return tried[returning.likest(versions, text)]


def _render(session: Session, statement: Statement, revision: Revision) -> StatementRender:
    wanted = DocumentSpec(Format.DOCX, revision.number)
    return documents.render_of_text(session, statement, revision, wanted)


def _compared(
    owner: UUID, version: Version, render: StatementRender, text: WordText, *, is_named: bool
) -> WordReturn:
    """Return what a file says beside the one that the text gives today, made without pictures."""
    look = render.inputs.look
    logos = (look.logo is not None) + len(look.logos)
    inputs = replace(render.inputs, look=replace(look, logo=None, logo_type=None, logos=()))
    content = waiting.rendered(owner, inputs)
    with runtime().bulkhead.one(owner):
        file = files.read(content)
    lost = {**file["lost"], "pictures": file["lost"].get("pictures", 0) + logos}
    try:
        returned = returning.read_back(sent_text(version, file), text, lost)
    except Invalid as refused:
        raise AnotherText(refused.detail) from refused
    if returned.found == 0 or not (returned.is_ours or is_named):
        raise AnotherText(
            f"{returned.found} of {returned.blocks} blocks of revision {render.number} stand in it."
            " Look whether it is the right file. If much of it was written anew, say of which"
            " revision it was made: ?revision=1. A text of your own begins a statement, at"
            " POST /v1/coalitions/{id}/word-imports."
        )
    return returned


def _fitting(
    session: Session, sender: _Sender, number: int, returned: WordReturn
) -> WordFileReport:
    """Return what a file gives that the text can hold; what else is in it is told."""
    revision = statements.revision_of(session, sender.statement, number)
    proposals = [each.proposal for each in returned.suggestions]
    wrong = suggesting.faults(session, revision, proposals)
    remarks, fitting = Remarks(OF_RETURNS), []
    for each, faults in zip(returned.suggestions, wrong, strict=True):
        if not faults:
            fitting.append(each)
        for fault in faults:
            where = " ".join(each.proposal.lines) or each.proposal.target or ""
            remarks.add(WordReturnKind.NOT_KEPT, f"{where} ({fault.detail})")
    is_told = sender.by is not None
    return WordFileReport(
        number,
        returned.found,
        returned.blocks,
        [*returned.remarks, *remarks.listed()],
        [KeptSuggestion(each, _by(each.authors) if is_told else None) for each in fitting],
        [KeptThread(each, each.author if is_told else None) for each in returned.threads],
    )


def _by(authors: Sequence[str]) -> str | None:
    return ", ".join(authors)[:LONGEST_AUTHOR] or None


def _kept(
    session: Session, sender: _Sender, report: WordFileReport, file_sha256: str
) -> WordFileReport:
    """Keep what a file gives, and say under which ids."""
    row, reader, by = sender.consultation, sender.reader, sender.by
    revision = statements.revision_of(session, sender.statement, report.revision_number)
    query = select(Suggestion.id).where(Suggestion.consultation_id == row.id)
    before = set(session.scalars(query))
    given = [
        GivenSuggestion(
            each.suggestion.proposal,
            is_guess=each.suggestion.is_guess,
            written_by=_by(each.suggestion.authors),
        )
        for each in report.suggestions
    ]
    source = SuggestionSource.WORD
    made = suggesting.add(session, row, revision, given, reader, by=by, source=source)
    report.suggestions = [
        replace(each, id=one.id, is_new=one.id not in before)
        for each, one in zip(report.suggestions, made, strict=True)
    ]
    said_before = comments.ids(session, row)
    threads = [each.thread for each in report.comments]
    roots = comments.add(session, row, revision, [*map(_root, threads)], reader, by=by)
    report.comments = [
        replace(each, id=one.id, is_new=one.id not in said_before)
        for each, one in zip(report.comments, roots, strict=True)
    ]
    replies = [
        _said(reply.text, reply.author, parent_id=root.id)
        for thread, root in zip(threads, roots, strict=True)
        for reply in thread.replies
    ]
    comments.add(session, row, revision, replies, reader, by=by)
    told = {
        "file_sha256": file_sha256,
        "revision_sha256": revision.sha256,
        "suggestions": sum(each.is_new for each in report.suggestions),
        "comments": sum(each.is_new for each in report.comments),
    }
    audit.record(session, by, "consultation.file_returned", row, told)
    return report


def _root(thread: WordThread) -> dict[str, Any]:
    said = _said(thread.text, thread.author, block_id=thread.block)
    return {**said, "is_resolved": thread.is_resolved}


def _said(text: str, author: str, **more: Any) -> dict[str, Any]:
    written_by = author[:LONGEST_AUTHOR] or None
    return {"text": text, "written_by": written_by, "block_id": None, "parent_id": None, **more}
