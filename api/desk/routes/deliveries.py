"""/desk/…/statements/{id}/deliveries: hand a text over, and keep what addressees answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.coalitions import service as coalitions
from api.coalitions.service import AddresseeView
from api.deliveries import schemas, service
from api.deliveries.models import CoverLetter
from api.deliveries.service import DeliveryView, responses
from api.deliveries.service.responses import ResponseView
from api.demands import service as demands
from api.demands.models import Demand
from api.desk.routes import statement_base
from api.desk.routes.base import (
    REFUSED,
    Screen,
    at,
    day,
    framed,
    ids,
    one,
    onward,
    page_request,
    said,
    screen,
    to,
    typed,
    when,
)
from api.desk.routes.shared import columns_of, lists_of, paged
from api.desk.routes.visiting import actor
from api.desk.rules import deliveries as rules
from api.desk.rules.deliveries import (
    CoverLetterForm,
    CoverLetterScreen,
    DeliveriesScreen,
    ResponseShown,
    ResponsesScreen,
)
from api.desk.rules.tables import Cell, ListRow, Press
from api.errors import NotFound
from api.infra.database import paging
from api.infra.database.paging import PageRequest
from api.pages.routes.base import sent
from api.pages.rules.facts import Anchor, Form
from api.pages.rules.pages import own_name
from api.statements import service as statements
from api.statements.models import State, Statement
from api.texts.rules import markdown
from api.web.validate import loaded

_PATH = "/<uuid:coalition_id>/statements/<uuid:statement_id>"
_LISTS = ("cursor", "letters")  # of the screen, each paged by its name
_LETTERS = 20  # on a page
_RECIPIENTS = 100  # that are offered at once
_FIRST = "first"  # instead of a cursor: their first page
_FEW = PageRequest(limit=5)
_WHOLE = 160  # characters of a demand


@at(f"{_PATH}/deliveries", "statement_deliveries")
class Deliveries(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """List who got the text, and what they answered."""
        del coalition_id
        statement, who = statement_base.statement_of(statement_id), actor()
        list_of = lists_of(to("statement_deliveries", statement_id=statement_id), _LISTS)
        found = service.of_statement(who, statement_id, page_request())
        answered = responses.of_statement(who, statement_id, _FEW)
        words, known = said(), demands_of(statement)
        letters = service.letters_of(who, statement_id, page_request(_LETTERS, "letters"))
        return screen(
            "deliveries.html",
            DeliveriesScreen(
                around=statement_base.around(statement),
                deliveries=replace(
                    list_of("cursor", words.say("deliveries.title")),
                    columns=columns_of(
                        "deliveries", "addressee", "state", "means", "when", "again"
                    ),
                    rows=[_row(each) for each in found.items],
                    total=found.total,
                    following=found.following,
                ),
                responses=[_response(each, known) for each in answered.items],
                answers=answered.total or 0,
                letters=[_letter(each) for each in letters.items],
                pages_of_letters=paged(
                    list_of("letters", words.say("deliveries.letters")), letters
                ),
                is_published=statement.state is State.PUBLISHED,
            ),
        )


@at(f"{_PATH}/responses", "statement_responses")
class AnswersOfAddressees(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """List what addressees answered, whether or not they got the text from here."""
        del coalition_id
        statement = statement_base.statement_of(statement_id)
        found = responses.of_statement(actor(), statement_id, page_request(20))
        known, here = demands_of(statement), to("statement_responses", statement_id=statement_id)
        return screen(
            "responses.html",
            ResponsesScreen(
                around=statement_base.around(statement),
                responses=[_response(each, known) for each in found.items],
                total=found.total or 0,
                following=f"{here}?cursor={found.following}" if found.following else "",
                back=to("statement_deliveries", statement_id=statement_id),
            ),
        )


def _row(each: DeliveryView) -> ListRow:
    words, row = said(), each.row
    key = rules.fault_key(each.state, each.fault)
    again = Cell()
    if key and row.cover_letter_id and row.addressee_id and each.state != "waiting":
        path = to("cover_letter", cover_letter_id=row.cover_letter_id)
        fields = [("ids", str(row.addressee_id)), ("language", row.language or "")]
        again = Cell(
            press=Press(action=path, words=words.say("deliveries.try_again"), fields=fields)
        )
    return ListRow(
        cells=[
            Cell(text=row.addressee, small=each.note or ""),
            Cell(
                text=words.say(f"deliveries.state_{each.state}"),
                tone=rules.TONES[each.state],
                small=words.say(f"deliveries.{key}") if key else "",
            ),
            Cell(text=words.say(f"deliveries.means_{row.means}")),
            Cell(html=when(row.delivered_at or row.created_at)),
            again,
        ]
    )


def _letter(each: CoverLetter) -> tuple[Anchor, Any]:
    subject = next(it["subject"] for it in each.texts if it["language"] == each.language)
    href = to("cover_letter", cover_letter_id=each.id)
    return Anchor(subject, href), when(each.created_at)


def _response(each: ResponseView, known: dict[UUID, Demand]) -> ResponseShown:
    words = said()
    return ResponseShown(
        addressee=each.row.addressee,
        on=day(each.row.answered_on),
        text=each.text,
        sources=each.sources,
        demands=[
            (
                Anchor(
                    words_of(known[it.demand_id])
                    if it.demand_id in known
                    else words.say("deliveries.a_demand"),
                    to("demand", demand_id=it.demand_id),
                ),
                words.say(f"deliveries.became_{it.status or 'none'}"),
            )
            for it in each.demands
        ],
    )


def demands_of(statement: Statement) -> dict[UUID, Demand]:
    """Return the coalition's demands that the newest text asks, by id and in their order."""
    if not statement.revision_number:
        return {}
    document = statements.revision(actor(), statement.id, statement.revision_number).document
    keys = {each["id"] for one_ in document.get("demand_lists", ()) for each in one_["demands"]}
    found = paging.every(
        lambda page: demands.of_coalition(actor(), statement.coalition_id, page, keys=keys)
    )
    return {each.demand.id: each.demand for each in found}


