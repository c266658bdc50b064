"""/desk/…/settings/mail: the server over which a coalition's letters leave, tried at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.accounts.service import sessions
from api.desk.routes.base import (
    REFUSED,
    Screen,
    at,
    led,
    one,
    onward,
    said,
    screen,
    to,
    typed,
    version,
    when,
)
from api.desk.routes.visiting import actor, visit
from api.desk.rules import settings as rules
from api.desk.rules.frames import Danger
from api.desk.rules.settings import MailScreen
from api.desk.rules.tables import Tone
from api.errors import NotFound
from api.infra.database.paging import PageRequest
from api.infra.mail.letters import Letter, LetterState
from api.mailings import service as mailings
from api.mailings.models import MailServer
from api.mailings.schemas import MailServerIn
from api.mailings.service import servers
from api.mailings.service.servers import MailServerView
from api.pages.routes.base import sent
from api.pages.rules.facts import Form
from api.web.validate import loaded

_AT = "/<uuid:coalition_id>/settings/mail"
_TRIES: dict[LetterState, Tone] = {
    LetterState.QUEUED: "waits",
    LetterState.HELD: "waits",
    LetterState.SENT: "good",
    LetterState.DROPPED: "wrong",
    LetterState.FAILED: "wrong",
}


@at(_AT, "mail")
class SetMailServer(Screen):
    least = Role.COORDINATOR

    def get(self, coalition_id: UUID) -> Response:
        """Show the server, whether it works, and how the last try went."""
        if actor().may(coalition_id, Role.OWNER):
            sessions.must_be_fresh(visit())  # now, so that nothing that is typed is lost
        return _mail(coalition_id, Form())

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Keep it, and try it at once: a letter goes to who asks."""
        actor().must(coalition_id, Role.OWNER)
        sessions.must_be_fresh(visit())  # all letters, and the links in them, go through it
        expected = version() if one("version") else None
        try:
            given = loaded(MailServerIn(), rules.mail_given(sent()))
            servers.put(actor(), coalition_id, expected, given)
        except REFUSED as refused:
            return _mail(coalition_id, typed(refused))
        servers.try_out(actor(), coalition_id)
        return onward("mail", "mail_kept")


@at(f"{_AT}/try", "mail_try")
class TryMailServer(Screen):
    least = Role.OWNER

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Send a letter to who asks."""
        servers.try_out(actor(), coalition_id)
        return onward("mail", "mail_tried")


@at(f"{_AT}/end", "mail_end")
class EndMailServer(Screen):
    least = Role.OWNER
    is_fresh = True

    def get(self, coalition_id: UUID) -> AnyResponse:
        """Ask once: the password is forgotten."""
        if not servers.is_there(actor(), coalition_id):
            return led(to("mail"))
        words, found = said(), servers.server(actor(), coalition_id)
        return screen(
            "danger.html",
            Danger(
                title=words.say("mail.end_title"),
                points=[words.say("mail.end_first"), words.say("mail.end_second")],
                button=words.say("mail.end"),
                back=to("mail"),
                fields={"version": str(found.row.version)},
            ),
        )

    def post(self, coalition_id: UUID) -> AnyResponse:
        """Have letters leave over the house's server again."""
        servers.drop(actor(), coalition_id, version())
        return onward("mail", "mail_ended")


def _mail(coalition_id: UUID, form: Form) -> Response:
    words, who = said(), actor()
    may_change = who.may(coalition_id, Role.OWNER)
    try:
        found = servers.server(who, coalition_id)
    except NotFound:
        shown = MailScreen(
            values=rules.NO_MAIL,
            is_there=False,
            version=None,
            state=words.say("mail.house"),
            tone="good",
            may_change=may_change,
            form=form,
        )
        return screen("settings_mail.html", shown)
    row, fault = found.row, found.row.fault or found.row.mailbox_fault
    tried = mailings.of_coalition(who, coalition_id, PageRequest(limit=1), kind=servers.TEST).items
    return screen(
        "settings_mail.html",
        MailScreen(
            values=_typed_as(found),
            is_there=True,
            version=row.version,
            state=words.say("mail.faulty" if fault else "mail.works"),
            tone="wrong" if fault else "good",
            advice=_advice(fault),
            since=when(row.faulty_since),
            **(_tried(tried[0]) if tried else {}),
            may_change=may_change,
            form=form,
        ),
    )


def _tried(letter: Letter) -> dict[str, Any]:
    return {
        "tried": said().say(f"mail.try_{letter.state}"),
        "tried_tone": _TRIES[letter.state],
        "tried_at": when(letter.created_at),
    }


def _advice(fault: str | None) -> str:
    words = said()
    key = f"mail_fault.{(fault or '').replace('-', '_')}"
    if fault and key not in words.all:
        return words.say("mail_fault.other", fault=fault)
    return words.say(key) if fault else ""


def _typed_as(found: MailServerView) -> dict[str, str]:
    row: MailServer = found.row
    names = ("host", "port", "sender", "sender_name", "returns", "a_minute", "a_minute_to_domain")
    told = {name: str(getattr(row, name) or "") for name in names}
    return {
        **told,
        "security": row.security.value,
        "user": found.user or "",
        "mailbox.host": row.mailbox_host or "",
        "mailbox.port": str(row.mailbox_port or 993),
        "mailbox.user": found.mailbox_user or "",
    }
