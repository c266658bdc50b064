"""…/versions: what was frozen, what two texts differ by, freezing, and putting one back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.desk.routes import draft_acts, statement_base
from api.desk.routes.base import (
    Screen,
    at,
    cursors,
    one,
    onward,
    page_request,
    said,
    screen,
    to,
    typed,
    version,
    when,
)
from api.desk.routes.publishing import to_confirm
from api.desk.routes.shared import columns_of
from api.desk.routes.visiting import actor
from api.desk.rules import drafting, filling, typed_facts
from api.desk.rules.frames import Danger
from api.desk.rules.tables import Cell, Listing, ListRow
from api.desk.rules.versions import CreditsScreen, DiffScreen, FreezeScreen, VersionsScreen
from api.desk.service import standing
from api.documents.rules import diffs as printed
from api.documents.rules.diffs import Shown
from api.documents.service import diffs as papers
from api.documents.service.diffs import DiffFormat
from api.errors import Conflict, Invalid, NotFound
from api.infra.database.transactions import Stale
from api.infra.text import languages
from api.organisations.rules import name_in
from api.pages.routes.base import sent
from api.pages.rules.facts import Form
from api.portable.rules import identity
from api.portable.rules.guard import SenseTurn
from api.reviews.service import crediting
from api.signoffs.service.mentions import MentionsNotConfirmed
from api.statements import rules, schemas, service
from api.statements.models import Revision, State, Statement, Weight
from api.statements.rules import WeightClaim
from api.statements.service import diffs
from api.texts.rules.document import PortableDocument
from api.web.validate import loaded

_DRAFT = "draft"
_COLUMNS = ("number", "when", "means", "changes", "compare", "credits")


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/versions", "statement_versions")
class ListVersions(Screen):
    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """List what was frozen, the newest first."""
        del coalition_id
        statement, words = statement_base.statement_of(statement_id), said()
        found = service.revisions(actor(), statement_id, page_request())
        table = Listing(
            caption=words.say("versions.title"),
            columns=columns_of("versions", *_COLUMNS),
            rows=[_row(statement, each) for each in found.items],
            path=to("statement_versions", statement_id=statement_id),
            query=cursors("cursor"),
            total=found.total,
            following=found.following,
        )
        is_open = statement_base.may_write(statement)
        freeze = is_open and not standing.of(actor(), statement).is_frozen
        shown = VersionsScreen(
            around=statement_base.around(statement),
            versions=table,
            freeze=to("statement_freeze", statement_id=statement_id) if freeze else "",
            numbers=_numbers(statement),
        )
        return screen("statement_versions.html", shown)


def _numbers(statement: Statement) -> list[tuple[str, str]]:
    """Return the texts that can be compared: the draft, and every revision."""
    every = range(statement.revision_number, 0, -1)
    named = [(str(n), said().say("versions.name", number=str(n))) for n in every]
    return [(_DRAFT, said().say("versions.draft")), *named]


def _row(statement: Statement, revision: Revision) -> ListRow:
    words, number = said(), revision.number
    measure = revision.measure or {}
    added, removed = measure.get("words_added", 0), measure.get("words_removed", 0)
    changes = f"+{added} \N{MINUS SIGN}{removed}" if revision.measure else ""
    compare = to("statement_diff", statement_id=statement.id, before=number)
    thanks = to("statement_credits", statement_id=statement.id, number=number)
    is_newest = number == statement.revision_number
    with_draft = words.say("versions.with_draft") if not revision.is_taken_back else ""
    note = words.say("versions.taken_back") if revision.is_taken_back else revision.note or ""
    return ListRow(
        cells=[
            Cell(text=words.say("versions.name", number=str(number)), small=note),
            Cell(html=when(revision.created_at)),
            Cell(
                text=words.say(f"weight.{revision.weight}"),
                tone="good" if is_newest else "",
                small=revision.reason or "",
            ),
            Cell(text=changes),
            Cell(text=with_draft, href=compare),
            Cell(text="" if revision.is_taken_back else words.say("versions.credits"), href=thanks),
        ]
    )


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/credits", "statement_credits")
class ShowCredits(Screen):
    def get(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Show whose suggestions a version holds; of nothing frozen, lead to the list."""
        del coalition_id
        statement, words = statement_base.statement_of(statement_id), said()
        if not statement.revision_number:
            return onward("statement_versions", statement_id=statement_id)
        number = _asked("number") or statement.revision_number
        found = crediting.of_revision(actor(), statement_id, number)
        return screen(
            "statement_credits.html",
            CreditsScreen(
                around=statement_base.around(statement),
                numbered=str(number),
                credits=Listing(
                    caption=words.say("versions.credits"),
                    columns=columns_of("versions", "whose", "suggested", "held_since"),
                    rows=[_credited(each) for each in found.credits],
                ),
                unnamed=found.unnamed,
            ),
        )


