"""Other labels for a name that was taken back, where they stand by now."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sqlalchemy import select

from api.cases import rules as names, service as cases
from api.errors import Conflict
from api.infra import clock
from api.infra.background import events
from api.portable.rules import leaves, secrecy
from api.statements.models import Revision, Statement
from api.statements.service import redaction, rows
from api.statements.service.measured import to_measure
from api.statements.service.redaction import DRAFT, REVISION

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy.orm import Session

NOTE = "The words in place of a name were changed."
MARK = "\ue000"  # for private use: where a text holds it, no label of it is changed


class Gap(NamedTuple):
    """What stood around a name in one text: a block may have moved since, so its kind counts."""

    pointer: str
    kind: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Sought:
    """By what a label is found in a text."""

    gaps: Sequence[Gap]
    labels: Collection[str]  # that were given

    def around(self, texts: Sequence[leaves.Leaf]) -> dict[str, tuple[str, ...]]:
        """Return what stands around a label, by its place, if nothing else was changed there since.

        The label must be one that was given: the same words may stand around somebody else's name.
        Where none is found, it may have been written anew at the place that it had.
        """
        found: dict[str, tuple[str, ...]] = {}
        for gap in self.gaps:
            there = [
                (leaf, _label(gap.parts, leaf.text)) for leaf in texts if leaf.kind == gap.kind
            ]
            known = [leaf.pointer for leaf, label in there if label in self.labels]
            at_first = [leaf.pointer for leaf, label in there if label and any(gap.parts)]
            for pointer in known or {gap.pointer} & {*at_first}:
                found.setdefault(pointer, gap.parts)
        return found


def _label(parts: Sequence[str], text: str) -> str | None:
    first, *rest = map(re.escape, parts)
    again = "".join(rf"(?P=label){part}" for part in rest[1:])
    found = re.fullmatch(rf"{first}(?P<label>.+?){rest[0]}{again}", text, re.DOTALL)
    return found["label"] if found else None


class DoesNotFit(Conflict):
    """A label stands in a text that keeps every rule."""

    title = "The text cannot hold this label"


def _relabel(session: Session, silence: cases.Silence) -> None:
    """Put other labels where a case's label took the place of its name, in drafts and texts.

    Tell every place at which it stands. A frozen text gets a successor; nothing is changed of it
    but what stands for the name, between the words that stood around it.
    """
    query = select(Statement).where(Statement.coalition_id == silence.entry.case.coalition_id)
    for statement in session.scalars(query.order_by(Statement.created_at).with_for_update()):
        if gaps := _gaps(session, statement, silence.entry):
            case_id, own = str(silence.entry.case.id), secrecy.plain_label(silence.label or "")
            given = redaction.given(session, statement)["labels"].get(case_id, ())
            _renew(session, statement, silence, Sought(gaps, {own, *given}))


def _gaps(session: Session, statement: Statement, entry: cases.Entry) -> list[Gap]:
    """Return what stood around a name in the texts that were sealed for it."""
    query = select(Revision).where(
        Revision.statement_id == statement.id, Revision.taken_back.is_not(None)
    )
    said = [tuple(each) for each in redaction.given(session, statement)["texts"]]
    for revision in session.scalars(query.order_by(Revision.number.desc())):
        document = redaction.unsealed(session, revision)["document"]
        said += [(leaf.pointer, leaf.kind, leaf.text) for leaf in secrecy.words_of(document)]
    found = []
    for pointer, kind, text in said:
        marked = names.without(text, entry.names, MARK)
        if marked != text and MARK in marked:
            found.append(Gap(pointer, kind, tuple(marked.split(MARK))))
    return list(dict.fromkeys(found))


def _renew(session: Session, statement: Statement, silence: cases.Silence, sought: Sought) -> None:
    draft = rows.whole_draft(session, statement)
    redrafted = _with_labels(statement, draft, silence, sought, DRAFT)
    if redrafted is not None and not (
        redaction.is_sound(redrafted, silence.entry)
        and redaction.put_draft(session, statement, redrafted)
    ):
        raise DoesNotFit(f"With it the draft of {statement.slug} breaks a rule of the format.")
    renewed = None
    if statement.revision_number:
        revision = rows.any_revision(session, statement, statement.revision_number)
        document = None if revision.is_taken_back else rows.whole_revision(session, revision)
        renewed = document and _with_labels(statement, document, silence, sought, REVISION)
    if renewed:
        if not redaction.is_sound(renewed, silence.entry):
            raise DoesNotFit(f"With it the text of {statement.slug} breaks a rule of the format.")
        _edit(session, statement, silence, renewed)
    if redrafted is not None or renewed:
        redaction.keep(session, statement, silence)


def _edit(
    session: Session, statement: Statement, silence: cases.Silence, renewed: dict[str, Any]
) -> None:
    """Freeze a text with other labels, which is an edit: whoever stands behind it is told."""
    day = clock.today() if rows.is_public(session, statement) else None
    successor = redaction.put_after(session, statement, renewed, NOTE, day)
    measure = to_measure(session, statement, successor, renewed)
    url = f"/v1/statements/{statement.id}/revisions/{successor.number}"
    silence.edited.append(cases.Edited(url, measure))
    number, weight = str(successor.number), str(successor.weight)
    facts = {"statement_id": str(statement.id), "number": number, "weight": weight}
    events.announce(session, "statement.revised", statement.coalition_id, **facts)


def _with_labels(
    statement: Statement,
    document: dict[str, Any],
    silence: cases.Silence,
    sought: Sought,
    where: str,
) -> dict[str, Any] | None:
    """Return a text with other labels, None where nothing changes; tell where labels stand."""
    wanted = silence.below(redaction.place_of(statement, where))
    texts, new = list(leaves.of(secrecy.split(document)[0])), {}
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
    return cast("dict[str, Any]", _put(document, new, ())) if new else None


def _put(value: Any, new: Mapping[leaves.Path, str], path: leaves.Path) -> Any:
    if isinstance(value, dict):
        return {key: _put(each, new, (*path, key)) for key, each in value.items()}
    if isinstance(value, list):
        return [_put(each, new, (*path, place)) for place, each in enumerate(value)]
    return new.get(path, value)


cases.relabellers.append(_relabel)
