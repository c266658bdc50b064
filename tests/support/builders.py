"""One valid thing each, through the API; a builder takes only the facts that a test is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import select

from api.infra import clock
from api.infra.background import jobs
from api.infra.database.transactions import reading, transaction
from api.infra.mail import letters
from api.infra.mail.letters import Letter, LetterState
from api.infra.security import links
from api.signatures import service as signatures
from api.signoffs.models import Approver, Ask
from api.statements.models import Statement
from tests.support import once

if TYPE_CHECKING:
    from api.signatures.rules import Audience
    from api.texts.rules.document import PortableSignatory
    from tests.conftest import World
    from tests.support.client import Answer, Client


def made(client: Client, path: str, body: dict[str, Any]) -> str:
    """Create a thing and return its id."""
    answer = client.post(path, body)
    assert answer.status == 201, answer.body
    return answer.id


def a_coalition(client: Client, **facts: Any) -> str:
    body = {"slug": f"specimen-{once.a_name()}", "name": "Specimen Coalition", **facts}
    return made(client, "/v1/coalitions", body)


def an_organisation(client: Client, coalition: str, **facts: Any) -> str:
    body = {"names": {"en": "Specimen Committee"}, **facts}
    return made(client, f"/v1/coalitions/{coalition}/organisations", body)


def a_role(owner: Client, coalition: str, someone: Client, role: str) -> Client:
    """Give somebody a role, and return them."""
    body = {"email": someone.email, "name": "Someone", "role": role}
    made(owner, f"/v1/coalitions/{coalition}/roles", body)
    return someone


def a_case(client: Client, coalition: str, **facts: Any) -> str:
    body = {"name": "Aigerim Zhaksylykova", "country": "KZ", **facts}
    return made(client, f"/v1/coalitions/{coalition}/cases", body)


def a_cover_letter(client: Client, statement: str, **facts: Any) -> str:
    text = {"language": "en", "subject": "Open the doors", "text": "We hand you a letter."}
    body = {"language": "en", "texts": [text], **facts}
    return made(client, f"/v1/statements/{statement}/cover-letters", body)


def a_demand_list(client: Client, coalition: str, **facts: Any) -> str:
    return made(client, f"/v1/coalitions/{coalition}/demand-lists", facts or {"country": "KZ"})


def a_demand(client: Client, demand_list: str, **facts: Any) -> str:
    body = {"text": "Kazakhstan should repeal the law.", **facts}
    return made(client, f"/v1/demand-lists/{demand_list}/demands", body)


def an_update(client: Client, coalition: str, statement: str, **facts: Any) -> str:
    """Write an update to those who agreed to the mailings of an organisation."""
    text = {"language": "en", "subject": "News", "text": "The letter was handed over."}
    body = {"language": "en", "texts": [text], **facts}
    if "organisation_id" not in body:
        body["organisation_id"] = an_organisation(client, coalition)
    return made(client, f"/v1/statements/{statement}/updates", body)


def a_statement(client: Client, coalition: str, **document: Any) -> str:
    """Begin a statement and return its id."""
    whole = {
        "slug": f"appeal-{once.a_name()}",
        "kind": "appeal",
        "language": "en",
        "title": "Open the doors",
        "body": [{"paragraph": "We ask that the doors be opened."}],
        **document,
    }
    answer = client.post(f"/v1/coalitions/{coalition}/statements", {"document": whole})
    assert answer.status == 201, answer.body
    return str(answer["statement"]["id"])


def a_revision(
    client: Client, statement: str, weight: str | None = None, reason: str | None = None
) -> str:
    """Freeze a statement's draft and return the SHA-256 of its text."""
    path = f"/v1/statements/{statement}"
    headers = {"If-Match": client.get(path).etag}
    body = {"weight": weight, "reason": reason}
    answer = client.send("POST", f"{path}/revisions", body, headers=headers)
    assert answer.status == 201, answer.body
    return str(answer["sha256"])


NO_DIGITS = str.maketrans("0123456789", "ghklmnprst")


def another_revision(client: Client, statement: str, weight: str) -> str:
    """Change a statement's title, freeze it, and return the SHA-256 of the new text."""
    path = f"/v1/statements/{statement}/draft"
    word = once.a_name().translate(NO_DIGITS)  # a number would not be editorial
    document = {**client.get(path)["document"], "title": f"Open the doors {word}"}
    assert client.put(path, {"document": document}).status == 200
    return a_revision(client, statement, weight)


@once.built
def a_text(client: Client, coalition: str, **document: Any) -> tuple[str, str]:
    """Freeze a new statement; return its id and the SHA-256 that a signature is given for."""
    statement = a_statement(client, coalition, **document)
    return statement, a_revision(client, statement)


