"""The letters that an act would send, shown before it does: a screen of several acts."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response

from api.desk.routes import statement_base
from api.desk.routes.base import said, screen
from api.desk.rules.signoffs import LetterRecipient, LetterShown, LettersScreen
from api.mailings import rules as mailings
from api.organisations.rules import name_in
from api.signoffs.service.previews import LetterPreview
from api.signoffs.service.reminding import NotReminded
from api.statements.models import Statement


def letters_screen(  # noqa: PLR0913 # what differs between the acts
    statement: Statement,
    found: LetterPreview,
    *,
    title: str,
    fields: Sequence[tuple[str, str]],
    send: str,
    back: str,
    version: int | None = None,
    may_edit: bool = False,
    passed_over: Sequence[NotReminded] = (),
) -> Response:
    """Show to whom letters would go, and one of them."""
    words, language = said(), said().language
    recipients = [
        LetterRecipient(
            number,
            each.name,
            name_in(each.names, language),
            each.email,
            is_shown=number == found.number,
        )
        for number, each in enumerate(found.letters)
    ]
    letter, message = None, found.message
    if message is not None:
        to_be = found.letters[found.number]
        letter = LetterShown(
            to=f"{to_be.name} <{to_be.email}>",
            sender=message.sender_name,
            subject=message.subject,
            text=mailings.flowing(message.text),
            language=to_be.language,
        )
    return screen(
        "signoff_letters.html",
        LettersScreen(
            around=statement_base.around(statement),
            title=title,
            lead=words.say("signoff.letters_lead" if recipients else "signoff.letters_none"),
            recipients=recipients,
            letter=letter,
            passed_over=[
                (name_in(each.names, language), words.say(f"signoff.passed_{each.why}"))
                for each in passed_over
            ],
            fields=fields,
            send=send,
            back=back,
            may_edit=may_edit,
            version=version,
        ),
    )
