"""Cases: entered, found by any spelling, and followed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import select

from api.cases import service
from api.cases.models import CaseStatusChange
from api.errors import Invalid
from api.infra.database.columns import Base
from api.infra.database.transactions import db, reading, transaction
from tests.support.builders import a_case, a_coalition, a_demand, a_demand_list, a_role

if TYPE_CHECKING:
    from api.texts.rules.document import PortableCase
    from tests.conftest import World
    from tests.support.client import Client

WHO: dict[str, Any] = {
    "name": "Davlatbek Zarobov",
    "aliases": ["Давлатбек Заробов"],
    "country": "TJ",
    "occupation": "blogger",
    "born": 1991,
    "summary": "Zarobov was held at night",
    "sources": ["https://specimen.example/zarobov"],
}


def everything_in(world: World) -> str:
    """Return all that the database keeps, as text."""
    with world.app.app_context(), db.engine.connect() as connection:
        rows = [row for t in Base.metadata.sorted_tables for row in connection.execute(select(t))]
    values = [value for row in rows for value in row]
    return " ".join(
        v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in values
    ).casefold()


def found(client: Client, coalition: str, **query: Any) -> list[str]:
    answer = client.get(f"/v1/coalitions/{coalition}/cases", **query)
    assert answer.status == 200, answer.body
    return [item["label"] for item in answer["items"]]


def test_a_case_is_entered_and_read_again(owner: Client) -> None:
    coalition = a_coalition(owner)

    case = owner.get(f"/v1/cases/{a_case(owner, coalition, **WHO, last_verified='2031-05-01')}")

    assert {key: case[key] for key in WHO} == WHO
    assert case["key"] == "davlatbek-zarobov"
    assert case["label"] == "Davlatbek Zarobov"
    assert case["status"] is None
    assert case["last_verified"] == "2031-05-01"


def test_keys_are_made_from_names_and_numbered_on_a_clash(owner: Client) -> None:
    coalition = a_coalition(owner)
    names = ["Айгерим Жаксылыкова", "Aygerim Zhaksylykova", "Aygerim Zhaksylykova", "…"]
    ids = [a_case(owner, coalition, name=name) for name in names]

    keys = [owner.get(f"/v1/cases/{case}")["key"] for case in ids]

    assert keys == [
        "aygerim-zhaksylykova", "aygerim-zhaksylykova-2", "aygerim-zhaksylykova-3", "case-kz",
    ]  # fmt: skip


def test_a_key_stands_for_one_case(owner: Client) -> None:
    coalition = a_coalition(owner)
    a_case(owner, coalition, key="one")
    other = a_case(owner, coalition, key="two")
    body = {"name": "B", "country": "KZ", "key": "one"}

    assert owner.post(f"/v1/coalitions/{coalition}/cases", body).status == 409
    assert owner.patch(f"/v1/cases/{other}", {"key": "one"}).status == 409
    assert a_case(owner, a_coalition(owner), key="one")


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("sought", ["Khakimova", "hakimova zarina", "ХАКИМОВА", "Ḫākimova"])
def test_a_case_is_found_by_any_spelling(owner: Client, sought: str, named: bool) -> None:  # noqa: FBT001 # a parameter of the table
    coalition = a_coalition(owner)
    a_case(owner, coalition, name="Zarina Hakimova", may_be_named=named, public_label="The one")
    a_case(owner, coalition, name="Somebody Else", may_be_named=named)

    assert found(owner, coalition, q=sought) == ["Zarina Hakimova" if named else "The one"]


def test_an_alias_finds_a_case(owner: Client) -> None:
    coalition = a_coalition(owner)
    a_case(owner, coalition, **WHO)

    assert found(owner, coalition, q="Заробов") == ["Davlatbek Zarobov"]
    assert found(owner, coalition, q="!!") == []


def test_cases_are_filtered(owner: Client) -> None:
    coalition = a_coalition(owner)
    a_case(owner, coalition, name="A", status="detained", last_verified="2031-01-01")
    a_case(owner, coalition, name="B", country="TJ", last_verified="2031-06-01")
    a_case(owner, coalition, name="C", may_be_named=False, public_label="L")

    assert found(owner, coalition) == ["L", "A", "B"]
    assert found(owner, coalition, country="TJ") == ["B"]
    assert found(owner, coalition, status="detained") == ["A"]
    assert found(owner, coalition, may_be_named="false") == ["L"]
    assert found(owner, coalition, verified_before="2031-06-01") == ["L", "A"]


def test_a_search_through_too_many_sealed_names_asks_to_narrow_it(
    owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    coalition = a_coalition(owner)
    a_case(owner, coalition, **WHO, may_be_named=False)
    a_case(owner, coalition, name="Another One", may_be_named=False)
    monkeypatch.setattr(service, "MOST_SEARCHED", 1)

    refused = owner.get(f"/v1/coalitions/{coalition}/cases", q="zarobov")

    assert refused.status == 422
    assert "country" in refused.faults["/country"]
    assert found(owner, coalition, q="zarobov", country="TJ") == ["blogger, Tajikistan"]


def test_a_list_of_cases_is_walked_by_the_link_header(owner: Client) -> None:
    coalition = a_coalition(owner)
    for name in "ABCDE":
        a_case(owner, coalition, name=name)

    path, seen = f"/v1/coalitions/{coalition}/cases?limit=2", []
    while path:
        answer = owner.get(path)
        seen += [item["name"] for item in answer["items"]]
        path = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")

    assert seen == list("ABCDE")


def test_a_viewer_writes_nothing(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition)
    viewer = a_role(owner, coalition, world.user(), "viewer")

    assert viewer.post(f"/v1/coalitions/{coalition}/cases", WHO).status == 403
    assert viewer.patch(f"/v1/cases/{case}", {"born": 1990}).status == 403
    change = {"status": "released"}
    assert viewer.post(f"/v1/cases/{case}/status-changes", change).status == 403


def test_another_coalitions_case_is_not_there(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition)
    other = world.user()
    a_coalition(other)

    assert other.get(f"/v1/coalitions/{coalition}/cases").status == 404
    assert other.get(f"/v1/cases/{case}").status == 404
    assert other.get(f"/v1/cases/{case}/demands").status == 404
    assert other.get(f"/v1/cases/{case}/status-changes").status == 404
    assert other.post(f"/v1/cases/{case}/status-changes", {"status": "released"}).status == 404
    assert other.patch(f"/v1/cases/{case}", {"born": 1990}, etag='"1"').status == 404
    assert other.delete(f"/v1/cases/{case}", etag='"1"').status == 404
    assert world.stranger().get(f"/v1/cases/{case}").status == 401


def test_faults_are_pointed_at(owner: Client) -> None:
    body = {
        "name": "",
        "aliases": ["\U00013000"],
        "country": "XX",
        "born": 1700,
        "status": "gone",
        "key": "Not A Slug",
        "may_be_named": "perhaps",
        "last_verified": "yesterday",
    }
    answer = owner.post(f"/v1/coalitions/{a_coalition(owner)}/cases", body)

    assert answer.status == 422
    assert set(answer.faults) == {
        "/name", "/aliases/0", "/country", "/born", "/status", "/key", "/may_be_named",
        "/last_verified",
    }  # fmt: skip


def test_a_change_of_a_case_names_the_version_that_it_changes(owner: Client) -> None:
    path = f"/v1/cases/{a_case(owner, a_coalition(owner))}"

    assert owner.patch(path, {"born": 1990}, etag="").status == 428
    assert owner.patch(path, {"born": 1990}, etag='"1"').status == 200
    assert owner.patch(path, {"born": 1991}, etag='"1"').status == 412
    assert owner.delete(path, etag='"1"').status == 412


def test_a_status_changes_with_its_history_and_evidence(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition, status="detained")
    etag = owner.get(f"/v1/cases/{case}").etag
    change = {
        "status": "released",
        "on": "2031-05-02",
        "evidence": "Her lawyer at the unguessable gate",
        "sources": ["https://specimen.example/released"],
    }

    first = owner.post(f"/v1/cases/{case}/status-changes", change, key="k")
    again = owner.post(f"/v1/cases/{case}/status-changes", change, key="k")

    assert first.status == 201
    assert again.id == first.id
    assert owner.get(f"/v1/cases/{case}")["status"] == "released"
    assert owner.get(f"/v1/cases/{case}").etag != etag
    viewer = a_role(owner, coalition, world.user(), "viewer")
    history = viewer.get(f"/v1/cases/{case}/status-changes")["items"]
    assert [step["status"] for step in history] == ["released", "detained"]
    assert {key: history[0][key] for key in change} == change
    assert history[0]["recorded_by"]
    assert history[1]["evidence"] is None
    assert history[1]["on"] in {str(date.today() + timedelta(d)) for d in (-1, 0, 1)}  # noqa: DTZ011 # near enough
    stored = everything_in(world)
    assert "unguessable" not in stored
    assert "example/released" not in stored


def test_a_status_is_not_changed_past_its_history(owner: Client) -> None:
    case = a_case(owner, a_coalition(owner), status="detained")

    assert "/status" in owner.patch(f"/v1/cases/{case}", {"status": "released"}).faults
    wrong = {"status": "fine", "on": "May", "sources": ["ftp://x"]}
    faults = owner.post(f"/v1/cases/{case}/status-changes", wrong).faults
    assert set(faults) == {"/status", "/on", "/sources/0"}


def test_a_case_goes_once_no_demand_is_about_it(owner: Client) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition, status="detained")
    demand = a_demand(owner, a_demand_list(owner, coalition), case_ids=[case])

    refused = owner.delete(f"/v1/cases/{case}")
    assert refused.status == 409
    assert refused["type"] == "/problems/case-in-use"
    assert "demand kz-1" in refused["detail"]

    owner.patch(f"/v1/demands/{demand}", {"case_ids": []})
    assert owner.delete(f"/v1/cases/{case}").status == 204
    assert owner.get(f"/v1/cases/{case}").status == 404


DOCUMENT: PortableCase = {
    "id": "zarobov",
    "name": "Davlatbek Zarobov",
    "aliases": ["Давлатбек Заробов"],
    "country": "TJ",
    "occupation": "blogger",
    "born": 1991,
    "status": "detained",
    "last_verified": "2031-05-01",
    "summary": "held",
    "sources": ["a book"],
    "may_be_named": False,
    "public_label": "a blogger",
}


@pytest.mark.parametrize("named", [True, False])
def test_a_case_of_a_file_is_kept_and_given_back(world: World, owner: Client, named: bool) -> None:  # noqa: FBT001 # a parameter of the table
    coalition = UUID(a_coalition(owner))
    whole = DOCUMENT.copy()
    if named:
        del whole["may_be_named"]
    least: PortableCase = {"id": "least", "name": "L", "country": "KZ"}
    with world.app.app_context():
        with transaction() as session:
            service.put_all(session, coalition, [whole, least])
        with transaction() as session:
            entries = service.entries(session, coalition)
            assert service.as_document(entries["zarobov"]) == whole
            assert service.as_document(entries["least"]) == least
            changed: PortableCase = {**least, "id": "zarobov", "status": "released"}
            service.replace_all(session, coalition, [(entries["zarobov"], changed)])
        with reading() as session:
            found = service.entries(session, coalition, ["zarobov"])
            assert service.as_document(found["zarobov"]) == changed
            history = select(CaseStatusChange.status).order_by(CaseStatusChange.recorded_at)
            assert list(session.scalars(history)) == ["detained", "released"]


def test_a_files_id_that_is_the_whole_name_of_the_unnamed_is_refused(
    world: World, owner: Client
) -> None:
    coalition = UUID(a_coalition(owner))
    facts: PortableCase = {**DOCUMENT, "id": "davlatbek-zarobov"}
    with world.app.app_context(), pytest.raises(Invalid) as refused, transaction() as session:
        service.put_all(session, coalition, [facts])
    assert refused.value.faults[0].pointer == "/id"