def _credited(each: crediting.Credit) -> ListRow:
    words = said()
    name = name_in(each.organisation_names, words.language) if each.organisation_names else ""
    return ListRow(
        cells=[
            Cell(text=name or each.name or "", small=each.affiliation or ""),
            Cell(text=languages.number(each.suggestions, words.language)),
            Cell(text=words.say("versions.name", number=str(each.since))),
        ]
    )


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/diff", "statement_diff")
class CompareVersions(Screen):
    def get(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Show what a text changes of one before it; of no text before, lead to the list."""
        del coalition_id
        statement, words = statement_base.statement_of(statement_id), said()
        if not statement.revision_number:
            return onward("statement_versions", statement_id=statement_id)
        before, after = _asked("before"), _asked("after")
        if before is not None and after is not None and before > after:
            before, after = after, before
        found = diffs.diff(actor(), statement_id, before, after)
        number = found.before.number or 0
        whose: dict[str, Any] = {"statement_id": statement_id, "before": number}
        whose |= {"after": after} if after else {}
        can_restore = statement_base.may_write(statement) and after is None
        return screen(
            "statement_diff.html",
            DiffScreen(
                around=statement_base.around(statement),
                before=words.say("versions.name", number=str(number)),
                after=words.say("versions.name", number=str(after))
                if after
                else words.say("versions.draft"),
                before_number=number,
                changes=_shown(found),
                numbers=_numbers(statement),
                paper=to("statement_diff_paper", **whose),
                restore=to("statement_restore", statement_id=statement_id, number=number)
                if can_restore
                else "",
            ),
        )


def _shown(found: diffs.Diff) -> Shown:
    tongue = found.after.version.document["language"]
    return printed.shown(found.parts, found.change, tongue, said().language)


def _asked(name: str) -> int | None:
    """Return the number of a revision that the address asks for; None: the draft, or the newest."""
    text = request.args.get(name, "")
    if not text or text == _DRAFT:
        return None
    if (number := typed_facts.whole(text)) is None:
        raise NotFound("There is no such version.")
    return number


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/diff.pdf", "statement_diff_paper")
class PrintDiff(Screen):
    is_file = True

    def get(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Give the comparison as PDF."""
        del coalition_id
        statement = statement_base.statement_of(statement_id)
        if not statement.revision_number:
            return onward("statement_versions", statement_id=statement_id)
        before, after = _asked("before"), _asked("after")
        content, slug = papers.printed_diff(actor(), statement_id, before, after, DiffFormat.PDF)
        answer = Response(content, mimetype="application/pdf")
        answer.headers.set("Content-Disposition", "inline", filename=f"{slug}-changes.pdf")
        return answer


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/freeze", "statement_freeze")
class FreezeDraft(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Show what would be frozen, and ask what it means."""
        del coalition_id
        statement_base.statement_of(statement_id)
        return _freeze(statement_id, Form())

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Freeze it."""
        del coalition_id
        statement_base.statement_of(statement_id)
        values = sent()
        given = {name: (values.get(name) or [""])[0].strip() or None for name in ("note", "reason")}
        weight = (values.get("weight") or [""])[0] or None
        more: dict[str, Any] = {
            key: values[key] for key in ("confirmed_cases", "confirmed_mentions") if key in values
        }
        try:
            facts = loaded(schemas.RevisionIn(), {**given, **more, "weight": weight})
            claim = WeightClaim(Weight(weight) if weight else None, facts["note"], facts["reason"])
            confirmed = service.Confirmed(facts["confirmed_cases"], facts["confirmed_mentions"])
            service.freeze(actor(), statement_id, version(), claim, confirmed)
        except (Invalid, Stale) as refused:
            return _freeze(statement_id, typed(refused))
        except Conflict as refused:
            return _freeze(statement_id, typed(), refused)
        return onward("statement", "frozen", statement_id=statement_id)


def _freeze(statement_id: UUID, form: Form, refused: Conflict | None = None) -> Response:
    """Show the form of freezing; what stood in the way is asked about beside it."""
    found = service.draft(actor(), statement_id)
    statement = found.statement
    is_first = not statement.revision_number
    changes = None if is_first else _shown(diffs.diff(actor(), statement_id, None, None))
    asks: dict[str, Any] = {}
    if isinstance(refused, rules.NotEditorial):
        turns = diffs.diff(actor(), statement_id, None, None).turns
        asks["turns"] = [_turned(each) for each in turns]
    elif isinstance(refused, rules.NotConfirmed):
        people = draft_acts.named(found.document)
        asks["cases"] = [(key, name, "") for key, name in people.items()]
    elif isinstance(refused, MentionsNotConfirmed):
        told = to_confirm(statement_id, refused)
        asks["mentions"] = [(key, mention, "") for key, mention in told.items()]
    if refused is not None:
        asks["wrong"] = filling.refusal(refused, said())
    return screen(
        "statement_freeze.html",
        FreezeScreen(
            around=statement_base.around(statement),
            version=statement.version,
            next_number=statement.revision_number + 1,
            is_first=is_first,
            is_public=statement.state is State.PUBLISHED,
            is_owner=statement_base.may(Role.OWNER),
            changes=changes,
            form=form,
            **asks,
        ),
        status=200 if refused is None else 409,
    )


def _turned(turn: SenseTurn) -> str:
    signs = [f"\u2212{each}" for each in turn.removed] + [f"+{each}" for each in turn.added]
    return said().say(f"turn.{turn.kind}", signs=", ".join(signs))


@at("/<uuid:coalition_id>/statements/<uuid:statement_id>/restore", "statement_restore")
class RestoreVersion(Screen):
    least = Role.EDITOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Ask once: what the draft says now is kept nowhere else."""
        del coalition_id
        statement, words = statement_base.statement_of(statement_id), said()
        number = _asked("number") or statement.revision_number
        service.revision(actor(), statement_id, number)
        title = words.say("versions.restore", number=str(number))
        return screen(
            "danger.html",
            Danger(
                title=title,
                points=[words.say("versions.restore_1"), words.say("versions.restore_2")],
                button=title,
                back=to("statement_diff", statement_id=statement_id, before=number),
                fields={"version": str(statement.version), "number": str(number)},
            ),
        )

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Make the draft what a revision says; the revisions stay as they are."""
        del coalition_id
        statement_base.statement_of(statement_id)
        number = typed_facts.whole(one("number"))
        if number is None:
            raise NotFound("The page that led here is old. Load it again.")
        revision = service.revision(actor(), statement_id, number)
        old = identity.identified(revision.document, revision.block_ids)
        before = service.draft(actor(), statement_id).document
        after = drafting.tidied(_as_then(before, old), before)
        service.save(actor(), statement_id, version(), after)
        return onward("draft", "restored", statement_id=statement_id)


def _as_then(now: PortableDocument, old: PortableDocument) -> PortableDocument:
    """Return a revision's text as a draft: who may not be named comes from the draft, or anew."""
    here: Sequence[Any] = now.get("cases", ())
    known = {one["id"]: one for one in here}
    whole = cast("dict[str, Any]", drafting.bare_copy(old))
    people = [one if "name" in one else known.get(one["id"]) for one in old.get("cases", ())]
    whole["cases"] = [one for one in people if one is not None]
    if not whole["cases"]:
        whole.pop("cases")
    return cast("PortableDocument", whole)
