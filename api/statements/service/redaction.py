"""Taking a name back: it leaves every draft, and a revision that held it gets a successor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TypedDict
from uuid import UUID

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from api.accounts.rules import Actor, Role
from api.cases import rules as names, service as cases
from api.cases.models import Case
from api.errors import Gone, Invalid, point
from api.infra.background import events
from api.infra.database.transactions import touch
from api.infra.security import audit, keys
from api.portable.rules import checking, identity, secrecy
from api.statements.events import RevisionsTakenBack
from api.statements.models import DraftVersion, Revision, Statement, Weight
from api.statements.service import past, rows, versions
from api.texts.rules.document import PortableDocument


class TakenBack(TypedDict):
    """What a draft said where names were taken back, and the labels that cases got, by id."""

    texts: list[tuple[str, str, str]]  # pointer, kind and text
    labels: dict[str, list[str]]


NOTE = "A name was taken back."
SAID = ("note", "reason")  # of a change, by who froze it
DRAFT, REVISION = "draft", "revision"
AT_ONCE = 20  # texts that are held in memory together


def as_it_was(session: Session, actor: Actor, revision: Revision) -> Revision:
    """Return a revision for reading; one whose text was taken back, to owners only."""
    if not revision.is_taken_back:
        return revision
    if not actor.may(revision.coalition_id, Role.OWNER):
        raise Gone(rows.TEXT_GONE)
    own = {each.key: getattr(revision, each.key) for each in inspect(Revision).column_attrs}
    return Revision(**{**own, **unsealed(session, revision)})


def said(session: Session, coalition_id: UUID) -> Iterator[str]:
    """Yield every text of a coalition's drafts and revisions that an editor can read."""
    drafts = select(Statement).where(Statement.coalition_id == coalition_id)
    for statement in session.scalars(drafts.execution_options(yield_per=AT_ONCE)):
        yield from secrecy.said(statement.draft)
    frozen = select(Revision).where(
        Revision.coalition_id == coalition_id, Revision.taken_back.is_(None)
    )
    for revision in session.scalars(frozen.execution_options(yield_per=AT_ONCE)):
        yield from secrecy.said(revision.document)
        yield from filter(None, (revision.note, revision.reason))


def take_name_back(session: Session, silence: cases.NameSilence) -> list[cases.NamedIn]:
    """Put a case's label where its name stands; return the texts in which that cannot be."""
    entry, label = silence.entry, silence.label
    versions.forget_of(session, DraftVersion.coalition_id == entry.case.coalition_id)
    query = select(Statement).where(Statement.coalition_id == entry.case.coalition_id)
    left = []
    for statement in session.scalars(query.order_by(Statement.created_at).with_for_update()):
        statement.confirmed_cases = {
            kept_by: facts
            for kept_by, facts in statement.confirmed_cases.items()
            if not names.tells(kept_by, entry.names)  # before this case, only the text knew it
        }
        draft = rows.whole_draft(session, statement)
        if secrecy.tells_of(draft, entry.names, entry.case.key) and (
            label is None or not _redraft(session, statement, draft, silence)
        ):
            called = _told(statement, entry)
            left.append(cases.NamedIn(f"the draft of {called}", "draft", called))
        advice = "" if label else " (let the case be named, then take that back: it reaches these)"
        left += [
            cases.NamedIn(
                f"revision {number} of {_told(statement, entry)}{advice}",
                "revision",
                f"{_told(statement, entry)}, {number}",
            )
            for number in _succeed(session, statement, silence)
        ]
    return left


def _redraft(
    session: Session, statement: Statement, draft: PortableDocument, silence: cases.NameSilence
) -> bool:
    redacted = _redacted(statement, draft, silence, DRAFT)
    if secrecy.tells_of(redacted, silence.entry.names, silence.entry.case.key):
        return False
    before = statement.draft
    if not put_draft(session, statement, redacted):
        return False
    keep(session, statement, silence, before)
    return True


def keep(
    session: Session,
    statement: Statement,
    silence: cases.NameSilence,
    before: PortableDocument | None = None,
) -> None:
    """Seal what a draft said before, and which labels were given: by that they are found later.

    What held such a label before is somebody else's.
    """
    held = given(session, statement)
    case_id, labels = str(silence.entry.case.id), [silence.label or "", *silence.labels.values()]
    plain = [secrecy.plain_label(label) for label in labels]
    for leaf in secrecy.words_of(before or {}):
        is_anothers = any(label and label in leaf.text for label in plain)
        if is_anothers or names.without(leaf.text, silence.entry.names, "") != leaf.text:
            held["texts"].append((leaf.pointer, leaf.kind, leaf.text))
    held["labels"][case_id] = sorted({*held["labels"].get(case_id, ()), *plain})
    keys.write(session, statement, Statement.taken_back, held)


def given(session: Session, statement: Statement) -> TakenBack:
    """Return what a draft said before names were taken back, and which labels were given."""
    held: TakenBack | None = keys.read(session, statement, Statement.taken_back)
    return held or {"texts": [], "labels": {}}


def put_draft(session: Session, statement: Statement, redacted: PortableDocument) -> bool:
    """Write a draft with other labels, and tell whether that can be."""
    try:
        rows.write(session, statement, redacted, ids=statement.block_ids)
    except Invalid:
        return False
    touch(statement, None)
    session.flush()
    versions.written(session, statement)
    audit.record(session, None, "statement.relabelled", statement)
    return True


