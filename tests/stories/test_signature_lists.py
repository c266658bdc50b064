"""Coordinators filter and search the list; what leaves it is for somebody."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from api.infra.background.jobs import Job
from api.infra.database.transactions import reading, transaction
from api.signatures.models import (
    Consent,
    ConsentWords,
    Purpose,
    Signature,
    SignatureState,
    Source,
    Visibility,
)
from api.signatures.service import places, rows, search
from tests.stories.test_signature_counts import confirmed
from tests.support.builders import Signing, a_coalition, a_text, an_organisation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World
    from tests.support.client import Answer, Client


@pytest.fixture
def signing(world: World, owner: Client) -> Signing:
    coalition = a_coalition(owner)
    return Signing(world, owner, coalition, *a_text(owner, coalition))


def states(signing: Signing, *ids: UUID, to: SignatureState) -> None:
    with signing.world.app.app_context(), transaction() as session:
        session.execute(update(Signature).where(Signature.id.in_(ids)).values(state=to))


def test_a_list_is_filtered_by_source_and_day(signing: Signing) -> None:
    for day in ("2031-05-01", "2031-05-02", "2031-05-03"):
        signing.sign(name=day, day=day)
    confirmed(signing)
    with signing.world.app.app_context():
        places.place()

    def names(since: str, **query: str) -> list[str]:
        path = f"{signing.path}/signatures"
        return [one["name"] for one in signing.owner.get(path, **{"from": since, **query})["items"]]

    assert names("2031-05-02", until="2031-05-02") == ["2031-05-02"]
    assert names("2031-05-02", source="entered") == [
        "2031-05-02", "2031-05-03",
    ]  # fmt: skip
    assert signing.names(source="public") == [None]
    assert signing.owner.get(f"{signing.path}/signatures", source="guess").status == 422


@pytest.mark.parametrize("state", ["held", "rejected", "invalidated"])
def test_what_is_out_of_the_count_is_listed_by_day(signing: Signing, state: str) -> None:
    ids = [*confirmed(signing), *confirmed(signing), *confirmed(signing)]
    states(signing, *ids[:2], to=SignatureState(state))
    signing.sign()

    listed = signing.listed(state=state)
    first = signing.owner.get(f"{signing.path}/signatures", state=state, limit=1)
    following = first.headers["Link"].partition(">")[0].removeprefix("<")

    assert [one["id"] for one in listed] == sorted(str(each) for each in ids[:2])
    assert {one["state"] for one in listed} == {state}
    assert [one["id"] for one in signing.owner.get(following)["items"]] == [listed[1]["id"]]
    assert signing.listed(signing.somebody("viewer"), state=state) == []


def searched(signing: Signing, client: Client | None = None, **query: Any) -> Answer:
    return (client or signing.owner).get(f"{signing.path}/signatures", **query)


def test_a_search_of_many_is_a_job_that_keeps_ids_only(
    signing: Signing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_AT_ONCE", 3)
    found = signing.sign(name="Aigerim Canary", country="KZ")
    for number in range(3):
        signing.sign(name=f"Other {number}", country="KZ")
    signing.sign(name="Aigerim Elsewhere", country="UZ")

    answer = searched(signing, q="aigerim", country="KZ")
    again = searched(signing, q="aigerim", country="KZ")
    early = searched(signing, found=answer.id)
    signing.world.work()
    job = signing.owner.get(answer.headers["Location"])
    listed = signing.owner.get(job["result"]["url"])

    assert (answer.status, again.id, early.status) == (202, answer.id, 404)
    assert job["state"] == "done"
    assert job["result"] | {"url": ""} == {"url": "", "ids": [found], "is_whole": True}
    assert [one["name"] for one in listed["items"]] == ["Aigerim Canary"]
    with signing.world.app.app_context(), reading() as session:
        row = session.scalars(select(Job).where(Job.kind == search.SEARCH)).one()
        assert "aigerim" not in repr((row.facts, row.result, row.key)).lower()
    viewer, other = signing.somebody("viewer"), signing.world.user()
    a_coalition(other)
    assert searched(signing, viewer, q="aigerim").status == 403
    assert searched(signing, viewer, found=answer.id).status == 403
    assert searched(signing, other, found=answer.id).status == 404
    another = Signing(
        signing.world, signing.owner, signing.coalition, *a_text(signing.owner, signing.coalition)
    )
    assert searched(another, found=answer.id).status == 404


def test_few_that_are_left_by_filters_are_searched_at_once(
    signing: Signing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_AT_ONCE", 2)
    for country in ("KZ", "KZ", "UZ"):
        signing.sign(name=f"Specimen of {country}", country=country)

    assert searched(signing, q="Specimen").status == 202
    assert searched(signing, q="Specimen", country="KZ")["total"] == 2


def table(signing: Signing, whom: str, client: Client | None = None) -> list[dict[str, str]]:
    path = f"{signing.path}/signatures.csv"
    answer = (client or signing.owner).get(path, **{"for": whom})
    assert answer.status == 200, answer.body
    return list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))


def test_the_addressee_gets_what_prints_whoever_asks(signing: Signing) -> None:
    signing.sign(name="Public Specimen", role="Chair", email="p@specimen.example", country="KZ")
    signing.sign(name="Inge Nitials", visibility="initials", reservation="Not all of it.")
    signing.sign(name="Coalition Specimen", visibility="coalition")
    signing.sign(visibility="anonymous")
    signing.sign(kind="organisation", name="Reserved Specimen", reservation="Without demand 3.")

    rows = table(signing, "addressee")

    assert rows == table(signing, "addressee", signing.somebody("viewer"))
    assert [(row["name"], row["reservation"]) for row in rows] == [
        ("Public Specimen", ""),
        ("I. N.", ""),
        ("Reserved Specimen", "Without demand 3."),
    ]
    assert rows[0].keys() == {
        "kind", "name", "acronym", "role", "affiliation", "country", "as_printed", "reservation",
        "day",
    }  # fmt: skip
    path = f"{signing.path}/signatures.csv"
    assert signing.owner.get(path).body == signing.owner.get(path, **{"for": "addressee"}).body
    assert b"specimen.example" not in signing.owner.get(path).body


def agreed(signing: Signing, signature: str, organisation: str | None, **facts: Any) -> None:
    with signing.world.app.app_context(), transaction() as session:
        if session.get(ConsentWords, "0" * 64) is None:
            session.add(ConsentWords(sha256="0" * 64, language="en", words="Yes."))
            session.flush()
        session.add(
            Consent(
                coalition_id=UUID(signing.coalition),
                signature_id=UUID(signature),
                purpose=Purpose.MAILINGS if organisation else Purpose.SIGNING,
                organisation_id=organisation and UUID(organisation),
                words_sha256="0" * 64,
                given_on=date(2031, 5, 1),
                **facts,
            )
        )


def test_a_mailing_tool_gets_addresses_and_consents(signing: Signing) -> None:
    committee = an_organisation(signing.owner, signing.coalition)
    for number in range(3):
        signing.sign(name=f"=P{number}", email=f"p{number}@specimen.example")
    ids = [one["id"] for one in signing.listed()]
    with signing.world.app.app_context(), transaction() as session:
        session.execute(update(Signature).values(source=Source.PUBLIC, language="ru"))
    agreed(signing, ids[0], None)
    agreed(signing, ids[0], committee)
    agreed(signing, ids[1], committee, taken_back_on=date(2031, 5, 2))

    rows = table(signing, "crm")
    path = f"{signing.path}/signatures.json"
    as_json = json.loads(signing.owner.get(path, **{"for": "crm"}).body)["signatures"]

    assert [row["email"] for row in rows] == ["p0@specimen.example", "", ""]
    assert [row["name"] for row in rows] == ["'=P0", "'=P1", "'=P2"]
    assert rows[0]["consent_signing"] == "2031-05-01"
    assert rows[0]["consent_mailings"] == "2031-05-01 Specimen Committee"
    assert (rows[1]["consent_mailings"], rows[0]["language"]) == ("", "ru")
    assert [one.get("email") for one in as_json] == ["p0@specimen.example", None, None]
    assert (
        as_json[0]["consents"]
        == [
            {"purpose": "signing", "given_on": "2031-05-01"},
            {
                "purpose": "mailings",
                "given_on": "2031-05-01",
                "organisation_id": committee,
                "organisation": "Specimen Committee",
            },
        ]
        or as_json[0]["consents"][::-1]
    )
    for role in ("viewer", "editor"):
        assert signing.somebody(role).get(path, **{"for": "crm"}).status == 403


def test_json_says_what_the_table_says(signing: Signing) -> None:
    for number in range(3):
        signing.sign(name=f"Specimen {number}", visibility=list(Visibility)[number])

    answer = signing.owner.get(f"{signing.path}/signatures.json")

    assert answer.headers["Content-Type"] == "application/json"
    rows = json.loads(answer.body)["signatures"]
    assert [row["name"] for row in rows] == [row["name"] for row in table(signing, "addressee")]


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_an_export_is_sent_while_it_is_read(
    signing: Signing, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setattr(rows, "AT_ONCE", 2)
    names = [signing.sign(name=f"Specimen {number}") for number in range(10)]
    read: list[int] = []
    shown = rows.shown

    def note(*given: Any) -> Any:
        read.append(len(given[2]))
        return shown(*given)

    monkeypatch.setattr(rows, "shown", note)
    answer = signing.owner.http.get(
        f"{signing.path}/signatures.{ending}",
        headers={"Authorization": f"Bearer {signing.owner.token}"},
    )
    pieces: Iterator[Any] = iter(answer.response)
    first = [next(pieces), next(pieces)]

    assert sum(read) <= 4  # neither all of it nor most of it is held
    with signing.world.app.app_context():  # a batch holds no transaction that another waits for
        assert signing.owner.post(f"/v1/signatures/{names[-1]}/hiding").status == 200
    whole = b"".join([*first, *pieces])
    assert b"Specimen 8" in whole
    assert b"Specimen 9" not in whole  # it was taken back before its batch was read
