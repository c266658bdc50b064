"""A text that is open for comments, and all that people say by the links of their letters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.support import once
from tests.support.builders import (
    a_coalition,
    a_member,
    a_representative,
    a_revision,
    a_role,
    a_text,
    secret_of,
)

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

GUEST = {
    "name": "Gia Specimen",
    "email": "gia@specimen.example",
    "affiliation": "Specimen Institute",
}
BODY = [
    {"heading": "What we ask"},
    {"paragraph": "We ask that the doors be opened."},
    {"paragraph": "We ask that the windows be opened, too."},
]


def an_opening(owner: Client, statement: str, **facts: Any) -> Answer:
    """Open a text for comments of somebody outside, or as the facts say."""
    closes = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    body = {"closes_at": closes, "read_by": "coordinators", "guests": [GUEST], **facts}
    answer = owner.post(f"/v1/statements/{statement}/consultations", body)
    assert answer.status == 201, answer.body
    return answer


@dataclass
class Consulting:
    """A statement with the members Bread (Ada) and Salt (Bob); Gia is outside."""

    world: World
    owner: Client
    coalition: str
    statement: str
    sha256: str
    id: str = ""
    members: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)  # representatives by name

    @property
    def path(self) -> str:
        return f"/v1/consultations/{self.id}"

    @property
    def here(self) -> str:
        return f"/v1/statements/{self.statement}"

    def member(self, name: str, person: str, **facts: Any) -> None:
        self.members[name] = a_member(self.owner, self.coalition, name, **facts)
        organisation = self.owner.get(f"/v1/members/{self.members[name]}")["organisation"]["id"]
        email = f"{person.lower()}@specimen.example"
        self.people[person] = a_representative(self.owner, organisation, name=person, email=email)

    def open(self, **facts: Any) -> Answer:
        answer = an_opening(self.owner, self.statement, **facts)
        self.id = answer.id
        return answer

    def asked(self) -> dict[str, Any]:
        """Return who is asked, by the first name."""
        items = self.owner.get(f"{self.path}/commenters", limit=200)["items"]
        return {each["name"].split()[0]: each for each in items}

    def secret(self, person: str) -> str:
        return secret_of(self.world, "consultation.comment", self.asked()[person]["id"])

    def door(self, person: str) -> str:
        """Return the address that a person's letter leads to."""
        return f"/v1/public/consultations/{self.secret(person)}"

    def seen(self, person: str) -> Answer:
        return self.world.stranger().get(self.door(person))

    def heard(self, person: str) -> list[Any]:
        """Return what a person reads: each comment's words with those of its replies."""
        return _words(self.seen(person)["comments"])

    def block(self, place: int = 1) -> str:
        return str(self.owner.get(f"{self.here}/draft")["document"]["body"][place]["id"])

    def say(self, person: str, text: str, place: int | None = 1, **facts: Any) -> Answer:
        block = {} if place is None or "parent_id" in facts else {"block_id": self.block(place)}
        body = {"text": text, "revision_sha256": self.sha256, **block, **facts}
        return self.world.stranger().post(f"{self.door(person)}/comments", body)

    def comment(self, person: str, text: str, place: int | None = 1) -> str:
        """Say something and return its id."""
        answer = self.say(person, text, place)
        assert answer.status == 201, answer.body
        (found,) = [each["id"] for each in answer["comments"] if each["text"] == text]
        return str(found)

    def answer(self, text: str, **facts: Any) -> Answer:
        """Say something as the coordinator."""
        answer = self.owner.post(f"{self.path}/comments", {"text": text, **facts})
        assert answer.status == 201, answer.body
        return answer

    def threads(self, client: Client | None = None, **query: Any) -> list[Any]:
        answer = (client or self.owner).get(f"{self.path}/comments", **query)
        assert answer.status == 200, answer.body
        items: list[Any] = answer["items"]
        return items

    def words(self, client: Client | None = None, **query: Any) -> list[Any]:
        return _words(self.threads(client, **query))

    def redraft(self, *blocks: Any) -> None:
        """Write other blocks in place of the draft's."""
        document = {**self.owner.get(f"{self.here}/draft")["document"], "body": list(blocks)}
        answer = self.owner.put(f"{self.here}/draft", {"document": document})
        assert answer.status == 200, answer.body

    def body(self) -> list[Any]:
        """Return the draft's blocks, with their ids."""
        blocks: list[Any] = self.owner.get(f"{self.here}/draft")["document"]["body"]
        return blocks

    def freeze(self) -> None:
        self.sha256 = a_revision(self.owner, self.statement, "material")

    def move(self, *states: str) -> None:
        for state in states:
            headers = {"If-Match": self.owner.get(self.here).etag}
            body = {"state": state}
            answer = self.owner.send("POST", f"{self.here}/transitions", body, headers=headers)
            assert answer.status == 200, answer.body

    def somebody(self, role: str) -> Client:
        return a_role(self.owner, self.coalition, self.world.user(role), role)


def _words(threads: list[Any]) -> list[Any]:
    return [(each["text"], [reply["text"] for reply in each["replies"]]) for each in threads]


@once.built
def a_consulting(world: World, owner: Client, **document: Any) -> Consulting:
    """Return a frozen statement that can be opened for comments."""
    coalition = a_coalition(owner)
    text = a_text(owner, coalition, **{"body": BODY, **document})
    found = Consulting(world, owner, coalition, *text)
    found.member("Bread", "Ada", role="lead")
    found.member("Salt", "Bob")
    return found
