"""A text goes out, or changes in public, only where somebody confirms who in it is free or dead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, update

from api.infra.database.transactions import reading, transaction
from api.statements.models import Statement
from tests.stories.test_released import (
    CIHAN,
    FREE,
    Office,
    closes,
    moved,
    said,
)
from tests.support.builders import a_case, a_coalition, a_revision, a_role, a_statement

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

OPENED = "2026-01-01T00:00:00+00:00"


def opened(client: Client, statement: str, *confirmed: str, **facts: Any) -> Answer:
    body = {"opens_at": OPENED, **facts, "confirmed_cases": confirmed}
    path = f"/v1/statements/{statement}/signing"
    headers = {"If-Match": client.get(path).etag}
    return client.send("PUT", path, body, headers=headers)


def edited(client: Client, statement: str, *confirmed: str, **changed: Any) -> Answer:
    path = f"/v1/statements/{statement}"
    draft = client.get(f"{path}/draft")
    new = {**draft["document"], "title": f"{draft['document']['title']}.", **changed}
    assert client.put(f"{path}/draft", {"document": new}).status == 200
    headers = {"If-Match": client.get(path).etag}
    body = {"weight": "editorial", "confirmed_cases": confirmed}
    return client.send("POST", f"{path}/revisions", body, headers=headers)


def refuses(answer: Answer, *keys: str) -> bool:
    asked = [key for key in ("bek", "dana", "kg-poet") if f"{key}: " in answer["detail"]]
    return (answer.status, answer["type"], asked) == (409, "/problems/not-confirmed", [*keys])


def in_review(office: Office) -> str:
    statement = str(office.letter()["statement"]["id"])
    a_revision(office.client, statement)
    assert moved(office.client, statement, "review").status == 200
    return statement


@pytest.mark.parametrize("days", [-3, 3])
def test_a_text_opens_for_signing_only_where_each_is_confirmed(owner: Client, days: int) -> None:
    opens_at = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    office = Office(owner)
    statement = in_review(office)
    closes(owner, office.bek)

    assert refuses(opened(owner, statement, opens_at=opens_at), "bek")
    assert owner.get(f"/v1/statements/{statement}/signing")["opens_at"] is None
    assert opened(owner, statement, "bek", opens_at=opens_at).status == 200
    assert opened(owner, statement, opens_at=opens_at, shows_list=False).status == 200
    assert moved(owner, statement, "published").status == 200


def test_what_is_open_or_closes_is_not_asked_about_and_what_opens_again_is(owner: Client) -> None:
    office = Office(owner)
    statement = in_review(office)
    assert opened(owner, statement).status == 200
    closes(owner, office.bek)

    assert opened(owner, statement, moderation="all").status == 200
    assert opened(owner, statement, closes_at="2026-01-02T00:00:00+00:00").status == 200
    assert refuses(opened(owner, statement), "bek")
    assert moved(owner, statement, "draft").status == 200
    opens_by_itself = moved(owner, statement, "review")
    assert refuses(opens_by_itself, "bek")


@pytest.mark.parametrize("is_published", [True, False])
def test_a_public_text_is_edited_only_where_each_is_confirmed_once(
    owner: Client, *, is_published: bool
) -> None:
    office = Office(owner)
    statement = in_review(office)
    put_out = moved(owner, statement, "published") if is_published else opened(owner, statement)
    assert put_out.status == 200
    closes(owner, office.bek)

    assert refuses(edited(owner, statement), "bek")
    assert edited(owner, statement, "bek").status == 201
    assert edited(owner, statement).status == 201
    closes(owner, office.dana)
    assert refuses(edited(owner, statement), "dana")
    assert edited(owner, statement, office.dana).status == 201
    closes(owner, office.bek, "deceased")
    assert refuses(edited(owner, statement), "bek")


def test_who_was_confirmed_as_named_is_confirmed_again_where_their_freedom_is_asked_for(
    owner: Client,
) -> None:
    office = Office(owner)
    begun = a_statement(owner, office.coalition, body=[{"demands": {"ids": ["kz-2"]}}])
    a_revision(owner, begun)
    for state in ("review", "published"):
        assert moved(owner, begun, state).status == 200
    closes(owner, office.bek)
    assert edited(owner, begun, "bek").status == 201

    closes(owner, office.dana)

    assert refuses(edited(owner, begun, "dana"), "bek"), "kz-2 now asks for two who are free"
    assert edited(owner, begun, "bek", "dana").status == 201


BEFORE_IDS, NAME, KEY = "0b7d43e9f1a5", "Zimor Specimenov", "zimor-specimenov"
TOLD = b"zimor"


def published_with_a_confirmed(owner: Client, *, is_a_case: bool = True) -> tuple[str, str, str]:
    """Return a coalition, a statement that names somebody freed, and that case's id."""
    coalition = a_coalition(owner)
    facts = {"key": KEY, "name": NAME, "country": "KZ"}
    case = a_case(owner, coalition, **facts, status="imprisoned") if is_a_case else ""
    theirs = {"id": KEY, "name": NAME, "country": "KZ", "status": "imprisoned"}
    body = [{"paragraph": f"Free {NAME}."}, {"cases": {"ids": [KEY]}}]
    if is_a_case:
        statement = a_statement(owner, coalition, cases=[theirs], body=body)
        closes(owner, case)
    else:
        theirs["status"] = "released"
        asked = [{"country": "KZ", "demands": [{"id": "kz-1", "text": "Free!", "cases": [KEY]}]}]
        more = {"demand_lists": asked, "body": [*body, {"demands": {}}]}
        statement = a_statement(owner, coalition, cases=[theirs], **more)
    a_revision(owner, statement)
    moved(owner, statement, "review")
    assert moved(owner, statement, "published").status == 409
    assert moved(owner, statement, "published", confirmed_cases=[KEY]).status == 200
    return coalition, statement, case


