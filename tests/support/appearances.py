"""Members that approve with their names and without, and all that is to be read of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from api.infra.database.transactions import reading
from api.signatures.models import Signature, Source
from tests.stories.test_document_logos import SVG
from tests.support.pdf_words import letters_of as letters_in
from tests.support.signoffs import SigningOff, a_sign_off

if TYPE_CHECKING:
    from collections.abc import Iterator

    import time_machine

    from tests.conftest import World
    from tests.support.client import Client

SHY, CLOSED, SILENT = "Kestrelrest", "Wagtailhouse", "Dunnockhall"
HIDDEN = (SHY, CLOSED, SILENT)
CANARIES = (*HIDDEN, "KRX", "WHX", "DHX", "Xanthenote")
FORMS = ("text", "markdown", "html", "pdf")


def lasting(client: Client) -> Client:
    client.token = client.post("/v1/tokens", {"label": "tests", "days": 90})["secret"]
    return client


def a_table(world: World, owner: Client, **document: Any) -> SigningOff:
    """Return a text that Bread and three members answer that do not all want to be named."""
    text = a_sign_off(world, owner, **document)
    for name, person, acronym in zip(
        HIDDEN, ("Kes", "Wag", "Dun"), ("KRX", "WHX", "DHX"), strict=True
    ):
        text.member(name, person)
        path = f"/v1/organisations/{text.organisation(name)}"
        assert owner.patch(path, {"acronym": acronym}).status == 200
    for name in ("Bread", *HIDDEN):
        path = f"/v1/organisations/{text.organisation(name)}"
        assert owner.put(f"{path}/logo", SVG, kind="image/svg+xml").status == 200
    return text


def answered(text: SigningOff, clock: time_machine.Traveller) -> None:
    """Have Bread approve by name, two without theirs, and one in silence."""
    text.open(hard_deadline="2031-05-10T12:00:00+00:00", silence="approval")
    assert text.say("Ada").status == 200
    note = {"prints_reservation": True, "visibility": "anonymous"}
    assert text.reserve("Kes", "Xanthenote", **note).status == 200
    assert text.say("Wag", visibility="coalition").status == 200
    for each in ("Bob", "Cyd"):
        text.say(each, "declined", reason="No.")
    clock.move_to(datetime(2031, 5, 11, tzinfo=UTC))


def read(text: SigningOff, client: Client) -> Iterator[tuple[str, str]]:
    """Yield all that is to be read of a statement, and where."""
    for form in FORMS:
        for theme in ("letter", "letter-logos", "brief-logos"):
            body = client.get(f"{text.path}/document", format=form, theme=theme).body
            yield form, letters_in(body) if form == "pdf" else body.decode()
            yield f"bytes of {form}", body.decode("latin-1")
    for path in ("export", "signatures", "signature-counts", "sign-off-round"):
        answer = client.get(f"{text.path}/{path}")
        assert answer.status == 200, (path, answer.body)
        yield path, answer.body.decode()
    for whom in ("addressee", "import"):
        for path in ("signatures.csv", "signatures.json"):
            answer = client.get(f"{text.path}/{path}", **{"for": whom})
            assert answer.status == 200, (path, answer.body)
            yield f"{path} for {whom}", answer.body.decode()


def says_who_approved(board: Any, text: SigningOff) -> dict[str, Any]:
    """Return what a board tells of each member but for who it is."""
    who = {"member_id", "organisation_id", "names", "acronym", "country", "role", "needs_two"}
    names = {value: key for key, value in text.members.items()}
    return {
        names[each["member_id"]]: {key: value for key, value in each.items() if key not in who}
        for each in board["members"]
    }


def approvals(world: World) -> list[Signature]:
    with world.app.app_context(), reading() as session:
        query = select(Signature).where(Signature.source == Source.APPROVAL)
        return list(session.scalars(query.order_by(Signature.position)))
