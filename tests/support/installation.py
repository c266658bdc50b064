"""A house with something in every place that is sealed, and all that it shows."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select

from api.infra.database.columns import Base
from api.infra.database.transactions import reading
from api.infra.security import keys, rotation
from tests.contracts.scene import SVG, a_source
from tests.stories.test_statements import HIDDEN
from tests.support.authenticator import Authenticator
from tests.support.builders import (
    a_case,
    a_coalition,
    a_demand,
    a_demand_list,
    a_representative,
    a_revision,
    a_role,
    a_signature,
    a_statement,
    an_approver,
    an_invitation,
    an_organisation,
    made,
    secret_of,
)
from tests.support.consultations import an_opening
from tests.support.mailing_tools import a_file
from tests.support.people import a_passkey, led_to_a_provider
from tests.support.signing import a_rush
from tests.support.webhook_receivers import an_endpoint

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client


PDF = b"%PDF-1.7"
A_MAIL_SERVER = {
    "host": "mail.specimen.example",
    "user": "letters",
    "password": "plover",
    "sender": "letters@specimen.example",
    "returns": "returns@specimen.example",
    "mailbox": {"host": "mail.specimen.example", "user": "returns", "password": "siskin"},
}


@dataclass(frozen=True)
class House:
    """Who works in it, and where what they wrote is read."""

    world: World
    owner: Client
    coalition: str
    statement: str
    sha256: str
    paths: list[str]
    repeated: dict[str, str]  # what a key was sent with

    def answers(self) -> dict[str, bytes]:
        """Return all that the owner reads, by address, and the answer that is kept for a key."""
        found = {}
        for path in self.paths:
            answer = self.owner.get(path)
            assert answer.status == 200, (path, answer.body)
            found[path] = answer.body
        path = f"/v1/coalitions/{self.coalition}/addressees"
        found["the same again"] = self.owner.post(path, self.repeated, key="once").body
        return found


def _a_delivery(world: World, owner: Client, coalition: str) -> str:
    """Hand a text over, with an answer; return its address."""
    rush = a_rush(world, owner, coalition=coalition)
    rush.publish()
    here = f"/v1/statements/{rush.statement}"
    addressees = owner.get(f"/v1/coalitions/{coalition}/addressees")["items"]
    whom = {"addressee_id": addressees[0]["id"]}
    made(owner, f"{here}/deliveries", {**whom, "means": "post", "note": "Stamped."})
    made(owner, f"{here}/responses", {**whom, "text": "No."})
    return here


def a_house(world: World, owner: Client) -> House:
    """Fill a house."""
    empty_storage(world)
    coalition = a_coalition(owner)
    of_it = f"/v1/coalitions/{coalition}"
    a_role(owner, coalition, world.user("viewer"), "viewer")
    _ways_in(world, owner)
    organisation = an_organisation(owner, coalition)
    logos = [of_it, f"/v1/organisations/{organisation}"]
    for path in logos:
        assert owner.put(f"{path}/logo", SVG, kind="image/svg+xml").status == 200
    made(owner, f"{of_it}/members", {"organisation_id": organisation})
    person = a_representative(owner, organisation)
    invitation = an_invitation(owner, coalition)
    repeated = {"name": "President of Specimen", "email": "office@specimen.example"}
    answer = owner.post(f"{of_it}/addressees", repeated, key="once")
    assert answer.status == 201, answer.body
    hidden = a_case(owner, coalition, name="Unnamed Specimen", may_be_named=False)
    evidence = {"status": "imprisoned", "on": "2031-05-01", "evidence": "A letter."}
    assert owner.post(f"/v1/cases/{hidden}/status-changes", evidence).status == 201
    demand = a_demand(owner, a_demand_list(owner, coalition), case_ids=[hidden])
    met = {"status": "met", "on": "2031-05-02", "evidence": "A decree."}
    assert owner.post(f"/v1/demands/{demand}/status-changes", met).status == 201
    secret = a_statement(owner, coalition, cases=[HIDDEN], body=[{"cases": {"ids": ["tm-7"]}}])
    sha256 = a_revision(owner, secret)
    signature = a_signature(owner, secret, sha256, visibility="coalition", name="B. Specimen")
    scans = f"/v1/statements/{secret}/evidence?note=Sheets"
    scanned = owner.send("POST", scans, PDF, kind="application/pdf")
    assert scanned.status == 201, scanned.body
    _a_sign_off(world, owner, secret, sha256)
    a_rush(world, owner, coalition=coalition).sent("wren@specimen.example")
    assert owner.send("PUT", f"{of_it}/mail-server", A_MAIL_SERVER).status == 200
    made(owner, f"{of_it}/suppressions", {"email": "finch@specimen.example"})
    blocked = {"kind": "domain", "value": "robin.specimen.example", "note": "Robots."}
    made(owner, f"{of_it}/blocks", blocked)
    connector = {
        "kind": "csv",
        "settings": {"every": "daily"},
        "organisation_id": organisation,
        "label": "Specimen letters",
    }
    file = a_file(world, owner, made(owner, f"{of_it}/connectors", connector))
    invalid = {"rule": {"country": "KZ"}, "reason": "Robots."}
    assert owner.post(f"/v1/statements/{secret}/invalidations", invalid).status < 300
    handed = _a_delivery(world, owner, coalition)
    retracted = _a_retracted_text(owner, coalition)
    _a_closed_question(owner, retracted)
    endpoint = an_endpoint(owner, coalition)
    template = made(owner, f"{of_it}/templates", {"source": a_source()})
    assembly = {"template_id": template, "slug": "assembled", "facts": {"city": "Specimen"}}
    assembled = owner.post(f"{of_it}/assemblies", assembly)
    assert assembled.status == 201, assembled.body
    texts = [
        f"/v1/statements/{each}" for each in (secret, retracted, str(assembled["statement"]["id"]))
    ]
    paths = [
        *(f"{path}/logo" for path in logos),
        *(f"{of_it}/{part}" for part in ("roles", "addressees", "cases", "members")),
        *(f"{of_it}/{part}" for part in ("organisations", "demand-lists", "templates")),
        f"/v1/cases/{hidden}",
        f"/v1/cases/{hidden}/status-changes",
        f"/v1/demands/{demand}/status-changes",
        *(path for text in texts for path in (text, f"{text}/draft")),
        *(f"{text}/revisions/1" for text in texts[:2]),
        f"{texts[1]}/revisions",
        f"{texts[1]}/document?format=text",
        f"{texts[0]}/export",
        f"{texts[0]}/signatures",
        f"/v1/signatures/{signature}",
        f"/v1/evidence/{scanned.id}",
        f"/v1/evidence/{scanned.id}/file",
        f"{of_it}/connectors",
        f"/v1/connector-files/{file}/file",
        f"/v1/representatives/{person}",
        f"/v1/invitations/{invitation}",
        f"{of_it}/mail-server",
        f"{of_it}/suppressions",
        f"{of_it}/blocks",
        f"{texts[0]}/invalidations",
        f"{texts[0]}/sign-off-board",
        *_comments(owner, secret),
        f"/v1/webhook-endpoints/{endpoint}",
        *(f"{handed}/{part}" for part in ("deliveries", "responses")),
        "/v1/me",
        "/v1/sessions",
    ]
    house = House(world, owner, coalition, secret, sha256, paths, repeated)
    places = {place for place, _ in keys.sealed_columns()}
    assert set(sealed(world)) == places, places ^ set(sealed(world))
    return house


def _ways_in(world: World, owner: Client) -> None:
    """Sign the owner in, with a passkey, and lead somebody to a provider."""
    a_passkey(world, owner.email, Authenticator("http://127.0.0.1:5000", "127.0.0.1"))
    led_to_a_provider(world)


def _a_sign_off(world: World, owner: Client, statement: str, sha256: str) -> None:
    """Ask the one member to sign a statement off, and have it decline."""
    path = f"/v1/statements/{statement}"
    assert owner.send("PUT", f"{path}/sign-off-round", {"note": "Look."}).status == 200
    (member,) = owner.get(f"{path}/sign-off-board")["members"]
    secret = secret_of(world, "signoff.answer", an_approver(world, member["member_id"]))
    no = {"answer": "declined", "reason": "No.", "revision_sha256": sha256}
    assert world.stranger().post(f"/v1/public/sign-offs/{secret}/answers", no).status == 200


def _a_closed_question(owner: Client, statement: str) -> None:
    """Ask the one member about another text: it needs time, and then nobody can answer."""
    path = f"/v1/statements/{statement}"
    assert owner.send("PUT", f"{path}/sign-off-round", {}).status == 200
    (member,) = owner.get(f"{path}/sign-off-board")["members"]
    whose = {"member_id": member["member_id"]}
    soon = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    time = {**whose, "until": soon, "reason": "The board meets.", "by": {"name": "Bob"}}
    answer = owner.post(f"{path}/time-requests", time)
    assert answer.status == 201, answer.body
    closed = {**whose, "reason": "Its director is in prison."}
    answer = owner.post(f"{path}/closed-questions", closed)
    assert answer.status == 201, answer.body


def _comments(owner: Client, statement: str) -> list[str]:
    """Open a text for comments, and say and suggest something; return where that is read."""
    path = f"/v1/consultations/{an_opening(owner, statement, note='Look.').id}"
    made(owner, f"{path}/comments", {"text": "Ask for a date."})
    sha256 = owner.get(f"/v1/statements/{statement}/revisions")["items"][0]["sha256"]
    words = {"kind": "words", "target": "title", "lines": ["Open them"]}
    suggestion = made(owner, f"{path}/suggestions", {**words, "revision_sha256": sha256})
    declined = owner.post(f"/v1/suggestions/{suggestion}/decline", {"reason": "Not now."})
    assert declined.status == 200, declined.body
    return [path, f"{path}/comments", f"{path}/suggestions", f"{path}/commenters"]


def _a_retracted_text(owner: Client, coalition: str) -> str:
    """Return a statement from which a name was taken back."""
    who = {"id": "retracted", "name": "Wagtail Specimen", "country": "TJ"}
    case = a_case(owner, coalition, key="retracted", name=who["name"], country="TJ")
    body = [{"paragraph": "For Wagtail Specimen."}, {"cases": {"ids": ["retracted"]}}]
    statement = a_statement(owner, coalition, cases=[who], body=body)
    a_revision(owner, statement)
    assert owner.patch(f"/v1/cases/{case}", {"may_be_named": False}).status == 200
    return statement


def sealed(world: World) -> dict[str, set[bytes]]:
    """Return the ids of the keys in use, by place."""
    found: dict[str, set[bytes]] = {}
    with world.app.app_context(), reading() as session:
        for place, column in keys.sealed_columns():
            values = session.scalars(select(column).where(column.is_not(None)))
            if ids := {value[: keys.ID_BYTES] for value in values}:
                found[place] = ids
    return found


def generations(world: World) -> dict[bytes, int]:
    """Return the generation of each data key by its id; of those of indexes, the one of users.

    The others stay as it does, and come as features are used.
    """
    of_users = keys.id_of_index(None, "users.email")
    with world.app.app_context(), reading() as session:
        rows = session.scalars(select(keys.DataKey)).all()
        return {
            row.id.bytes: row.generation for row in rows if row.generation or row.id == of_users
        }


def many_signatures(house: House, count: int) -> None:
    """Sign a statement many times, as a list of signatories does."""
    lines = "".join(f"individual,Signatory {number},KZ\n" for number in range(count))
    path = f"/v1/statements/{house.statement}/signature-imports"
    for start in range(0, count, 1000):
        some = lines.splitlines(keepends=True)[start : start + 1000]
        answer = house.owner.send(
            "POST",
            path,
            "".join(["kind,name,country\n", *some]).encode(),
            kind="text/csv",
            query_string={"revision_sha256": house.sha256},
        )
        assert answer.status < 300, answer.body


def empty_storage(world: World) -> None:
    """Delete every file."""
    for each in world.storage.iterdir():
        shutil.rmtree(each) if each.is_dir() else each.unlink()


def counts(world: World) -> dict[str, int]:
    """Return how many rows each table has."""
    with world.app.app_context(), reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def rotate(world: World, *chosen: str | None) -> rotation.Rotated:
    """Rotate the keys of coalitions, or all."""
    with world.app.app_context():
        whose = [UUID(each) if each else None for each in chosen]
        return rotation.rotate(whose or rotation.owners())