def _succeed(session: Session, statement: Statement, silence: cases.NameSilence) -> list[int]:
    """Seal the revisions that hold a name, and put a successor after the newest if it did.

    Return those that must stay as they are: all without a label, the newest where none fits.
    """
    entry, label = silence.entry, silence.label
    query = select(Revision).where(
        Revision.statement_id == statement.id, Revision.taken_back.is_(None)
    )
    telling = {}
    for revision in session.scalars(query.order_by(Revision.number)):
        document = rows.whole_revision(session, revision)
        if secrecy.tells_of(document, entry.names, entry.case.key):
            telling[revision.number] = (revision, document)
        elif label is not None:
            _silence_words(revision, entry)
    if label is None:
        return list(telling)
    newest = telling.get(statement.revision_number)
    redacted = newest and _redacted(statement, newest[1], silence, REVISION)
    if redacted and not is_sound(redacted, entry):
        return [statement.revision_number]
    _seal_all(session, statement, [revision for revision, _ in telling.values()])
    if redacted:
        put_after(session, statement, redacted, NOTE)
        keep(session, statement, silence)
    return []


def _silence_words(revision: Revision, entry: cases.Entry) -> None:
    for name in SAID:
        if secrecy.telling(getattr(revision, name), entry.names):
            setattr(revision, name, NOTE)


def is_sound(redacted: PortableDocument, entry: cases.Entry) -> bool:
    """Tell whether a text may stand in public: it tells no name, and breaks no rule."""
    told = secrecy.tells_of(redacted, entry.names, entry.case.key)
    return not told and not checking.check(redacted).faults


def put_after(
    session: Session,
    statement: Statement,
    redacted: PortableDocument,
    note: str,
    edited_on: date | None = None,
) -> Revision:
    """Write the revision that takes the place of the newest, for other names or labels."""
    successor = rows.next_revision(statement, redacted, Weight.REDACTION, note)
    successor.edited_on = edited_on
    touch(statement, None)
    before = rows.any_revision(session, statement, statement.revision_number)
    ids = identity.known(before.id, before.kept_ids, len(redacted["body"]))
    rows.put_revision(session, statement, successor, redacted, ids)
    told = {"number": successor.number, "sha256": successor.sha256}
    audit.record(session, None, "statement.redacted", statement, told)
    return successor


def _redacted(
    statement: Statement, document: PortableDocument, silence: cases.NameSilence, where: str
) -> PortableDocument:
    entry, place = silence.entry, place_of(statement, where)
    labels = secrecy.Labels(silence.label or "", silence.below(place))
    redacted = secrecy.taken_back(document, entry.names, entry.case.key, labels)
    if names.tells(document["slug"], entry.names):
        redacted["slug"] = f"{statement.kind.replace('_', '-')}-{str(statement.id)[:8]}"
    public, after = secrecy.split(document)[0], secrecy.split(redacted)[0]
    own = _own_entries(document, redacted)
    for pointer, old, new in secrecy.changed(public, after):
        if pointer not in own:
            silence.places.append(told_place(statement, where, pointer, old, new))
    return redacted


def _own_entries(document: PortableDocument, redacted: PortableDocument) -> set[str]:
    """Return where a text's own entries of cases have a label, which is none of a place's."""
    both = zip(document.get("cases", ()), redacted.get("cases", ()), strict=True)
    return {
        point("cases", number, "public_label")
        for number, (old, new) in enumerate(both)
        if new.get("may_be_named") is False and old != new
    }


def place_of(statement: Statement, where: str) -> str:
    """Return what requests call the places of a draft, or of the newest revision."""
    return f"statements/{statement.id}/{where}"


def told_place(
    statement: Statement, where: str, pointer: str, before: str, after: str
) -> cases.Place:
    """Return a place in a draft, or in the newest revision."""
    number = statement.revision_number
    text = DRAFT if where == DRAFT else f"revisions/{number}"
    url = f"/v1/statements/{statement.id}/{text}"
    place = f"{place_of(statement, where)}#{pointer}"
    return cases.Place(place, where, url, pointer, before, after)


def _seal_all(session: Session, statement: Statement, told: Sequence[Revision]) -> None:
    left: dict[str, object] = {"printed": {}, "document": {}, **dict.fromkeys(SAID)}
    for revision in told:
        kept = {name: getattr(revision, name) for name in left}
        keys.write(session, revision, Revision.taken_back, kept)
        for name, value in left.items():
            setattr(revision, name, value)
        past.forget_index(session, statement, revision.number)  # a key may tell the name
    if told:
        whose = {"coalition_id": statement.coalition_id, "statement_id": statement.id}
        events.announce(session, RevisionsTakenBack(**whose))
        numbers = {"numbers": [revision.number for revision in told]}
        audit.record(session, None, "revision.taken_back", statement, numbers)


def unsealed(session: Session, revision: Revision) -> dict[str, object]:
    """Return what of a text is sealed since a name in it was taken back."""
    kept: dict[str, object] = keys.read(session, revision, Revision.taken_back)
    return kept


def _told(statement: Statement, entry: cases.Entry) -> str:
    """Return a statement's slug, or its id where the slug would tell the name."""
    return str(statement.id) if names.tells(statement.slug, entry.names) else statement.slug


def references_to(session: Session, case: Case) -> list[cases.NamedIn]:
    """Return the drafts that hold a case; a live case goes only when none does."""
    query = select(Statement.slug).where(
        Statement.coalition_id == case.coalition_id, past.names_case(case.key, 0)
    )
    return [
        cases.NamedIn(f"the draft of {slug}", "draft", slug)
        for slug in session.scalars(query.order_by(Statement.created_at))
    ]