def silenced(owner: Client, case: str) -> None:
    answer = owner.patch(f"/v1/cases/{case}", {"may_be_named": False})
    assert answer.status == 200, answer.body


def test_who_was_confirmed_is_in_clear_nowhere_once_the_name_is_taken_back_and_not_asked_about(
    world: World, owner: Client
) -> None:
    _, statement, case = published_with_a_confirmed(owner)

    silenced(owner, case)

    assert TOLD not in world.rows().lower()
    assert edited(owner, statement).status == 201


def test_a_key_that_only_a_text_knew_goes_when_its_name_is_taken_back(
    world: World, owner: Client
) -> None:
    coalition, _, _ = published_with_a_confirmed(owner, is_a_case=False)
    case = a_case(owner, coalition, key="other", name=NAME, country="KZ")

    silenced(owner, case)

    assert TOLD not in world.rows().lower()


def test_who_was_confirmed_before_is_kept_by_the_id_and_a_key_that_nobody_has_goes(
    world: World, owner: Client
) -> None:
    _, statement, case = published_with_a_confirmed(owner)

    try:
        with world.app.app_context():
            downgrade(revision=BEFORE_IDS)
            with transaction() as session:
                # A column of these tables alone: others came later.
                confirmed = session.scalars(select(Statement.confirmed_cases)).one()
                (facts,) = confirmed.values()
                before = {KEY: facts, "gone-specimenov": facts}
                session.execute(update(Statement).values(confirmed_cases=before))
    finally:
        with world.app.app_context():
            upgrade()

    with world.app.app_context(), reading() as session:
        assert [*session.scalars(select(Statement)).one().confirmed_cases] == [case]
    assert edited(owner, statement).status == 201


def test_a_text_that_was_to_open_is_frozen_as_a_draft_and_asked_about_in_review(
    owner: Client,
) -> None:
    office = Office(owner)
    statement = in_review(office)
    assert opened(owner, statement).status == 200
    assert moved(owner, statement, "draft").status == 200
    closes(owner, office.bek)

    frozen = edited(owner, statement)

    assert frozen.status == 201, frozen.body
    assert refuses(moved(owner, statement, "review"), "bek")


def test_a_draft_of_a_text_that_is_not_public_is_frozen_with_a_warning(owner: Client) -> None:
    office = Office(owner)
    statement = in_review(office)
    closes(owner, office.bek)

    frozen = edited(owner, statement)

    assert frozen.status == 201, frozen.body
    assert FREE in said(frozen)


def test_an_editor_who_edits_an_open_text_reads_the_label(world: World, owner: Client) -> None:
    office = Office(owner)
    statement = in_review(office)
    assert opened(owner, statement).status == 200
    closes(owner, office.cihan)
    editor = a_role(owner, office.coalition, world.user(), "editor")

    refused = edited(editor, statement)

    assert refuses(refused, "kg-poet")
    assert "a poet in Osh" in refused["detail"]
    assert CIHAN not in refused.body.decode()
