"""A statement that is open for signing, and what people send who sign it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from api.infra.background import jobs
from api.infra.database.transactions import reading
from api.infra.mail import letters
from api.infra.mail.letters import Letter
from api.infra.security import codes, links
from api.signing.models import PendingSignature
from api.signing.service import pending_batch
from tests.support import once
from tests.support.builders import a_coalition, a_text

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

OPENED = "2026-01-01T00:00:00+00:00"
_networks = itertools.count()


@dataclass
class Rush:
    """One statement that the public signs, and its coordinator."""

    world: World
    owner: Client
    coalition: str
    statement: str
    sha256: str
    address: str
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/v1/public/statements/{self.address}"

    def sent(self, email: str, **facts: Any) -> Answer:
        """Ask to sign, from a network of one's own."""
        return self.world.stranger().send(
            "POST",
            f"{self.path}/signatures",
            self.body(email, **facts),
            environ_base={"REMOTE_ADDR": a_network()},
        )

    def body(self, email: str, **facts: Any) -> dict[str, Any]:
        return {
            "name": "Ada Specimen",
            "email": email,
            "country": "KZ",
            "visibility": "public",
            "consents": self.consents(),
            "revision_sha256": self.sha256,
            **facts,
        }

    def consents(self, *purposes: str) -> list[dict[str, Any]]:
        """Return the consents to these purposes, to signing and showing the name by default."""
        wanted = purposes or ("signing", "name")
        offered = self.shown()["consents"]
        keys = ("purpose", "organisation_id", "words_sha256")
        return [{k: each[k] for k in keys} for each in offered if each["purpose"] in wanted]

    def shown(self) -> Answer:
        answer = self.world.stranger().get(self.path)
        assert answer.status == 200, answer.body
        return answer

    def set(self, **changed: Any) -> Answer:
        """Change how it is signed."""
        self.settings |= changed
        path = f"/v1/statements/{self.statement}/signing"
        return self.owner.put(path, self.settings)

    def confirm(self, secret: str) -> Answer:
        return self.world.stranger().post(f"/v1/public/pending-signatures/{secret}/confirmation")

    def signed(self, email: str, **facts: Any) -> str:
        """Sign and confirm; return the secret of the link to one's own signature."""
        assert self.sent(email, **facts).status == 202
        self.work()
        answer = self.confirm(self.secrets()[-1])
        assert answer.status == 200, answer.body
        self.work()
        return str(answer["own_secret"])

    def secrets(self) -> list[str]:
        """Return the secrets of the links that would confirm, the oldest letter first."""
        with self.world.app.app_context(), reading() as session:
            query = select(PendingSignature).where(
                PendingSignature.statement_id == UUID(self.statement)
            )
            found = session.scalars(query.order_by(PendingSignature.asked_at)).all()
            mine = [links.newest(session, "signature.confirm", each.id) for each in found]
            return [links.secret_of(session, each) for each in mine if each is not None]

    def work(self) -> None:
        """Do what waits, as a worker and its sweeper would."""
        with self.world.app.app_context():
            jobs.sweep()
        self.world.work()

    def code(self) -> str:
        """Return the code of the letter to whoever signed this statement last."""
        with self.world.app.app_context(), reading() as session:
            query = select(PendingSignature).where(
                PendingSignature.statement_id == UUID(self.statement)
            )
            newest = session.scalars(query.order_by(PendingSignature.asked_at.desc())).first()
            assert newest is not None
            return codes.spelled(pending_batch.code_of(session, newest))

    def move(self, state: str) -> None:
        here = f"/v1/statements/{self.statement}"
        headers = {"If-Match": self.owner.get(here).etag}
        moved = self.owner.send("POST", f"{here}/transitions", {"state": state}, headers=headers)
        assert moved.status == 200, moved.body

    def publish(self) -> None:
        self.move("published")

    def total(self) -> int:
        return int(self.world.stranger().get(f"{self.path}/signature-counts")["total"])

    def signatures(self, **query: Any) -> list[dict[str, Any]]:
        answer = self.owner.get(f"/v1/statements/{self.statement}/signatures", **query)
        return list(answer["items"])


def a_network() -> str:
    """Return an internet address of a network that nobody else signs from."""
    number = next(_networks)
    return f"10.{number // 250 % 250}.{number % 250}.7"


def at(world: World, address: str) -> Rush:
    """Return the statement of an address, for who only signs it."""
    rush = Rush(world, world.stranger(), "", "", "", address)
    rush.sha256 = rush.shown()["revision_sha256"]
    return rush


@once.built
def a_rush(world: World, owner: Client, *, coalition: str | None = None, **settings: Any) -> Rush:
    """Return a statement that is open for signing."""
    coalition = coalition or a_coalition(owner)
    statement, sha256 = a_text(owner, coalition)
    rush = Rush(world, owner, coalition, statement, sha256, "", {"opens_at": OPENED, **settings})
    rush.move("review")
    answer = rush.set()
    assert answer.status == 200, answer.body
    rush.address = answer["address"]
    return rush


def letters_of(world: World) -> list[tuple[str, letters.Facts | None]]:
    """Return the kinds and facts of the letters that are promised and not sent, in order."""
    with world.app.app_context(), reading() as session:
        query = select(Letter).where(Letter.state == letters.LetterState.QUEUED)
        found = session.scalars(query.order_by(Letter.created_at, Letter.id)).all()
        return [(each.kind, letters.facts_of(session, each.kind, each.object_id)) for each in found]
