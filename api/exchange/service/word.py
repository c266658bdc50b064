"""Files of Word from elsewhere become drafts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from api.accounts.rules import Actor, Role
from api.coalitions.models import Coalition
from api.errors import Fault, Invalid
from api.exchange.rules import word
from api.exchange.rules.remarks import WordRemark
from api.exchange.rules.word import ChangesBy, WordComments, WordDraft
from api.infra.database.transactions import reading
from api.infra.runtime import runtime
from api.infra.word import reading as files
from api.portable.rules import checking, walk
from api.statements import service as statements
from api.statements.models import Statement, StatementKind
from api.texts.rules.document import PortableDocument

_SHOWN = 80  # characters of a text in which something is wrong
_BODY = "/document"


class TrackedChanges(StrEnum):
    """Which of its two texts a file with tracked changes gives.

    `accept`: that with all changes. `reject`: that before them.
    """

    ACCEPT = "accept"
    REJECT = "reject"


@dataclass(frozen=True)
class WordImportAsked:
    """What a statement from a file of Word is to be."""

    slug: str
    kind: StatementKind
    language: str | None
    changes: TrackedChanges


@dataclass(frozen=True)
class WordImport:
    """What came of a file of Word; without a statement it was a preview."""

    statement: Statement | None
    document: PortableDocument
    warnings: list[Fault]
    remarks: list[WordRemark]
    changes: list[ChangesBy]
    comments: list[WordComments]


def take_in(
    actor: Actor, coalition_id: UUID, data: bytes, asked: WordImportAsked, *, preview: bool
) -> WordImport:
    """Begin a statement from a file of Word; of the file itself nothing is kept.

    A preview stores nothing. Raise NotAWordFile, or Invalid with the words that cannot be kept.
    """
    actor.must(coalition_id, Role.EDITOR)
    with runtime().bulkhead.one(coalition_id):
        text = files.read(data)
    is_accepted = asked.changes is TrackedChanges.ACCEPT
    draft = word.drafted(text, asked.language, accepted=is_accepted)
    document = _document(draft, asked)
    try:
        if preview:
            statement, (seen, warnings) = None, _seen(actor, coalition_id, document)
        else:
            begun = statements.begin(actor, coalition_id, document)
            statement, seen, warnings = begun.statement, begun.document, begun.warnings
    except Invalid as refused:
        raise Invalid(refused.detail, list(_with_words(document, refused.faults))) from refused
    comments = [_from_body(each) for each in draft.comments]
    return WordImport(statement, seen, warnings, draft.remarks, draft.changes, comments)


def _document(draft: WordDraft, asked: WordImportAsked) -> dict[str, object]:
    document: dict[str, object] = {
        "slug": asked.slug,
        "kind": asked.kind,
        "language": draft.language,
        "title": draft.title,
        "body": draft.body,
    }
    return {**document, "footnotes": draft.footnotes} if draft.footnotes else document


def _seen(
    actor: Actor, coalition_id: UUID, document: Mapping[str, object]
) -> tuple[PortableDocument, list[Fault]]:
    """Return what a draft would be, and what to look at in it."""
    with reading() as session:
        statements.must_be_free(session, coalition_id, str(document["slug"]))
        own = statements.completed(document, session.get_one(Coalition, coalition_id))
        whole, warnings = statements.fit(session, coalition_id, own)
        checked = checking.Checked([], warnings)
        return statements.seen_by(session, actor, coalition_id, whole, checked)


def _with_words(document: Mapping[str, object], faults: Iterable[Fault]) -> Iterable[Fault]:
    """Yield faults that say in which words they are: who sent a file knows no pointers."""
    texts = {_BODY + leaf.pointer: leaf.text for leaf in walk.leaves_of(document)}
    for fault in faults:
        text = texts.get(fault.pointer)
        where = f" It is in: {text[:_SHOWN]}" if text else ""
        yield replace(fault, detail=f"{fault.detail}{where}")


def _from_body(each: WordComments) -> WordComments:
    return replace(each, pointer=each.pointer and _BODY + each.pointer)
