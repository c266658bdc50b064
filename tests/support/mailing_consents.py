"""Those who agreed to an organisation's mailings, and an update that is written to them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select

from api.infra import clock
from api.infra.database.transactions import transaction
from api.signatures.models import Consent, ConsentWords, Purpose
from tests.support.builders import a_coalition, an_organisation, made
from tests.support.public_signatures import strangers
from tests.support.signing import Rush, a_rush
from tests.support.smtp_server import Post, mail_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from tests.conftest import World
    from tests.support.client import Answer, Client

HEADER = "List-Unsubscribe"
OWN = "/v1/public/own-signatures"
TEXTS = [
    {"language": "en", "subject": "It was handed over", "text": "The letter was **handed over**."},
    {"language": "ru", "subject": "Письмо передано", "text": "Письмо **передано**."},
]


@dataclass
class News:
    """One open statement whose form offers an organisation's mailings."""

    rush: Rush
    organisation: str

    @property
    def owner(self) -> Client:
        return self.rush.owner

    @property
    def world(self) -> World:
        return self.rush.world

    def agreed(self, email: str, *, rush: Rush | None = None, **facts: Any) -> str:
        """Sign, agree to the mailings, confirm; return the secret of one's own link."""
        rush = rush or self.rush
        offered = self.world.stranger().get(rush.path, language=facts.get("language", "en"))
        keys = ("purpose", "organisation_id", "words_sha256")
        agreed = [{key: each[key] for key in keys} for each in offered["consents"]]
        return rush.signed(email, consents=agreed, **facts)

    def another(self) -> Rush:
        """Return another statement of the coalition whose form offers the same."""
        wanted = {"mailing_organisation_ids": [self.organisation]}
        return a_rush(self.world, self.owner, coalition=self.rush.coalition, **wanted)

    def many(self, number: int) -> list[str]:
        """Have many sign who agreed, without their letters; return the signatures' ids."""
        ids = strangers(
            self.world, self.rush.statement, [f"A. Specimen {n}" for n in range(number)]
        )
        with self.world.app.app_context(), transaction() as session:
            words = session.scalars(select(ConsentWords.sha256)).first()
            if words is None:
                words = "1" * 64
                session.add(ConsentWords(sha256=words, language="en", words="Write to me."))
                session.flush()
            common = {
                "coalition_id": UUID(self.rush.coalition),
                "purpose": Purpose.MAILINGS,
                "organisation_id": UUID(self.organisation),
                "words_sha256": words,
                "given_on": clock.today(),
            }
            rows = [{"id": uuid4(), "signature_id": UUID(each), **common} for each in ids]
            session.execute(insert(Consent), rows)
        return ids

    def body(self, **facts: Any) -> dict[str, Any]:
        whole = {"organisation_id": self.organisation, "language": "en", "texts": TEXTS}
        return {**whole, **facts}

    def written(self, **facts: Any) -> str:
        """Write an update; return its path."""
        path = f"/v1/statements/{self.rush.statement}/updates"
        return f"/v1/updates/{made(self.owner, path, self.body(**facts))}"

    def begin(self, path: str) -> Answer:
        headers = {"If-Match": self.owner.get(path).etag}
        answer = self.owner.send("POST", f"{path}/sending", headers=headers)
        assert answer.status == 200, answer.body
        return answer

    def promised(self, path: str) -> None:
        """Have its letters promised, while no mail server takes any."""
        self.begin(path)
        self.rush.work()

    def work(self, post: Post, times: int = 3) -> None:
        """Send what waits to a mail server, as a worker and its sweeper would."""
        with mail_at(self.world, f"smtp://127.0.0.1:{post.port}"):
            for _ in range(times):
                self.rush.work()

    def progress(self, path: str) -> dict[str, Any]:
        answer = self.owner.get(f"{path}/progress")
        assert answer.status == 200, answer.body
        return dict(answer.json)

    def consents(self, own: str) -> list[bool]:
        """Return whether each consent to mailings of an own link still holds."""
        given = self.world.stranger().get(f"{OWN}/{own}")["consents"]
        return [not each["taken_back_on"] for each in given if each["purpose"] == "mailings"]


def news(world: World, owner: Client, **settings: Any) -> News:
    coalition = a_coalition(owner)
    names = {"en": "Specimen Committee", "ru": "Комитет «Образец»"}
    organisation = an_organisation(owner, coalition, names=names)
    offered = {"mailing_organisation_ids": [organisation], **settings}
    return News(a_rush(world, owner, coalition=coalition, **offered), organisation)


def updates(post: Post) -> Iterator[EmailMessage]:
    """Yield the letters that can be ended by one click, in the order in which they came."""
    yield from (each for each in post.took if each[HEADER])


def page_of(letter: EmailMessage) -> str:
    """Return the path of the page that ends such letters."""
    found = re.fullmatch(r"<https?://[^/]+(/u/[\w-]+)>", str(letter[HEADER]).strip())
    assert found, letter[HEADER]
    return found[1]


def gone(them: News, own: str, how: str) -> None:
    """Have Ada go, in one of the ways in which people do."""
    stranger = them.world.stranger()
    (row,) = [each for each in them.rush.signatures() if each["email"] == "ada@specimen.example"]
    path = f"/v1/signatures/{row['id']}"
    if how == "withdrawal":
        assert stranger.post(f"{OWN}/{own}/withdrawal").status == 200
    elif how == "taken_back":
        given = stranger.get(f"{OWN}/{own}")["consents"]
        ids = [each["id"] for each in given if each["purpose"] == "mailings"]
        body = {"consents_taken_back": ids}
        assert stranger.post(f"{OWN}/{own}/corrections", body).status == 200
    elif how == "erasure":
        assert them.owner.post(f"{path}/erasure").status == 200
    elif how == "deletion":
        match = {"If-Match": them.owner.get(path).etag}
        assert them.owner.send("DELETE", path, headers=match).status == 204
    else:
        assert them.owner.post(f"{path}/rejection", {"reason": "Odd."}).status == 200
