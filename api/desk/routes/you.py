"""/desk/you: where one is signed in, and the tokens of one's programs."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts import schemas, service as accounts
from api.accounts.models import Token
from api.accounts.service import passkeys, sessions
from api.accounts.service.sessions import SessionView
from api.coalitions import service as coalitions
from api.desk.routes.base import (
    REFUSED,
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
    when,
)
from api.desk.routes.shared import columns_of
from api.desk.routes.visiting import actor
from api.desk.rules import typed_facts
from api.desk.rules.entering import NewTokenScreen, YouScreen
from api.desk.rules.frames import WORDS
from api.desk.rules.tables import Cell, Listing, ListRow, Press
from api.desk.service import daily
from api.errors import NotFound
from api.infra import clock
from api.infra.database import paging
from api.pages.routes.base import sent
from api.pages.rules.facts import Form
from api.pages.rules.pages import own_name
from api.web.validate import loaded


@at("/you", "you")
class You(Screen):
    def get(self) -> Response:
        """Show sessions, tokens, and which letters of the day are wanted."""
        who = accounts.me(actor())
        return screen(
            "you.html",
            YouScreen(
                name=who.name,
                email=who.email,
                sessions=_sessions(),
                tokens=_tokens(),
                coalitions=_coalitions(),
                passkeys=_passkeys(),
                daily=[str(each) for each in daily.wanted(actor())],
                language=who.language or "",
                languages=[(tag, own_name(tag)) for tag in WORDS.offered()],
            ),
        )


def _coalitions() -> list[tuple[str, str, str]]:
    found = paging.every(lambda page: coalitions.coalitions(actor(), page))
    return [(str(each.id), each.name, "") for each in found]


@at("/you/language", "language")
class ChooseLanguage(Screen):
    def post(self) -> AnyResponse:
        """Keep in which language to speak; none is that of the browser."""
        chosen = one("language")
        if chosen and chosen not in WORDS.offered():
            raise NotFound("The desk does not speak this language.")
        accounts.speak(actor(), chosen or None)
        return onward("you", "saved")


@at("/you/daily", "daily")
class Daily(Screen):
    def post(self) -> AnyResponse:
        """Keep from which coalitions a letter a day is wanted."""
        chosen = set(sent().get("coalition_ids", ()))
        before = daily.wanted(actor())
        for one_of_them, _, _ in _coalitions():
            is_wanted = one_of_them in chosen
            if is_wanted != (UUID(one_of_them) in before):
                daily.want(actor(), UUID(one_of_them), said().language, is_wanted=is_wanted)
        return onward("you", "saved")


def _sessions() -> Listing:
    words = said()
    return Listing(
        caption=words.say("you.sessions"),
        columns=columns_of("you", "device", "means", "since", "seen", "end"),
        rows=[_session(each) for each in sessions.of(actor())],
    )


def _session(one_of_them: SessionView) -> ListRow:
    words, each = said(), one_of_them
    device = each.device or words.say("you.unknown_device")
    end = Press(action=to("session_end", session_id=each.id), words=words.say("you.end"))
    return ListRow(
        cells=[
            Cell(text=device, small=words.say("you.this_one") if each.is_current else ""),
            Cell(text=words.say(f"you.by_{each.means}")),
            Cell(html=when(each.created_at)),
            Cell(html=when(each.last_seen_at)),
            Cell() if each.is_current else Cell(press=end),
        ]
    )


def _passkeys() -> Listing:
    words = said()
    return Listing(
        caption=words.say("you.passkeys"),
        columns=columns_of("you", "passkey_label", "added", "used", "remove"),
        rows=[
            ListRow(
                cells=[
                    Cell(text=each.label),
                    Cell(html=when(each.created_at)),
                    Cell(html=when(each.last_used_at)) if each.last_used_at else Cell(),
                    Cell(
                        press=Press(
                            action=to("passkey_end", passkey_id=each.id),
                            words=words.say("you.remove"),
                        )
                    ),
                ]
            )
            for each in passkeys.of(actor())
        ],
    )


def _tokens() -> Listing:
    words = said()
    found = accounts.tokens(actor(), page_request())
    return Listing(
        caption=words.say("you.tokens"),
        columns=columns_of("you", "label", "state", "expires", "used", "end"),
        rows=[_token(each) for each in found.items],
        path=to("you"),
        query=cursors("cursor"),
        following=found.following,
    )


def _token(token: Token) -> ListRow:
    words = said()
    is_over = token.revoked_at is not None or token.expires_at <= clock.now()
    end = Press(action=to("token_end", token_id=token.id), words=words.say("you.end"))
    key = "over" if is_over else "works"
    scope = token.coalition_ids
    limited = "" if scope is None else words.say("you.limited", len(scope))
    return ListRow(
        cells=[
            Cell(text=token.label, small=limited),
            Cell(text=words.say(f"you.{key}"), tone="" if is_over else "good"),
            Cell(html=when(token.expires_at)),
            Cell(html=when(token.last_used_at)) if token.last_used_at else Cell(),
            Cell() if is_over else Cell(press=end),
        ]
    )


@at("/you/sessions/<uuid:session_id>/end", "session_end")
class SessionEnd(Screen):
    def post(self, session_id: UUID) -> AnyResponse:
        """End one session."""
        sessions.end(actor(), session_id)
        return onward("you", "session_ended")


@at("/you/sessions/end", "sessions_end")
class SessionsEnd(Screen):
    def post(self) -> AnyResponse:
        """End all of them, this one too."""
        sessions.end_all(actor())
        return onward("sign_in", "sessions_ended")


@at("/you/tokens/<uuid:token_id>/end", "token_end")
class TokenEnd(Screen):
    def post(self, token_id: UUID) -> AnyResponse:
        """End a token."""
        accounts.revoke_token(actor(), token_id)
        return onward("you", "token_ended")


@at("/you/tokens/new", "token_new")
class TokenNew(Screen):
    is_fresh = True  # it outlives the session

    def get(self) -> Response:
        """Ask what the token is for."""
        return self._shown(Form())

    def post(self) -> Response:
        """Make it, and show its secret this once."""
        ids = sent().get("coalition_ids", [])
        given = {
            "label": one("label"),
            "days": typed_facts.number(one("days")),
            "coalition_ids": ids or None,
        }
        try:
            _, secret = accounts.create_token(actor(), **loaded(schemas.TokenIn(), given))
        except REFUSED as refused:
            return self._shown(typed(refused))
        return screen("token_new.html", NewTokenScreen(coalitions=(), secret=secret))

    def _shown(self, form: Form) -> Response:
        return screen("token_new.html", NewTokenScreen(coalitions=_coalitions(), form=form))
