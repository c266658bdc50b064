"""Other labels for a name that was taken back, where they stand by now."""

from __future__ import annotations

from collections.abc import Sequence, Set as AbstractSet
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.cases import service as cases
from api.errors import Conflict
from api.infra import clock
from api.infra.background import events
from api.portable.rules import secrecy, walk
from api.statements.events import StatementRevised
from api.statements.models import Revision, Statement, Weight
from api.statements.service import redaction, rows
from api.statements.service.diffs import to_measure
from api.statements.service.gaps import Other, Said, Sought, SourceText
from api.statements.service.redaction import DRAFT, REVISION
from api.texts.rules.document import PortableDocument

NOTE = "The words in place of a name were changed."


class DoesNotFit(Conflict, title="The text cannot hold this label"):
    """A label stands in a text that keeps every rule."""


def relabel(session: Session, silence: cases.NameSilence) -> None:
    """Put other labels where a case's label took the place of its name, in drafts and texts.

    Tell every place at which it stands. A frozen text gets a successor; nothing is changed of it
    but what stands for the name, between the words that stood around it.
    """
    query = select(Statement).where(Statement.coalition_id == silence.entry.case.coalition_id)
    for statement in session.scalars(query.order_by(Statement.created_at).with_for_update()):
        texts = _texts(session, statement, silence)
        if any(source.gaps for source in (*texts.drafts, *texts.sealed)):
            _renew(session, statement, silence, texts)


@dataclass(frozen=True)
class Texts:
    """What the texts of a statement said before a name was taken back."""

    drafts: Sequence[SourceText]
    sealed: Sequence[SourceText]  # the newest first
    labels: AbstractSet[str]
    others: Sequence[Other]
    is_from_draft: bool  # the newest revision holds labels that the draft had before

    def sought(self, where: str) -> Sought:
        is_draft = where == DRAFT or self.is_from_draft
        texts = (self.drafts, self.sealed) if is_draft else (self.sealed, self.drafts)
        return Sought([*texts[0], *texts[1]], self.labels, self.others)


def _texts(session: Session, statement: Statement, silence: cases.NameSilence) -> Texts:
    given, entry = redaction.given(session, statement), silence.entry
    labels = given["labels"]
    own = {secrecy.plain_label(silence.label or ""), *labels.get(str(entry.case.id), ())}
    others = [
        Other(each.names, labels[str(each.case.id)])
        for each in (cases.hidden(session, statement.coalition_id) if labels else ())
        if str(each.case.id) in labels and each.case.id != entry.case.id
    ]
    query = select(Revision).where(
        Revision.statement_id == statement.id, Revision.taken_back.is_not(None)
    )
    drafts = [SourceText([Said(*each) for each in reversed(given["texts"])], entry.names, others)]
    sealed, newest = [], 0
    for revision in session.scalars(query.order_by(Revision.number.desc())):
        words = secrecy.words_of(redaction.unsealed(session, revision)["document"])
        said = [Said(leaf.pointer, leaf.kind, leaf.text) for leaf in words]
        sealed.append(SourceText(said, entry.names, others))
        if sealed[-1].gaps:
            newest = max(newest, revision.number)
    frozen = select(func.max(Revision.number)).where(
        Revision.statement_id == statement.id, Revision.weight != Weight.REDACTION
    )
    is_from_draft = (session.scalar(frozen) or 0) > newest
    return Texts(drafts, sealed, own, others, is_from_draft)


def _renew(
    session: Session, statement: Statement, silence: cases.NameSilence, texts: Texts
) -> None:
    draft = rows.whole_draft(session, statement)
    redrafted = _with_labels(statement, draft, silence, texts.sought(DRAFT), DRAFT)
    if redrafted is not None and not (
        redaction.is_sound(redrafted, silence.entry)
        and redaction.put_draft(session, statement, redrafted)
    ):
        raise DoesNotFit(f"With it the draft of {statement.slug} breaks a rule of the format.")
    renewed = None
    if statement.revision_number:
        revision = rows.any_revision(session, statement, statement.revision_number)
        document = None if revision.is_taken_back else rows.whole_revision(session, revision)
        renewed = document and _with_labels(
            statement, document, silence, texts.sought(REVISION), REVISION
        )
    if renewed:
        if not redaction.is_sound(renewed, silence.entry):
            raise DoesNotFit(f"With it the text of {statement.slug} breaks a rule of the format.")
        _edit(session, statement, silence, renewed)
    if redrafted is not None or renewed:
        redaction.keep(session, statement, silence)


def _edit(
    session: Session, statement: Statement, silence: cases.NameSilence, renewed: PortableDocument
) -> None:
    """Freeze a text with other labels, which is an edit: whoever stands behind it is told."""
    day = clock.today() if rows.is_public(session, statement) else None
    successor = redaction.put_after(session, statement, renewed, NOTE, day)
    measure = to_measure(session, statement, successor)
    url = f"/v1/statements/{statement.id}/revisions/{successor.number}"
    silence.edited.append(cases.Edited(url, measure))
    events.announce(session, StatementRevised.of(successor))


def _with_labels(
    statement: Statement,
    document: PortableDocument,
    silence: cases.NameSilence,
    sought: Sought,
    where: str,
) -> PortableDocument | None:
    """Return a text with other labels, None where nothing changes; tell where labels stand."""
    wanted = silence.below(redaction.place_of(statement, where))
    texts = list(walk.leaves_of(secrecy.split(document)[0]))
    new: dict[walk.Path, str] = {}
    found = sought.around(texts)
    for leaf in texts:
        around = found.get(leaf.pointer)
        if around is None:
            continue
        label = wanted.get(leaf.pointer)
        text = leaf.text if label is None else secrecy.plain_label(label).join(around)
        place = redaction.told_place(statement, where, leaf.pointer, leaf.text, text)
        silence.places.append(place)
        if text != leaf.text:
            new[leaf.path] = text
    return walk.rewritten(document, new.get) if new else None
