"""Deliveries: who is addressed gets the text once, and what they answer is kept."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from api.config import share
from api.infra import clock
from api.infra.background import jobs
from tests.support.builders import a_case, a_cover_letter, a_demand, a_demand_list, made
from tests.support.signing import Rush, a_rush
from tests.support.smtp_server import Post, mail_at, server

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

PERSIAN = "درها را باز کنید"


def an_addressee(owner: Client, rush: Rush, name: str, **facts: Any) -> str:
    path = f"/v1/coalitions/{rush.coalition}/addressees"
    return made(owner, path, {"name": name, **facts})


@pytest.fixture
def owner(world: World) -> Client:
    return world.user("owner")


@pytest.fixture
def rush(world: World, owner: Client) -> Rush:
    found = a_rush(world, owner)
    found.publish()
    return found


def sent(owner: Client, letter: str, **facts: Any) -> Answer:
    return owner.post(f"/v1/cover-letters/{letter}/deliveries", facts)


def delivered(owner: Client, rush: Rush) -> list[dict[str, Any]]:
    return list(owner.get(f"/v1/statements/{rush.statement}/deliveries")["items"])


def work(world: World, post: Post, **later: float) -> None:
    with (
        server(post),
        mail_at(world, f"smtp://127.0.0.1:{post.port}"),
        time_machine.travel(clock.now() + timedelta(**later), tick=False),
    ):
        for _ in range(3):
            with world.app.app_context():
                jobs.sweep()
            world.work()


def test_an_addressee_gets_the_printed_text_once_however_often_it_is_sent(
    world: World, owner: Client, rush: Rush
) -> None:
    salutation = {"salutation": "Dear President,", "email": "office@specimen.example"}
    whom = an_addressee(owner, rush, "A. Specimen", **salutation)
    nobody = an_addressee(owner, rush, "B. Specimen")
    letter = a_cover_letter(owner, rush.statement)
    both = {"addressee_ids": [whom, nobody]}

    first, again = sent(owner, letter, **both), sent(owner, letter, **both)
    said = "250 2.0.0 Ok: queued as 4T0001 for <Office@specimen.example>"
    work(world, post := Post(answers={"DATA": [said]}), minutes=2)

    assert first.status == again.status == 201, first.body
    assert [each["addressee_id"] for each in first["items"]] == [whom]
    assert [each["id"] for each in first["without_email"]] == [nobody]
    assert (again["items"], [each["id"] for each in again["already"]]) == ([], [whom])
    (took,) = post.took
    (file,) = took.iter_attachments()
    assert file.get_content_type() == "application/pdf"
    assert file.get_content().startswith(b"%PDF")
    body: Any = took.get_body(("plain",))
    assert "Dear President," in body.get_content()
    assert "We hand you a letter." in body.get_content()
    (row,) = delivered(owner, rush)
    assert (row["state"], row["told"], row["revision"]) == ("delivered", None, 1)
    assert row["delivered_at"] is not None
    assert row["answer"] == "250 2.0.0 Ok: queued as 4T0001 for <…>"


def test_a_refusal_is_told_in_a_sentence_and_may_be_tried_again(
    world: World, owner: Client, rush: Rush
) -> None:
    whom = an_addressee(owner, rush, "A. Specimen", email="office@specimen.example")
    letter = a_cover_letter(owner, rush.statement)
    sent(owner, letter, addressee_ids=[whom])
    work(world, Post({"RCPT": ["550 Unknown"]}), minutes=2)

    (row,) = delivered(owner, rush)
    assert (row["state"], row["fault"], row["delivered_at"]) == ("failed", "smtp-550", None)
    assert row["told"].startswith("The mail server knows no such mailbox.")

    assert len(sent(owner, letter, addressee_ids=[whom])["items"]) == 1
    work(world, post := Post(), minutes=4)
    assert sorted(each["state"] for each in delivered(owner, rush)) == ["delivered", "failed"]
    assert len(post.took) == 1


def test_nothing_leaves_once_the_addressee_is_gone(world: World, owner: Client, rush: Rush) -> None:
    whom = an_addressee(owner, rush, "A. Specimen", email="office@specimen.example")
    sent(owner, a_cover_letter(owner, rush.statement), addressee_ids=[whom])
    here = f"/v1/addressees/{whom}"
    assert owner.delete(here, owner.get(here).etag).status == 204
    work(world, post := Post(), minutes=2)

    (row,) = delivered(owner, rush)
    assert post.took == []
    assert (row["state"], row["addressee"], row["addressee_id"]) == ("dropped", "A. Specimen", None)


def test_a_preview_shows_the_letter_in_its_language_and_sends_nothing(
    owner: Client, rush: Rush
) -> None:
    texts = [
        {"language": "en", "subject": "Open the doors", "text": "We ask *you*."},
        {"language": "fa", "subject": PERSIAN, "text": f"{PERSIAN}\n\n> {PERSIAN}"},
    ]
    letter = a_cover_letter(owner, rush.statement, texts=texts)
    path = f"/v1/cover-letters/{letter}/preview"

    english, persian = owner.get(path), owner.get(path, language="fa")

    assert (english["subject"], english["to"]) == ("Open the doors", [])
    assert "<em>you</em>" in english["html"]
    assert persian["subject"] == PERSIAN
    assert '<html lang="fa" dir="rtl"' in persian["html"]
    assert owner.get(path, language="de").status == 422
    assert delivered(owner, rush) == []


def test_a_cover_letter_that_a_letter_cannot_hold_is_refused_with_its_place(
    owner: Client, rush: Rush
) -> None:
    a_case(owner, rush.coalition, name="Kestrel Canary", may_be_named=False)
    path = f"/v1/statements/{rush.statement}/cover-letters"
    text = {"language": "en", "subject": "Open", "text": "Free Kestrel Canary."}

    named = owner.post(path, {"language": "en", "texts": [text]})
    linked = owner.post(
        path, {"language": "en", "texts": [{**text, "text": "Go [there](https://a.example) now."}]}
    )
    other = owner.post(path, {"language": "ru", "texts": [{**text, "text": "Free them."}]})

    assert [each.status for each in (named, linked, other)] == [422] * 3
    assert [list(each.faults) for each in (named, other)] == [["/texts/0/text"], ["/language"]]
    assert "/texts/0/text" in next(iter(linked.faults))


def test_only_what_is_published_is_handed_over(world: World, owner: Client) -> None:
    draft = a_rush(world, owner)
    whom = an_addressee(owner, draft, "A. Specimen", email="office@specimen.example")
    letter = a_cover_letter(owner, draft.statement)
    by_hand = {"addressee_id": whom, "means": "in_person"}

    answers = [
        sent(owner, letter, addressee_ids=[whom]),
        owner.post(f"/v1/statements/{draft.statement}/deliveries", by_hand),
    ]
    assert [(each.status, each["type"]) for each in answers] == [
        (409, "/problems/not-published")
    ] * 2


def test_what_was_handed_over_in_person_is_listed_too(owner: Client, rush: Rush) -> None:
    whom = an_addressee(owner, rush, "A. Specimen")
    path = f"/v1/statements/{rush.statement}/deliveries"
    body = {"addressee_id": whom, "means": "in_person", "note": "Stamped, number 4."}

    assert owner.post(path, body).status == 201
    assert owner.post(path, {**body, "means": "email"}).status == 422
    assert owner.post(path, {**body, "delivered_at": "2999-01-01T00:00:00Z"}).status == 422

    (row,) = delivered(owner, rush)
    assert (row["means"], row["state"], row["note"]) == (
        "in_person",
        "delivered",
        "Stamped, number 4.",
    )


def test_an_answer_becomes_the_evidence_of_what_became_of_a_demand(
    owner: Client, rush: Rush
) -> None:
    whom = an_addressee(owner, rush, "A. Specimen")
    demand_list = a_demand_list(owner, rush.coalition)
    refused, spoken_of = (a_demand(owner, demand_list) for _ in range(2))
    path = f"/v1/statements/{rush.statement}/responses"
    about = [{"demand_id": refused, "status": "rejected"}, {"demand_id": spoken_of}]
    body = {"addressee_id": whom, "answered_on": "2031-05-14", "text": "No.", "demands": about}

    answer = owner.post(path, body)

    assert answer.status == 201, answer.body
    assert owner.get(path)["items"] == [answer.json]
    assert [each["status"] for each in answer["demands"]] == ["rejected", None]
    assert owner.get(f"/v1/demands/{refused}")["status"] == "rejected"
    assert owner.get(f"/v1/demands/{spoken_of}")["status"] == "open"
    change, _ = owner.get(f"/v1/demands/{refused}/status-changes")["items"]
    assert (change["on"], change["evidence"]) == ("2031-05-14", "No.")
    twice = owner.post(path, {**body, "demands": about[:1] * 2})
    strange = owner.post(path, {**body, "demands": [{"demand_id": whom}]})
    assert (twice.status, list(strange.faults)) == (422, ["/demands/0/demand_id"])


def test_the_examples_of_the_page_do_what_it_says(owner: Client, rush: Rush) -> None:
    page = share("docs", "deliveries.md").read_text("utf-8")
    whom = an_addressee(owner, rush, "A. Specimen", email="office@specimen.example")
    demand = a_demand(owner, a_demand_list(owner, rush.coalition))
    page = page.replace("ADDRESSEE", whom).replace("DEMAND", demand)
    examples = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    letter, sending, by_hand, answer = map(json.loads, examples)
    here = f"/v1/statements/{rush.statement}"

    written = made(owner, f"{here}/cover-letters", letter)
    assert sent(owner, written, **sending, addressee_ids=[whom]).status == 201
    made(owner, f"{here}/deliveries", by_hand)
    made(owner, f"{here}/responses", answer)
    assert owner.get(f"/v1/demands/{demand}")["status"] == "rejected"


def test_a_delivery_to_nobody_is_refused_and_says_who_is_missing(owner: Client, rush: Rush) -> None:
    letter = a_cover_letter(owner, rush.statement)
    answer = sent(owner, letter)
    assert answer.status == 422
    assert "Give addressee_ids" in answer.faults["/addressee_ids"]

    nobody = an_addressee(owner, rush, "B. Specimen")
    answer = sent(owner, letter, addressee_ids=[nobody])
    assert answer.status == 422
    assert "B. Specimen has no e-mail" in answer.faults["/addressee_ids"]
    assert delivered(owner, rush) == []


def test_an_answer_reaches_who_sent_the_letter_and_no_machine_is_told_to_be_silent(
    world: World, owner: Client, rush: Rush
) -> None:
    whom = an_addressee(owner, rush, "A. Specimen", email="office@specimen.example")
    letter = a_cover_letter(owner, rush.statement)
    shown = owner.get(f"/v1/cover-letters/{letter}/preview?addressee_id={whom}")
    sent(owner, letter, addressee_ids=[whom])
    work(world, post := Post(), minutes=2)

    (took,) = post.took
    mine = owner.get("/v1/me")["email"]
    assert (took["Reply-To"], shown["reply_to"]) == (mine, mine)
    assert took["Auto-Submitted"] is None


def actions(owner: Client, rush: Rush) -> list[str]:
    found = owner.get(f"/v1/coalitions/{rush.coalition}/audit-entries?limit=20")["items"]
    told = [each["action"] for each in found]
    return [each for each in told if each in {"delivery.delivered", "delivery.failed"}]


def test_what_became_of_a_delivery_is_told(world: World, owner: Client, rush: Rush) -> None:
    whom = an_addressee(owner, rush, "A. Specimen", email="office@specimen.example")
    letter = a_cover_letter(owner, rush.statement)
    sent(owner, letter, addressee_ids=[whom])
    work(world, Post({"RCPT": ["550 Unknown"]}), minutes=2)
    assert actions(owner, rush) == ["delivery.failed"]
    sent(owner, letter, addressee_ids=[whom])
    work(world, Post(), minutes=4)
    assert actions(owner, rush) == ["delivery.delivered", "delivery.failed"]
