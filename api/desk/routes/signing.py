"""/desk/…/statements/…/signing: whether a statement is signed, how, and how many did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.accounts.service import sessions
from api.desk.routes import picking
from api.desk.routes.base import (
    Screen,
    at,
    day,
    framed,
    led,
    onward,
    said,
    screen,
    to,
    typed,
    version,
    when,
)
from api.desk.routes.publishing import to_confirm
from api.desk.routes.shared import country
from api.desk.routes.signing_base import address_of, around, drawn, may, statement_of
from api.desk.routes.visiting import actor, coalition, visit
from api.desk.rules import charts, signing as rules
from api.desk.rules.signing import (
    NumbersDrawn,
    OpeningScreen,
    SettingsScreen,
    SigningOverview,
    ToConfirm,
)
from api.desk.rules.tables import Cell, ListColumn, Listing, ListRow
from api.errors import Conflict, Invalid
from api.infra import clock
from api.infra.database.transactions import Stale
from api.infra.text import languages
from api.moderation.service import retention
from api.pages.routes import signing as public_pages
from api.pages.routes.base import sent
from api.pages.rules import facts, pages
from api.pages.rules.facts import Form
from api.signatures.service import lists
from api.signing.schemas import SigningIn
from api.signing.service import preview, settings
from api.signing.service.settings import SIGNABLE, Set
from api.statements.rules import NotFrozen
from api.web.validate import loaded

_AT = "/<uuid:coalition_id>/statements/<uuid:statement_id>/signing"
_MORE = "mailing_more"  # the field of an organisation that is not listed
_MOST_BARS = 12
_PREVIEW = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors 'self'; sandbox"
)


@at(_AT, "statement_signing")
class SigningNow(Screen):
    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Show whether a statement is signed now, and how many did."""
        statement = statement_of(statement_id)
        found = settings.signing(actor(), statement_id)
        told: dict[str, Any] = lists.numbers(actor(), statement_id)
        state, at = _state(found)
        is_coordinator = may(Role.COORDINATOR)
        names = to("signatures", statement_id=statement_id)
        return screen(
            "signing.html",
            SigningOverview(
                id=statement_id,
                around=around(statement),
                state=state,
                tone=rules.TONES[state],
                instant=when(at, found.signing.zone),
                address=address_of(statement, found),
                total=told["total"],
                organisations=told["by_kind"].get("organisation", 0),
                withheld=told["withheld"],
                waiting=told["waiting"],
                numbers=[
                    each for each in (_days(told, statement_id), _lands(told, statement_id)) if each
                ],
                may_open=is_coordinator and statement.state in SIGNABLE,
                is_draft=statement.state not in SIGNABLE,
                version=found.signing.version,
                names=names,
                left_behind=f"{names}?state=waiting" if is_coordinator else "",
            ),
        )


def _state(found: Set) -> tuple[str, Any]:
    row, now = found.signing, clock.now()
    if found.is_open:
        return "open", row.closes_at
    if row.closes_at is not None and row.closes_at <= now:
        return "closed", row.closes_at
    if row.opens_at is not None:
        return "later", row.opens_at
    return "never", None


def _days(told: dict[str, Any], statement_id: UUID) -> NumbersDrawn | None:
    if not told["by_day"]:
        return None
    rows = [(day(each), number) for each, number in reversed(told["by_day"].items())]
    return _numbers("days", rows, to("signing_days", statement_id=statement_id))


def _lands(told: dict[str, Any], statement_id: UUID) -> NumbersDrawn | None:
    if not told["by_country"]:
        return None
    return _numbers("lands", _by_country(told), to("signing_lands", statement_id=statement_id))


def _by_country(told: dict[str, Any]) -> list[tuple[str, int]]:
    known = sorted(told["by_country"].items(), key=lambda each: (-each[1], each[0]))
    return [(country(code), number) for code, number in known]