def a_signature(client: Client, statement: str, sha256: str, **facts: Any) -> str:
    """Enter a signature and return its id."""
    body = {"kind": "individual", "name": "A. Specimen", **facts, "revision_sha256": sha256}
    return made(client, f"/v1/statements/{statement}/signatures", body)


def a_representative(client: Client, organisation: str, **facts: Any) -> str:
    """Enter somebody who may commit an organisation, and return their id."""
    body = {"name": "R. Specimen", "email": f"{once.a_name()}@specimen.example", **facts}
    return made(client, f"/v1/organisations/{organisation}/representatives", body)


def a_member(client: Client, coalition: str, name: str = "Specimen Committee", **facts: Any) -> str:
    """Enter an organisation, whose facts may be given as `organisation`, as a member."""
    entry = {"names": {"en": name}, **facts.pop("organisation", {})}
    body = {"organisation_id": an_organisation(client, coalition, **entry), **facts}
    return made(client, f"/v1/coalitions/{coalition}/members", body)


def an_invitation(client: Client, coalition: str, **facts: Any) -> str:
    """Invite somebody and return the invitation's id."""
    body = {"name": "I. Specimen", "email": "invited@specimen.example", **facts}
    return made(client, f"/v1/coalitions/{coalition}/invitations", body)


def an_approver(world: World, member: str) -> str:
    """Return the id of who was asked last for a member."""
    with world.app.app_context(), reading() as session:
        query = select(Approver.id).join(Ask, Ask.id == Approver.ask_id)
        query = query.where(Ask.member_id == UUID(member)).order_by(Approver.created_at.desc())
        return str(session.scalars(query).first())


def secret_of(world: World, purpose: str, thing: str) -> str:
    """Return the secret of the newest link to a thing, as its letter holds it."""
    with world.app.app_context(), reading() as session:
        link = links.newest(session, purpose, UUID(thing))
        assert link is not None, purpose
        return links.secret_of(session, link)


def letters_of(world: World, kind: str) -> list[letters.Facts | None]:
    """Return what the promised letters of a kind would say now."""
    with world.app.app_context(), reading() as session:
        query = select(letters.Letter).where(letters.Letter.kind == kind)
        rows = session.scalars(query.order_by(letters.Letter.created_at))
        return [letters.facts_of(session, kind, row.object_id) for row in rows]


def a_dead_job(world: World, coalition: str) -> str:
    """Promise a job of a coalition that has failed for good, and return its id."""
    with world.app.app_context(), transaction() as session:
        job = jobs.promise(session, "tests.fail", UUID(coalition), {})
        job.state, job.fault = jobs.JobState.DEAD, "Specimen"
        return str(job.id)


def a_failed_letter(world: World, coalition: str) -> str:
    """Enter a letter of a coalition that has failed for good, and return its id."""
    with world.app.app_context(), transaction() as session:
        failed = Letter(
            kind="tests.letter",
            coalition_id=UUID(coalition),
            object_id=uuid4(),
            state=LetterState.FAILED,
            fault="smtp-550",
            ended_at=clock.now(),
        )
        session.add(failed)
        session.flush()
        return str(failed.id)


@dataclass(frozen=True)
class Signing:
    """A frozen statement, its owner, and what is seen of its signatures."""

    world: World
    owner: Client
    coalition: str
    statement: str
    sha256: str

    @property
    def path(self) -> str:
        return f"/v1/statements/{self.statement}"

    def somebody(self, role: str) -> Client:
        return a_role(self.owner, self.coalition, self.world.user(role), role)

    def sign(self, **facts: Any) -> str:
        return a_signature(self.owner, self.statement, self.sha256, **facts)

    def listed(self, client: Client | None = None, **query: Any) -> list[dict[str, Any]]:
        answer = (client or self.owner).get(f"{self.path}/signatures", **query)
        assert answer.status == 200, answer.body
        items: list[dict[str, Any]] = answer["items"]
        return items

    def names(self, client: Client | None = None, **query: Any) -> list[str | None]:
        return [item["name"] for item in self.listed(client, **query)]

    def counts(self, client: Client | None = None) -> Any:
        return (client or self.owner).get(f"{self.path}/signature-counts").json

    def printed(self, audience: Audience) -> tuple[list[PortableSignatory], int]:
        with self.world.app.app_context(), reading() as session:
            statement = session.get_one(Statement, UUID(self.statement))
            return signatures.printed(session, statement, audience)

    def confirm(self, signature: str, sha256: str) -> Answer:
        return self.owner.post(
            f"/v1/signatures/{signature}/confirmation", {"revision_sha256": sha256}
        )
