"""…/text/renewal: a draft takes in today's words, or its template is filled again."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.assemblies import service
from api.desk.routes import assembling, statement_base
from api.desk.routes.assembling import FactsAsked
from api.desk.routes.base import REFUSED, Screen, at, one, onward, said, screen, to, typed, version
from api.desk.routes.visiting import actor
from api.desk.rules import fact_forms, renewing as rules
from api.desk.rules.renewing import NewWords, RenewalScreen
from api.pages.routes.base import sent
from api.pages.rules.facts import Form
from api.statements.models import Statement
from api.templates import service as templates

_AT = "/<uuid:coalition_id>/statements/<uuid:statement_id>/text"


@at(f"{_AT}/renewal", "statement_renew")
class RenewWords(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Show what the demands and cases of a draft say by now."""
        del coalition_id
        return self._shown(statement_base.statement_of(statement_id), Form())

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Take that in; the text around it stays."""
        del coalition_id
        statement = statement_base.statement_of(statement_id)
        try:
            service.renew(actor(), statement_id, version(), None, preview=False)
        except REFUSED as refused:
            return self._shown(statement, typed(refused))
        return onward("draft", "renewed", statement_id=statement_id)

    def _shown(self, statement: Statement, form: Form) -> AnyResponse:
        if not statement_base.may_write(statement):
            return onward("draft", statement_id=statement.id)
        found = service.renew(actor(), statement.id, statement.version, None, preview=True)
        named = {
            each["id"]: each.get("may_be_named", True) for each in found.document.get("cases", ())
        }
        return screen(
            "statement_renew.html",
            RenewalScreen(
                around=statement_base.around(statement),
                version=statement.version,
                changes=[_in_words(it) for it in rules.new_words(found.differences, named)],
                refill=to("statement_refill", statement_id=statement.id)
                if statement.template_version_id
                else "",
                back=to("draft", statement_id=statement.id),
                form=form,
            ),
        )


def _in_words(change: NewWords) -> NewWords:
    """Return a change in the reader's words: what part it is of, and a status as lists say it."""
    words, label = said(), rules.LABELS.get(change.part, "")
    table = f"{change.kind}_status" if change.part == "status" else ""
    before, after = (
        words.say(f"{table}.{value}") if table and value else value
        for value in (change.before, change.after)
    )
    part = words.say(label) if label else ""
    return replace(change, part=part, before=before, after=after)


@at(f"{_AT}/template", "statement_refill")
class FillAgain(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Show the form of the newest version of its template; of none, lead to the text."""
        asking = _asked_of(coalition_id, statement_id)
        return assembling.asked(asking) if asking else onward("draft", statement_id=statement_id)

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Fill it again in place of the draft, whose edits go."""
        asking = _asked_of(coalition_id, statement_id)
        if asking is None:
            return onward("draft", statement_id=statement_id)
        if one("do").startswith(assembling.MORE):
            return assembling.one_row_more(asking)
        read = fact_forms.read(asking.source, sent())
        try:
            assembling.look_for(coalition_id, read)
            service.renew(actor(), statement_id, version(), read.facts, preview=False)
        except REFUSED as refused:
            return assembling.mended(asking, read, refused)
        return onward("draft", "refilled", statement_id=statement_id)


def _asked_of(coalition_id: UUID, statement_id: UUID) -> FactsAsked | None:
    statement = statement_base.statement_of(statement_id)
    if statement.template_version_id is None or not statement_base.may_write(statement):
        return None
    newest = templates.template_of(actor(), statement.template_version_id)
    return FactsAsked(coalition_id, str(newest.template_id), newest.source, statement)