def _numbers(key: str, rows: Sequence[tuple[str, int]], picture: str) -> NumbersDrawn:
    words = said()
    table = Listing(
        caption=words.say(f"signing.{key}"),
        columns=[
            ListColumn(words=words.say(f"signing.{key}_one")),
            ListColumn(words=words.say("signing.number"), is_number=True),
        ],
        rows=[
            ListRow(cells=[Cell(text=each), Cell(text=languages.number(number, words.language))])
            for each, number in rows
        ],
    )
    return NumbersDrawn(key=key, picture=picture, table=table)


@at(f"{_AT}/days.svg", "signing_days")
class DrawDays(Screen):
    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Draw how many there were by the end of each day."""
        statement_of(statement_id)
        told: dict[str, Any] = lists.numbers(actor(), statement_id)
        tongue = said().language
        points = [(languages.short_date(each, tongue), n) for each, n in told["by_day"].items()]
        return drawn(charts.growth(points, _accent(), _size()))


@at(f"{_AT}/lands.svg", "signing_lands")
class DrawLands(Screen):
    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Draw from which countries they are: those with the most."""
        statement_of(statement_id)
        told = lists.numbers(actor(), statement_id)
        return drawn(charts.bars(_by_country(told)[:_MOST_BARS], _accent(), _size()))


def _size() -> charts.DrawingSize:
    return charts.NARROW if "narrow" in request.args else charts.WIDE


def _accent() -> str:
    here = coalition()
    return here.accent if here else facts.ACCENT


# Opened and closed.


