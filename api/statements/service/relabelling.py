"""Other labels for a name that was taken back, where they stand by now."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import select

from api.cases import service as cases
from api.errors import Conflict
from api.portable.rules import leaves, secrecy
from api.statements.models import Revision, Statement
from api.statements.service import redaction, rows
from api.statements.service.redaction import DRAFT, REVISION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    Parts = dict[str, list[list[str]]]  # pointers: what stood around a name, in several texts

NOTE = "The words in place of a name were changed."
MARK = "\ue000"  # for private use: where a text holds it, no label of it is changed


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
        if parts := _parts(session, statement, silence.entry):
            _renew(session, statement, silence, parts)


def _parts(session: Session, statement: Statement, entry: cases.Entry) -> Parts:
    """Return what stood around a name in the texts that were sealed for it, the newest first."""
    query = select(Revision).where(
        Revision.statement_id == statement.id, Revision.taken_back.is_not(None)
    )
    found: Parts = {}
    for revision in session.scalars(query.order_by(Revision.number.desc())):
        before = redaction.unsealed(session, revision)["document"]
        marked = secrecy.relabelled(before, entry.names, secrecy.Labels(MARK))
        for pointer, _, text in secrecy.changed(before, marked):
            if MARK in text:
                found.setdefault(pointer, []).append(text.split(MARK))
    return found


def _renew(session: Session, statement: Statement, silence: cases.Silence, parts: Parts) -> None:
    draft = rows.whole_draft(session, statement)
    redrafted = _with_labels(statement, draft, silence, parts, DRAFT)
    if redrafted is not None and not (
        redaction.is_sound(redrafted, silence.entry)
        and redaction.put_draft(session, statement, redrafted)
    ):
        raise DoesNotFit(f"With it the draft of {statement.slug} breaks a rule of the format.")
    revision = rows.any_revision(session, statement, statement.revision_number)
    if revision.is_taken_back:
        return
    document = rows.whole_revision(session, revision)
    renewed = _with_labels(statement, document, silence, parts, REVISION)
    if renewed is None:
        return
    if not redaction.is_sound(renewed, silence.entry):
        raise DoesNotFit(f"With it the text of {statement.slug} breaks a rule of the format.")
    redaction.put_after(session, statement, renewed, NOTE)


def _with_labels(
    statement: Statement,
    document: dict[str, Any],
    silence: cases.Silence,
    parts: Parts,
    where: str,
) -> dict[str, Any] | None:
    """Return a text with other labels, None where nothing changes; tell where labels stand."""
    wanted = silence.below(redaction.place_of(statement, where))
    public, new = secrecy.split(document)[0], {}
    for leaf in leaves.of(public):
        around = _around(leaf.text, parts.get(leaf.pointer, ()))
        if around is None:
            continue
        label = wanted.get(leaf.pointer)
        text = leaf.text if label is None else secrecy.plain_label(label).join(around)
        place = redaction.told_place(statement, where, leaf.pointer, leaf.text, text)
        silence.places.append(place)
        if text != leaf.text:
            new[leaf.path] = text
    return cast("dict[str, Any]", _put(document, new, ())) if new else None


def _around(text: str, known: Sequence[list[str]]) -> list[str] | None:
    """Return what stands around a label in a text, if nothing else was changed there since."""
    for parts in known:
        first, *rest = map(re.escape, parts)
        again = "".join(rf"(?P=label){part}" for part in rest[1:])
        if re.fullmatch(rf"{first}(?P<label>.+?){rest[0]}{again}", text, re.DOTALL):
            return parts
    return None


def _put(value: Any, new: Mapping[leaves.Path, str], path: leaves.Path) -> Any:
    if isinstance(value, dict):
        return {key: _put(each, new, (*path, key)) for key, each in value.items()}
    if isinstance(value, list):
        return [_put(each, new, (*path, place)) for place, each in enumerate(value)]
    return new.get(path, value)


cases.relabellers.append(_relabel)
