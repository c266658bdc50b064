"""/desk/…/statements/{id}/members/{id}/answer: an answer that came in another way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.desk.routes import statement_base
from api.desk.routes.base import Screen, at, ids, one, onward, said, screen, to, typed
from api.desk.routes.signoff_members import choices_of_appearance, cut, entry_of, name_of, places_of
from api.desk.routes.visiting import actor
from api.desk.rules import signoffs as rules
from api.desk.rules.signoffs import AnswerForm
from api.errors import Invalid
from api.pages.routes.base import sent, takes_file
from api.pages.rules.facts import Form
from api.signatures.rules import MAIL, NOTE, scan_type
from api.signatures.service import evidence
from api.signatures.service.evidence import NoScan
from api.signatures.service.rows import TextChanged
from api.signoffs import schemas
from api.signoffs.models import Answer, AnswerMeans
from api.signoffs.rules import Status
from api.signoffs.service import answers
from api.signoffs.service.rows import UnsealedAnswer
from api.statements import service as statements
from api.statements.models import Statement
from api.web.validate import loaded

_PATH = "/<uuid:coalition_id>/statements/<uuid:statement_id>/members/<uuid:member_id>"


@at(f"{_PATH}/answer", "member_answer")
class EnterAnswer(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, statement_id: UUID, member_id: UUID) -> AnyResponse:
        """Ask what the member said, and how it came."""
        del coalition_id
        return self._shown(statement_base.statement_of(statement_id), member_id, Form())

    @takes_file
    def post(self, coalition_id: UUID, statement_id: UUID, member_id: UUID) -> AnyResponse:
        """Keep it, with the file that proves it."""
        del coalition_id
        statement = statement_base.statement_of(statement_id)
        kept = next(map(str, ids("evidence_id")), "")
        try:
            facts = loaded(schemas.SignOffIn(), _given(member_id))
            kept = _kept_file(statement_id) or kept
            facts["evidence_id"] = UUID(kept) if kept else None
            answers.enter(actor(), statement_id, facts)
        except NoScan:
            wrong = {"file": said().say("signoff.no_evidence")}
            return self._shown(statement, member_id, Form(values=sent(), faults=wrong), kept)
        except Invalid as refused:
            return self._shown(statement, member_id, typed(refused), kept)
        except TextChanged:
            form = Form(values=sent(), faults={"": said().say("signoff.text_changed")})
            return self._shown(statement, member_id, form, kept)
        return onward(
            "statement_member", "answer_entered", statement_id=statement_id, member_id=member_id
        )

    def _shown(
        self, statement: Statement, member_id: UUID, form: Form, evidence_id: str = ""
    ) -> AnyResponse:
        words, entry = said(), entry_of(statement, member_id)
        known, people = places_of(statement), entry["people"] or ()
        sha256 = ""
        if statement.revision_number:
            newest = statements.revision(actor(), statement.id, statement.revision_number)
            sha256 = newest.sha256
        first = next((each for each in people if each.may_answer and not each.has_answered), None)
        return screen(
            "signoff_answer.html",
            AnswerForm(
                around=statement_base.around(statement),
                name=name_of(entry),
                back=to("statement_member", statement_id=statement.id, member_id=member_id),
                answers=[
                    (
                        each.value,
                        words.say(f"signoff.answer_{each}"),
                        words.say(f"signoff.hint_{each}"),
                    )
                    for each in Answer
                ],
                appearances=choices_of_appearance(),
                means=[(each.value, words.say(f"signoff.means_{each}")) for each in AnswerMeans],
                places=[(key, cut(text)) for key, text in known.items() if text.strip()],
                values={
                    "by.name": first.name if first else "",
                    "by.role": (first.role or "") if first else "",
                    "visibility": str(entry["visibility"] or ""),
                },
                revision_sha256=sha256,
                evidence_id=evidence_id,
                proposal=_proposal(entry),
                form=form,
            ),
        )


def _proposal(entry: Mapping[str, Any]) -> str:
    """Return what the first of two said, where the second is still to say it."""
    if entry["state"] is not Status.ONE_OF_TWO:
        return ""
    last: UnsealedAnswer = entry["answers"][-1]
    said_ = said().say(f"signoff.answer_{last.answer}")
    return said().say("signoff.first_of_two", name=last.by, answer=said_)


def _given(member_id: UUID) -> dict[str, object]:
    """Return what the form says, as /v1 takes it."""
    noted = [
        {"pointer": one(f"reservations.{at}.pointer"), "text": one(f"reservations.{at}.text")}
        for at in range(rules.RESERVATIONS)
    ]
    return {
        "member_id": str(member_id),
        "answer": one("answer"),
        "revision_sha256": one("revision_sha256"),
        "reservations": [each for each in noted if each["text"]],
        "prints_reservation": one("prints_reservation") == "yes",
        "reason": one("reason") or None,
        "visibility": one("visibility") or None,
        "by": {"name": one("by.name"), **({"role": one("by.role")} if one("by.role") else {})},
        "means": one("means") or None,
        "said_on": one("said_on") or None,
        "note": one("note") or None,
        "printed_name": one("printed_name") or None,
        "in_personal_capacity": one("in_personal_capacity") == "yes",
    }


def _kept_file(statement_id: UUID) -> str:
    """Keep the file that was sent; return its id, or nothing where none was."""
    file = request.files.get("file")
    content = file.read() if file else b""
    if file is None or not content:
        return ""
    name = (file.filename or "").lower()
    said_ = MAIL if name.endswith(".eml") else NOTE
    kind = scan_type(content) or said_
    return str(evidence.put(actor(), statement_id, content, kind, None).row.id)