@at(f"{_AT}/open", "signing_open")
class OpenSigning(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Ask once before everybody can sign: from then on only small things of the text change."""
        return _opening(statement_id, Form())

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Open it now."""
        found = settings.signing(actor(), statement_id)
        _must_be_fresh(found)
        now = {"opens_at": clock.now(), "closes_at": _still(found), **rules.confirmed(sent())}
        try:
            settings.put(actor(), statement_id, version(), {**_kept(found), **now})
        except Invalid as refused:
            return _opening(statement_id, typed(refused))
        except Conflict as refused:
            asked = rules.to_confirm(refused.faults, to_confirm(statement_id, refused))
            if not asked:
                raise
            return _opening(statement_id, _must_confirm(), asked)
        return onward("statement_signing", "signing_opened", statement_id=statement_id)


def _must_be_fresh(found: Set) -> None:
    """Ask for a sign-in of a moment ago where signing may put people at risk."""
    if found.signing.is_sensitive:
        sessions.must_be_fresh(visit())


def _must_confirm() -> Form:
    return Form(values=sent(), faults={"": said().say("signing.must_confirm")})


def _kept(found: Set) -> dict[str, object]:
    return rules.kept(found.signing, found.mailers)


def _still(found: Set) -> Any:
    """Return when it closes, unless that is over: who opens it again opens it for good."""
    closes = found.signing.closes_at
    return closes if closes is not None and closes > clock.now() else None


def _opening(statement_id: UUID, form: Form, asked: Sequence[ToConfirm] = ()) -> Response:
    statement = statement_of(statement_id)
    found = settings.signing(actor(), statement_id)
    _must_be_fresh(found)
    return screen(
        "signing_open.html",
        OpeningScreen(
            around=around(statement),
            back=to("statement_signing", statement_id=statement_id),
            is_sensitive=found.signing.is_sensitive,
            version=found.signing.version,
            to_confirm=asked,
            form=form,
        ),
    )


@at(f"{_AT}/close", "signing_close")
class CloseSigning(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Close it now; it can be opened again."""
        found = settings.signing(actor(), statement_id)
        facts_ = {**_kept(found), "closes_at": clock.now()}
        settings.put(actor(), statement_id, version(), facts_)
        undo = [statement_id] if found.signing.closes_at is None else []  # it had no end
        return onward("statement_signing", "signing_closed", undo, statement_id=statement_id)


@at(f"{_AT}/reopen", "signing_reopen")
class ReopenSigning(Screen):
    least = Role.COORDINATOR

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Undo the closing: it is open until somebody closes it."""
        found = settings.signing(actor(), statement_id)
        _must_be_fresh(found)
        row = found.signing
        facts_ = {**_kept(found), "closes_at": None}
        settings.put(actor(), statement_id, row.version, facts_)
        return onward("statement_signing", "signing_opened", statement_id=statement_id)


# Settings, with the page as it would be.


@at(f"{_AT}/settings", "signing_settings")
class SetSigning(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Show how a statement is signed."""
        return _settings(coalition_id, statement_id, Form())

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Keep it."""
        found = settings.signing(actor(), statement_id)
        _must_be_fresh(found)  # it opens, or is sensitive no more
        try:
            more = picking.of_organisations(coalition_id, _MORE).chosen()
            given = loaded(SigningIn(), rules.given(sent(), found.signing, more))
            if given["is_sensitive"] and given["opens_at"] is not None:
                sessions.must_be_fresh(visit())
            settings.put(actor(), statement_id, version(), given)
        except (Invalid, Stale) as refused:
            return _settings(coalition_id, statement_id, typed(refused))
        except Conflict as refused:
            asked = rules.to_confirm(refused.faults, to_confirm(statement_id, refused))
            if not asked:
                raise
            return _settings(coalition_id, statement_id, _must_confirm(), asked)
        return onward("signing_settings", "saved", statement_id=statement_id)


def _settings(
    coalition_id: UUID, statement_id: UUID, form: Form, asked: Sequence[ToConfirm] = ()
) -> Response:
    statement = statement_of(statement_id)
    found = settings.signing(actor(), statement_id)
    _must_be_fresh(found)  # now, so that nothing that is typed is lost
    row, words = found.signing, said()
    pick = picking.of_organisations(coalition_id, _MORE)
    more = pick.offered(form)
    # Who mails is always shown: saving keeps ticks. Others too, while they are few.
    mailers = {str(each): pick.named(each) for each in found.mailers}
    listed = mailers if more.is_long else {**dict(more.choices), **mailers}
    is_frozen = bool(statement.revision_number)
    told = retention.preview(actor(), statement_id)
    return screen(
        "signing_settings.html",
        SettingsScreen(
            around=around(statement),
            form=form,
            known=rules.typed_as(row),
            ticked={name: getattr(row, name) for name in rules.TRUTHS},
            suggests_sensitive=found.suggests_sensitive,
            organisations=[(each, name, "") for each, name in listed.items()],
            more=more if more.is_long else None,
            mailers=list(mailers),
            version=row.version,
            preview=to("signing_preview", statement_id=statement_id) if is_frozen else "",
            to_confirm=asked,
            retention=[
                (words.say(f"signing.kept_{key}"), languages.number(number, words.language))
                for key in ("identities", "mailing_consents", "evidence", "pending", "turned_away")
                if (number := getattr(told, key))
            ]
            + [(words.say("signing.acts_on"), day(told.acts_on))],
            retention_warning=words.say("signing.untold") if told.warning else "",
        ),
    )


@at(f"{_AT}/preview", "signing_preview")
class PreviewPage(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Show the public page as it would be, in a frame; its form goes nowhere."""
        statement_of(statement_id)
        tried = {
            name: request.args[name] == "yes" for name in preview.TRIED if name in request.args
        }
        try:
            found = preview.previewed(actor(), statement_id, request.args.get("language"), tried)
        except NotFrozen:
            return led(to("signing_settings", statement_id=statement_id))
        page = public_pages.page_of(found)
        still = replace(page, frame=replace(page.frame, script=""))  # the frame would refuse it
        answer = framed(Response(pages.render("statement.html", still)))
        answer.headers["Content-Security-Policy"] = _PREVIEW
        return answer