def words_of(demand: Demand) -> str:
    """Return the beginning of a demand."""
    text = " ".join(markdown.plain(demand.text).split())
    return text if len(text) <= _WHOLE else f"{text[:_WHOLE].rsplit(' ', 1)[0]} …"


@at(f"{_PATH}/cover-letters/new", "cover_letter_new")
class WriteCoverLetter(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Ask what goes with the text."""
        del coalition_id
        return self._shown(statement_base.statement_of(statement_id), Form())

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Keep it; it is shown as it goes out, and nothing is sent yet."""
        del coalition_id
        statement = statement_base.statement_of(statement_id)
        try:
            facts = loaded(schemas.CoverLetterIn(), _texts())
            row = service.write(actor(), statement_id, facts)
        except REFUSED as refused:
            return self._shown(statement, typed(refused))
        return onward("cover_letter", "cover_letter_kept", cover_letter_id=row.id)

    def _shown(self, statement: Statement, form: Form) -> Response:
        before = _before(statement)
        back = (
            to("cover_letter", cover_letter_id=before.id)
            if before
            else to("statement_deliveries", statement_id=statement.id)
        )
        texts = before.texts if before else [_nothing_in(statement.language)]
        values = rules.letter_as_typed(texts)
        return screen(
            "cover_letter_new.html",
            CoverLetterForm(
                around=statement_base.around(statement),
                languages=languages_of(statement),
                values=values,
                others=range(1, len({name.split(".")[1] for name in values})),
                is_another=before is not None,
                back=back,
                form=form,
            ),
        )


def _nothing_in(language: str) -> dict[str, str]:
    return {"language": language, "subject": "", "text": ""}


def _before(statement: Statement) -> CoverLetter | None:
    """Return the letter in whose place another one is written; None: this is the first."""
    given = request.args.get("from", "")
    try:
        before = service.letter(actor(), UUID(given)) if given else None
    except ValueError:
        raise NotFound("There is no such letter.") from None
    if before and before.statement_id != statement.id:
        raise NotFound("It goes with another text.")
    return before


def languages_of(statement: Statement) -> list[tuple[str, str]]:
    """Return in which languages a letter may be written: the statement's first."""
    mine = coalitions.coalition(actor(), statement.coalition_id).languages
    tags = dict.fromkeys([statement.language, *mine, "en", "ru", "fr", "de", "fa", "ar", "es"])
    return [(tag, own_name(tag)) for tag in tags]


def _texts() -> dict[str, object]:
    """Return what was written, in each language that was."""
    found = []
    for place in range(sum(name.endswith(".subject") for name in sent())):
        names = ("language", "subject", "text")
        text = {name: one(f"texts.{place}.{name}") for name in names}
        if place == 0 or text["subject"] or text["text"]:
            found.append(text)
    return {"language": one("texts.0.language"), "texts": found}


@at("/<uuid:coalition_id>/cover-letters/<uuid:cover_letter_id>", "cover_letter")
class ShowCoverLetter(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, cover_letter_id: UUID) -> Response:
        """Show a cover letter as it goes out, and to whom."""
        return self._shown(coalition_id, cover_letter_id, Form())

    def post(self, coalition_id: UUID, cover_letter_id: UUID) -> AnyResponse:
        """Send the text with it to those who are ticked; who has it already gets no second."""
        row = service.letter(actor(), cover_letter_id)
        if one("onward"):  # another page of addressees: those who are ticked stay so
            return self._shown(coalition_id, cover_letter_id, Form(values=sent()))
        if not ids():
            wrong = Form(values=sent(), faults={"ids": said().say("deliveries.tick_one")})
            return self._shown(coalition_id, cover_letter_id, wrong)
        try:
            wanted = {"language": one("language") or None, "addressee_ids": list(map(str, ids()))}
            service.send(actor(), cover_letter_id, **loaded(schemas.DeliveriesIn(), wanted))
        except REFUSED as refused:
            return self._shown(coalition_id, cover_letter_id, typed(refused))
        return onward("statement_deliveries", "handed_over", statement_id=row.statement_id)

    def _shown(self, coalition_id: UUID, cover_letter_id: UUID, form: Form) -> Response:
        row = service.letter(actor(), cover_letter_id)
        statement = statement_base.statement_of(row.statement_id)
        language = request.args.get("in") or one("language") or row.language
        found = service.preview(actor(), cover_letter_id, language, None)
        here_from = (one("onward") or one("cursor")).removeprefix(_FIRST)
        named = [each.id for each in (*found.to, *found.without_email)]
        first = [] if here_from else [coalitions.addressee(actor(), each) for each in named]
        asked = PageRequest(limit=_RECIPIENTS, cursor=here_from or None)
        page = coalitions.addressees(actor(), coalition_id, asked)
        passed = {*named, *(each.id for each in found.already)}
        rest = [*first, *(each for each in page.items if each.addressee.id not in passed)]
        here = to("cover_letter", cover_letter_id=cover_letter_id)
        shown = {str(each.addressee.id) for each in rest if each.email}
        return screen(
            "cover_letter.html",
            CoverLetterScreen(
                around=statement_base.around(statement),
                subject=found.message.subject,
                language=found.language,
                page=to("cover_letter_page", cover_letter_id=cover_letter_id)
                + f"?in={found.language}",
                reply_to=found.message.reply_to or "",
                languages=[
                    Anchor(own_name(it["language"]), f"{here}?in={it['language']}")
                    for it in row.texts
                ],
                recipients=[
                    (str(each.addressee.id), each.addressee.name, _office(each))
                    for each in rest
                    if each.email
                ],
                chosen=[str(each.id) for each in found.to],
                without_email=[
                    Anchor(
                        each.addressee.name,
                        to("addressee_edit", addressee_id=each.addressee.id)
                        + f"?letter={cover_letter_id}",
                    )
                    for each in rest
                    if not each.email
                ],
                already=[each.name for each in found.already],
                missing=[
                    Anchor(name, f"{to('addressee_new')}?letter={cover_letter_id}&place={place}")
                    for place, name in enumerate(found.missing)
                ],
                cursor=here_from,
                following=page.following or "",
                first=_FIRST if here_from else "",
                kept=[each for each in dict.fromkeys(map(str, ids())) if each not in shown],
                change=to("cover_letter_new", statement_id=statement.id)
                + f"?from={cover_letter_id}",
                back=to("statement_deliveries", statement_id=statement.id),
                is_published=statement.state is State.PUBLISHED,
                form=form,
            ),
        )


def _office(each: AddresseeView) -> str:
    row = each.addressee
    return ", ".join(filter(None, (row.title, row.organisation, each.email)))


@at("/<uuid:coalition_id>/cover-letters/<uuid:cover_letter_id>/page", "cover_letter_page")
class CoverLetterPage(Screen):
    least = Role.COORDINATOR
    is_file = True

    def get(self, coalition_id: UUID, cover_letter_id: UUID) -> Response:
        """Send the letter as its reader sees it, for a frame."""
        del coalition_id
        language = request.args.get("in") or None
        found = service.preview(actor(), cover_letter_id, language, None)
        return framed(Response(found.message.html, mimetype="text/html"))
