"""Taking a name back: no line and no note prints any more that tells it, and no letter says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.cases import rules as names, service as cases
from api.infra.background import events
from api.infra.database.transactions import touch
from api.infra.security import audit, keys, late_sealing
from api.portable.rules import secrecy
from api.signatures.events import SignaturesTakenBack
from api.signatures.models import Signature, Source, Visibility
from api.signatures.rules import Identity, identity_of
from api.signatures.service import rows as signed
from api.signoffs import rules
from api.signoffs.models import QuestionClosing, SignOff, SignOffRound
from api.signoffs.service import appearances, rows
from api.signoffs.service.publishing import facts_of, is_personal, kept
from api.statements.models import Statement

AT_ONCE = 200
RESERVATION = "reservation"
LINE = ("name", "as_printed", "role", "affiliation")  # of an identity: what its line says


def _answers(session: Session, coalition_id: UUID) -> Iterator[tuple[SignOff, dict[str, object]]]:
    """Yield the answers of a coalition's members, unsealed."""
    query = select(SignOff).where(SignOff.coalition_id == coalition_id).order_by(SignOff.id)
    for row in session.scalars(query.execution_options(yield_per=AT_ONCE)):
        yield row, keys.read(session, row, SignOff.content)


def _line(content: dict[str, object]) -> Iterator[str]:
    """Yield what an answer says in a line that prints: a name that was corrected, or a person."""
    if content.get("name"):
        yield str(content["name"])
    if content.get("personal"):
        yield rules.with_office(content["by"])  # type: ignore[arg-type] # it was sealed as one


def _note(row: SignOff, content: dict[str, object]) -> str:
    """Return what an answer prints as a note."""
    reservations: list[dict[str, str]] = content["reservations"]  # type: ignore[assignment] # they are
    return rules.note_of(reservations) if row.prints_reservation else ""


def _printed(session: Session, coalition_id: UUID) -> Iterator[tuple[Signature, Identity]]:
    """Yield the signatures that an approval became, with who gave each."""
    query = select(Signature).where(
        Signature.coalition_id == coalition_id, Signature.source == Source.APPROVAL
    )
    found = session.scalars(query).all()
    known = signed.identities(session, found)
    yield from ((row, known[row.id]) for row in found if row.id in known)


def _shown(who: Identity) -> str:
    return "\n".join(str(who[field]) for field in LINE if who.get(field))


def _closings(session: Session, coalition_id: UUID) -> list[tuple[QuestionClosing, str]]:
    query = select(QuestionClosing).where(QuestionClosing.coalition_id == coalition_id)
    return [
        (row, keys.read(session, row, QuestionClosing.content)["reason"])
        for row in session.scalars(query.order_by(QuestionClosing.id))
    ]


def _rounds(session: Session, coalition_id: UUID) -> list[tuple[SignOffRound, str]]:
    query = select(SignOffRound).where(SignOffRound.coalition_id == coalition_id)
    return [
        (row, late_sealing.read(session, row, SignOffRound.note) or "")
        for row in session.scalars(query.order_by(SignOffRound.id))
    ]


def said(session: Session, coalition_id: UUID) -> Iterator[str]:
    """Yield every line and note that prints, or will, and what members are told."""
    for row, content in _answers(session, coalition_id):
        yield from (*_line(content), _note(row, content))
    for _, who in _printed(session, coalition_id):
        yield from (_shown(who), who.get(RESERVATION, ""))
    yield from (reason for _, reason in _closings(session, coalition_id))
    yield from (note for _, note in _rounds(session, coalition_id))


def take_name_back(session: Session, silence: cases.NameSilence) -> list[cases.NamedIn]:
    """Keep to ourselves the notes that tell a name, and print lines without it.

    What members are told gets the label. Return where it cannot, without one.
    """
    told = silence.entry.names
    coalition_id = silence.entry.case.coalition_id
    lines = {}
    answers = list(_answers(session, coalition_id))
    for row, content in answers:
        if secrecy.telling(_note(row, content), told):
            row.prints_reservation = False
        if secrecy.telling("\n".join(_line(content)), told):
            lines[row.statement_id, row.member_id] = content
            keys.write(session, row, SignOff.content, _without_line(content))
    session.flush()
    _print_anew(session, silence, lines)
    for signature, who in _printed(session, coalition_id):
        if secrecy.telling(who.get(RESERVATION, ""), told):
            rest = {field: value for field, value in who.items() if field != RESERVATION}
            signed.put_identity(session, signature, rest)
            _announce(session, signature)
    return [*_silence_closings(session, silence), *_silence_rounds(session, silence)]


def _without_line(content: dict[str, object]) -> dict[str, object]:
    """Return an answer whose line is as its member's entry has it, and a person's without office.

    Which part of it tells the name is not asked: a rest of it may lead there.
    """
    by: dict[str, object] = content["by"]  # type: ignore[assignment] # it is one
    rest = {field: value for field, value in content.items() if field != "name"}
    return {**rest, "by": {**by, "role": None}} if content.get("personal") else rest


def _print_anew(
    session: Session, silence: cases.NameSilence, whose: Iterable[tuple[UUID, UUID]]
) -> None:
    """Have lines print as the answers have them now; a person who bears the name goes unnamed."""
    told = silence.entry.names
    for statement_id, member_id in whose:
        statement = session.get_one(Statement, statement_id, with_for_update=True)
        board = rows.read_board(session, statement, only=member_id)
        (entry,) = board.entries
        if is_personal(entry) and secrecy.telling(entry.behind[-1].by, told):
            appearances.put(session, board, entry, Visibility.ANONYMOUS)
        elif (signature := entry.signature) is not None:
            known = signed.identities(session, [signature]).get(signature.id, {})
            if secrecy.telling(_shown(known), told):
                now = identity_of(kept(facts_of(board, entry)))
                signed.put_identity(session, signature, now)
                _announce(session, signature)


def _announce(session: Session, signature: Signature) -> None:
    whose = {"coalition_id": signature.coalition_id, "statement_id": signature.statement_id}
    events.announce(session, SignaturesTakenBack(**whose))


def _silence_closings(session: Session, silence: cases.NameSilence) -> Iterator[cases.NamedIn]:
    for row, reason in _closings(session, silence.entry.case.coalition_id):
        if not secrecy.telling(reason, silence.entry.names):
            continue
        where = f"statements/{row.statement_id}/closed-questions/{row.member_id}"
        if silence.label is None:
            yield cases.NamedIn(f"the reason at {where}", "question", "")
            continue
        after = _labelled(silence, "question", where, "reason", reason)
        keys.write(session, row, QuestionClosing.content, {"reason": after})
        audit.record(session, None, "question.relabelled", row)


def _silence_rounds(session: Session, silence: cases.NameSilence) -> Iterator[cases.NamedIn]:
    for row, note in _rounds(session, silence.entry.case.coalition_id):
        if not secrecy.telling(note, silence.entry.names):
            continue
        where = f"statements/{row.statement_id}/sign-off-round"
        if silence.label is None:
            yield cases.NamedIn(f"the note at {where}", "round", "")
            continue
        after = _labelled(silence, "round", where, "note", note)
        late_sealing.write(session, row, SignOffRound.note, after)
        touch(row, None)
        audit.record(session, None, "sign_off_round.relabelled", row)


def _labelled(silence: cases.NameSilence, what: str, where: str, field: str, before: str) -> str:
    """Return what members are told with the label, and tell where it came to stand."""
    place = f"{where}#/{field}"
    after = names.without(before, silence.entry.names, silence.at(place))
    silence.places.append(cases.Place(place, what, f"/v1/{where}", f"/{field}", before, after))
    return after
