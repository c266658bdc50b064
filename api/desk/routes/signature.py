"""/desk/…/signatures/…: one of them; a hidden name is opened by a press, and the record tells."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.desk.routes import picking
from api.desk.routes.base import (
    REFUSED,
    Screen,
    at,
    day,
    led,
    one,
    onward,
    said,
    screen,
    to,
    typed,
    version,
)
from api.desk.routes.signing_base import around, country_of, statement_of
from api.desk.routes.visiting import actor
from api.desk.rules import signatories as rules
from api.desk.rules.frames import Danger
from api.desk.rules.signatories import EntryScreen, SignatureScreen
from api.errors import Invalid
from api.infra.text import languages
from api.moderation.schemas.data import SignatoryDataOut
from api.moderation.service import persons
from api.pages.routes.base import sent
from api.pages.rules.facts import Anchor, Form
from api.signatures import schemas
from api.signatures.rules import EffectiveState
from api.signatures.service import changes, lists
from api.signatures.service.rows import SignatureView, TextChanged
from api.statements import service as statements
from api.statements.models import Statement
from api.web.files import body_of
from api.web.guard import JSON
from api.web.validate import loaded

_NEW = "/<uuid:coalition_id>/statements/<uuid:statement_id>/signatures/new"
_OF = "organisation_id"
_ONE = "/<uuid:coalition_id>/signatures/<uuid:signature_id>"


@at(_ONE, "signature")
class SeeSignature(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, signature_id: UUID) -> Response:
        """Show a signature; a hidden name stays so."""
        return _shown(lists.signature(actor(), signature_id, is_glance=True))

    def post(self, coalition_id: UUID, signature_id: UUID) -> Response:
        """Open all that is known of the signatory; the record says who looked."""
        return _shown(lists.disclosed(actor(), signature_id), is_open=True)


def _shown(view: SignatureView, form: Form | None = None, *, is_open: bool = False) -> Response:
    words, row = said(), view.signature
    statement = statement_of(row.statement_id)
    is_waiting = view.effective_state is EffectiveState.WAITING
    sha256 = _newest(statement).sha256 if is_waiting else ""
    why = words.say("signatures.waits", number=str(row.revision_number)) if is_waiting else ""
    return screen(
        "signature.html",
        SignatureScreen(
            around=around(statement),
            id=row.id,
            facts=_facts(view),
            state=words.say(f"state_of.{view.effective_state}"),
            tone=rules.TONES[view.effective_state],
            why=why,
            is_hidden=rules.is_hidden(row.visibility) and not is_open,
            is_open=is_open,
            version=view.etag,
            sha256=sha256,
            acts=rules.acts(view.effective_state, row.source.value, row.visibility),
            back=Anchor(words.say("signatures.title"), to("signatures", statement_id=statement.id)),
            values=rules.typed_as(view.who, row.visibility, row.day.isoformat()),
            ticked=row.lead,
            form=form or Form(),
        ),
    )


def _newest(statement: Statement) -> Any:
    return statements.revision(actor(), statement.id, statement.revision_number)


def _facts(view: SignatureView) -> list[tuple[str, Any]]:
    words, row, who = said(), view.signature, view.who
    represents = who.get("represented_by") or {}
    told = [
        ("name", who.get("name") or words.say("signatures.hidden")),
        *((key, who.get(key)) for key in ("acronym", "role", "affiliation", "as_printed")),
        ("reservation", who.get("reservation")),
        (
            "represented_by",
            ", ".join(filter(None, [represents.get("name"), represents.get("role")])),
        ),
        ("email", who.get("email")),
        ("country", country_of(view)),
        ("kind", words.say(f"kind_of.{row.kind}")),
        ("visibility", words.say(f"visibility_of.{row.visibility}")),
        ("source", words.say(f"source_of.{row.source}")),
        ("day", day(row.day)),
        ("place", languages.number(row.place, words.language) if row.place else ""),
    ]
    return [(words.say(f"signatures.{key}"), value) for key, value in told if value]


@at(f"{_ONE}/change", "signature_change")
class ChangeSignature(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, signature_id: UUID) -> AnyResponse:
        """Change what is known of a signatory, or who may see it."""
        try:
            given = loaded(schemas.SignatoryIn(partial=True), rules.given(sent()))
            changes.change(actor(), signature_id, version(), given)
        except REFUSED as refused:
            opened = lists.disclosed(actor(), signature_id)
            return _shown(opened, typed(refused), is_open=True)
        return onward("signature", "saved", signature_id=signature_id)


@at(f"{_ONE}/confirm", "signature_confirm")
class ConfirmSignature(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, signature_id: UUID) -> AnyResponse:
        """Bind it to the newest text, which its signatory has seen."""
        changes.confirm(actor(), signature_id, one("sha256"))
        return onward("signature", "signature_confirmed", signature_id=signature_id)


@at(f"{_ONE}/data", "signature_data")
class DataOfSignatory(Screen):
    least = Role.COORDINATOR
    is_file = True
    is_fresh = True

    def post(self, coalition_id: UUID, signature_id: UUID) -> Response:
        """Give all that is kept of a signatory who asks for it, as a file to hand over."""
        del coalition_id
        kept = SignatoryDataOut().dumps(persons.kept_of(actor(), signature_id), ensure_ascii=False)
        return body_of(str(kept).encode(), JSON, f"signature-{signature_id}.json")


@at(f"{_ONE}/hide", "signature_hide")
class HideSignature(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, signature_id: UUID) -> AnyResponse:
        """Show it to coordinators alone."""
        changes.hide(actor(), signature_id)
        return onward("signature", "signature_hidden", signature_id=signature_id)


class _EndSignature(Screen):
    """What cannot be undone of a signature, asked once."""

    least = Role.COORDINATOR
    is_fresh = True
    act: str

    def get(self, coalition_id: UUID, signature_id: UUID) -> Response:
        """Say what will happen."""
        words = said()
        view = lists.signature(actor(), signature_id, is_glance=True)
        points = [words.say(f"signatures.{self.act}_{each}") for each in ("first", "second")]
        return screen(
            "danger.html",
            Danger(
                title=words.say(f"signatures.{self.act}_title"),
                points=points,
                button=words.say(f"signatures.{self.act}"),
                back=to("signature", signature_id=signature_id),
                fields={"version": str(view.etag)},
            ),
        )


@at(f"{_ONE}/withdraw", "signature_withdraw")
class WithdrawSignature(_EndSignature):
    act = "withdraw"

    def post(self, coalition_id: UUID, signature_id: UUID) -> AnyResponse:
        """Take it back: it counts no more, and who gave it is forgotten."""
        changes.withdraw(actor(), signature_id)
        return onward("signature", "signature_withdrawn", signature_id=signature_id)


@at(f"{_ONE}/erase", "signature_erase")
class EraseSignature(_EndSignature):
    act = "erase"

    def post(self, coalition_id: UUID, signature_id: UUID) -> AnyResponse:
        """Forget who gave it, and go on counting it."""
        changes.erase(actor(), signature_id)
        return onward("signature", "signature_erased", signature_id=signature_id)


@at(f"{_ONE}/delete", "signature_delete")
class DeleteSignature(_EndSignature):
    act = "delete"

    def post(self, coalition_id: UUID, signature_id: UUID) -> AnyResponse:
        """Delete what was entered by mistake."""
        statement_id = lists.signature(actor(), signature_id, is_glance=True).signature.statement_id
        changes.remove(actor(), signature_id, version())
        return onward("signatures", "signature_deleted", statement_id=statement_id)


# A new one.


@at(_NEW, "signature_new")
class EnterSignature(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Ask who signs."""
        return _entry(coalition_id, statement_id, Form())

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Enter who signed, under the text that they saw."""
        facts = {**rules.given(sent()), "revision_sha256": one("revision_sha256")}
        try:
            if organisation := picking.of_organisations(coalition_id, _OF).chosen():
                facts[_OF] = organisation
            given = loaded(schemas.SignatureIn(), facts)
            entered = changes.enter(actor(), statement_id, given.pop("revision_sha256"), given)
        except Invalid as refused:
            return _entry(coalition_id, statement_id, typed(refused))
        except TextChanged:
            changed = Form(values=sent(), faults={"": said().say("signatures.text_changed")})
            return _entry(coalition_id, statement_id, changed)
        code = "signature_entered_warned" if entered.warnings else "signature_entered"
        return onward("signature", code, signature_id=entered.signature.id)


def _entry(coalition_id: UUID, statement_id: UUID, form: Form) -> AnyResponse:
    words, statement = said(), statement_of(statement_id)
    revision = _newest(statement) if statement.revision_number else None
    if revision is None:  # there is nothing to sign yet
        return led(to("signatures", statement_id=statement_id))
    return screen(
        "signature_new.html",
        EntryScreen(
            around=around(statement),
            back=Anchor(words.say("signatures.title"), to("signatures", statement_id=statement_id)),
            revision=revision.number,
            sha256=revision.sha256,
            organisations=picking.of_organisations(coalition_id, _OF).offered(form),
            values=rules.UNKNOWN,
            form=form,
        ),
    )
