"""A statement that members sign off, and all that they do by the links of their letters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from api.infra.database.transactions import reading
from api.infra.mail.letters import Letter
from api.infra.security import keys
from api.signoffs.models import Approver
from api.signoffs.service import rows
from tests.support import once
from tests.support.builders import a_coalition, a_member, a_representative, a_text, secret_of

if TYPE_CHECKING:
    from uuid import UUID

    from tests.conftest import World
    from tests.support.client import Answer, Client

START = datetime(2031, 5, 1, 10, tzinfo=UTC)  # of stories that tell the time


@dataclass
class SigningOff:
    """A statement, its owner and its members by name; each has one representative at first."""

    world: World
    owner: Client
    coalition: str
    statement: str
    sha256: str
    members: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)  # representatives by name

    @property
    def path(self) -> str:
        return f"/v1/statements/{self.statement}"

    def member(self, name: str, *representatives: str, **facts: Any) -> str:
        """Enter a member with representatives."""
        self.members[name] = a_member(self.owner, self.coalition, name, **facts)
        for each in representatives:
            self.represent(name, each)
        return self.members[name]

    def organisation(self, name: str) -> str:
        return str(self.owner.get(f"/v1/members/{self.members[name]}")["organisation"]["id"])

    def represent(self, name: str, person: str, **facts: Any) -> str:
        email = f"{person.lower()}@specimen.example"
        facts = {"name": person, "email": email, "role": "Director", **facts}
        self.people[person] = a_representative(self.owner, self.organisation(name), **facts)
        return self.people[person]

    def open(self, **facts: Any) -> Answer:
        answer = self.owner.send("PUT", f"{self.path}/sign-off-round", facts)
        assert answer.status == 200, answer.body
        return answer

    def change(self, **facts: Any) -> Answer:
        return self.owner.put(f"{self.path}/sign-off-round", facts)

    def door(self, person: str) -> str:
        """Return the address that a person's letter leads to."""
        with self.world.app.app_context(), reading() as session:
            found = [
                row.id
                for row in session.scalars(select(Approver))
                if keys.read(session, row, Approver.person)["name"] == person
            ]
        (approver,) = found
        return f"/v1/public/sign-offs/{secret_of(self.world, rows.PURPOSE, str(approver))}"

    def seen(self, person: str) -> Answer:
        return self.world.stranger().get(self.door(person))

    def say(self, person: str, said: str = "approved", **facts: Any) -> Answer:
        shown = {"visibility": "public"} if said in {"approved", "reserved"} else {}
        body = {"answer": said, "revision_sha256": self.sha256, **shown, **facts}
        return self.world.stranger().post(f"{self.door(person)}/answers", body)

    def appear(self, person: str, visibility: str) -> Answer:
        """Choose by a person's link how their organisation appears."""
        body = {"visibility": visibility}
        return self.world.stranger().post(f"{self.door(person)}/appearances", body)

    def reserve(self, person: str, text: str = "But not this.", **facts: Any) -> Answer:
        noted = [{"pointer": "/blocks/0", "text": text}]
        return self.say(person, "reserved", reservations=noted, **facts)

    def hand(self, person: str, colleague: str) -> Answer:
        body = {"name": colleague, "email": f"{colleague.lower()}@specimen.example"}
        return self.world.stranger().post(f"{self.door(person)}/hand-overs", body)

    def board(self, client: Client | None = None) -> Any:
        answer = (client or self.owner).get(f"{self.path}/sign-off-board")
        assert answer.status == 200, answer.body
        return answer.json

    def entry(self, name: str, client: Client | None = None) -> Any:
        (found,) = [
            each
            for each in self.board(client)["members"]
            if each["member_id"] == self.members[name]
        ]
        return found

    def state(self, name: str) -> str:
        return str(self.entry(name)["state"])

    def prints(self) -> list[str]:
        return [line["text"] for line in self.board()["would_print"]]

    def move(self, *states: str) -> None:
        for state in states:
            headers = {"If-Match": self.owner.get(self.path).etag}
            body = {"state": state}
            answer = self.owner.send("POST", f"{self.path}/transitions", body, headers=headers)
            assert answer.status == 200, answer.body

    def printed(self, form: str = "text") -> str:
        return self.owner.get(f"{self.path}/document", format=form).body.decode()


@once.built
def a_sign_off(world: World, owner: Client, **document: Any) -> SigningOff:
    """Return a frozen statement with the members Bread, Salt and Water, one person each."""
    coalition = a_coalition(owner)
    found = SigningOff(world, owner, coalition, *a_text(owner, coalition, **document))
    found.member("Bread", "Ada", role="lead")
    found.member("Salt", "Bob")
    found.member("Water", "Cyd")
    return found


def letter_rows(world: World, kind: str) -> list[UUID]:
    """Return of what the promised letters of a kind are, in order."""
    with world.app.app_context(), reading() as session:
        query = select(Letter.object_id).where(Letter.kind == kind).order_by(Letter.created_at)
        return list(session.scalars(query))
