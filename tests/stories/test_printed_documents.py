"""A printed document has an address, which is gone once a name in it was taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.documents import service
from api.documents.rules import rendering
from api.documents.service import public
from tests.support.builders import (
    Signing,
    a_case,
    a_coalition,
    a_revision,
    a_statement,
    a_text,
    another_revision,
)
from tests.support.signing import a_rush
from tests.support.signoffs import a_sign_off

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

CASE = {"id": "named", "name": "Wagtail Specimen", "country": "TJ"}
# What they ask for who follow a link: Firefox and Safari, and Chromium.
BROWSERS = [
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "text/html,application/xhtml+xml,image/avif,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",
]


@pytest.fixture
def signing(world: World, owner: Client) -> Signing:
    coalition = a_coalition(owner)
    return Signing(world, owner, coalition, *a_text(owner, coalition))


def printed(signing: Signing, form: str = "text") -> Answer:
    answer = signing.owner.get(f"{signing.path}/document", format=form)
    assert answer.status == 200, answer.body
    return answer


def again(signing: Signing, answer: Answer) -> Answer:
    return signing.owner.get(answer.headers["Content-Location"])


def test_a_document_is_found_again_at_its_own_address(signing: Signing) -> None:
    signing.sign(name="First Specimen")
    first = printed(signing)
    signing.sign(name="Second Specimen")

    found = again(signing, first)

    assert (found.status, found.body, found.etag) == (200, first.body, first.etag)
    assert found.headers["Content-Type"] == first.headers["Content-Type"]
    assert printed(signing).headers["Content-Location"] != first.headers["Content-Location"]
    for key in ("0" * 64, "nothing", "%00", "../x"):
        assert signing.owner.get(f"{signing.path}/documents/{key}").status in {404, 422}, key
    other = signing.world.user()
    a_coalition(other)
    assert other.get(first.headers["Content-Location"]).status == 404


TAKEN_BACK: list[tuple[str, dict[str, Any] | None]] = [
    ("hiding", None),
    ("erasure", None),
    ("withdrawal", None),
    ("", {"name": "Renamed Specimen"}),
    ("", {"visibility": "initials"}),
    ("", {"visibility": "coalition"}),
]


def take_back(signing: Signing, signature: str, act: str, body: dict[str, Any] | None) -> None:
    path = f"/v1/signatures/{signature}"
    owner = signing.owner
    answer = owner.patch(path, body) if body else owner.post(f"{path}/{act}")
    assert answer.status == 200, answer.body


@pytest.mark.parametrize(("act", "body"), TAKEN_BACK)
def test_a_document_is_gone_at_once_when_a_name_in_it_was_taken_back(
    signing: Signing, act: str, body: dict[str, Any] | None
) -> None:
    signature = signing.sign(name="Gone Specimen")
    old = printed(signing)
    assert b"Gone Specimen" in old.body

    take_back(signing, signature, act, body)

    assert again(signing, old)["type"] == "/problems/gone"  # no job has run yet
    assert b"Gone Specimen" not in printed(signing).body
    signing.world.work()
    assert again(signing, old).status == 410
    assert again(signing, printed(signing)).status == 200
    kept = [path.name for path in signing.world.storage.rglob("*") if path.is_file()]
    assert old.etag.strip('"') not in kept


def test_what_nobody_saw_takes_no_document_back(signing: Signing) -> None:
    hidden = signing.sign(name="Hidden Specimen", visibility="coalition")
    shown = signing.sign(name="Shown Specimen", email="a@specimen.example")
    old = printed(signing)

    take_back(signing, hidden, "", {"name": "Other Specimen"})
    take_back(signing, shown, "", {"email": "b@specimen.example"})

    assert again(signing, old).status == 200


def test_a_document_that_would_be_the_same_is_given_out_again(signing: Signing) -> None:
    signature = signing.sign(name="A. Specimen")
    old = printed(signing)
    take_back(signing, signature, "", {"name": "B. Specimen"})
    take_back(signing, signature, "", {"name": "A. Specimen"})
    assert again(signing, old).status == 410

    same = printed(signing)

    assert same.etag == old.etag
    signing.world.work()
    assert again(signing, old).body == old.body


def publish(signing: Signing) -> None:
    for state in ("review", "published"):
        etag = signing.owner.get(signing.path).etag
        answer = signing.owner.send(
            "POST", f"{signing.path}/transitions", {"state": state}, headers={"If-Match": etag}
        )
        assert answer.status == 200, answer.body


def test_a_published_document_is_printed_anew(
    signing: Signing, monkeypatch: pytest.MonkeyPatch
) -> None:
    signature = signing.sign(name="Gone Specimen")
    publish(signing)
    printed(signing, "pdf")
    take_back(signing, signature, "hiding", None)
    signing.world.work()

    def never(_: Any) -> bytes:
        raise AssertionError

    monkeypatch.setattr(public, "print_now", never)  # it is there already

    assert again(signing, printed(signing, "pdf")).status == 200


def test_a_name_that_is_taken_back_while_its_document_is_made_is_gone(
    signing: Signing, monkeypatch: pytest.MonkeyPatch
) -> None:
    signature = signing.sign(name="Gone Specimen")
    rendered = rendering.rendered

    def meanwhile(*given: Any) -> bytes:
        content: bytes = rendered(*given)
        take_back(signing, signature, "hiding", None)
        return content

    monkeypatch.setattr(rendering, "rendered", meanwhile)
    old = printed(signing)
    monkeypatch.undo()

    assert again(signing, old).status == 410


def test_a_name_that_is_taken_back_just_after_a_document_was_found_right_is_gone(
    signing: Signing, monkeypatch: pytest.MonkeyPatch
) -> None:
    signature = signing.sign(name="Gone Specimen")
    is_right = service.is_current  # the moment after it

    def meanwhile(render: Any) -> bool:
        found = is_right(render)
        take_back(signing, signature, "hiding", None)
        return found

    monkeypatch.setattr(service, "is_current", meanwhile)
    old = printed(signing)
    monkeypatch.undo()

    assert again(signing, old).status == 410


def test_a_case_that_is_taken_back_takes_documents_with_it(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    case = a_case(owner, coalition, key="named", name=CASE["name"], country="TJ")
    body = [{"paragraph": "For Wagtail Specimen."}, {"cases": {"ids": ["named"]}}]
    statement = a_statement(owner, coalition, cases=[CASE], body=body)
    signing = Signing(world, owner, coalition, statement, "")
    a_revision(owner, statement)
    old = printed(signing)

    assert owner.patch(f"/v1/cases/{case}", {"may_be_named": False}).status == 200

    assert again(signing, old).status == 410


def test_hiding_keeps_who_it_is_for_coordinators_and_the_count(signing: Signing) -> None:
    signature = signing.sign(name="Hidden Specimen", email="h@specimen.example", country="KZ")
    path = f"/v1/signatures/{signature}/hiding"

    answer = signing.owner.post(path)
    twice = signing.owner.post(path)

    assert [answer[key] for key in ("name", "email", "visibility", "state")] == [
        "Hidden Specimen", "h@specimen.example", "anonymous", "counted",
    ]  # fmt: skip
    assert (twice.status, twice.etag) == (200, answer.etag)
    assert (signing.counts()["total"], signing.counts()["withheld"]) == (1, 1)
    assert signing.listed(signing.somebody("viewer")) == []
    signing.owner.post(f"/v1/signatures/{signature}/withdrawal")
    assert signing.owner.post(path)["type"] == "/problems/withdrawn"


def test_everybody_gets_the_former_document_while_a_new_revision_is_printed(
    world: World, owner: Client
) -> None:
    rush = a_rush(world, owner)
    rush.publish()
    rush.work()
    path, reader = f"{rush.path}/document", world.stranger()
    former = reader.get(path)
    assert former.status == 200

    another_revision(owner, rush.statement, "editorial")
    again = reader.get(path)
    assert (again.status, again.body) == (200, former.body)
    rush.work()
    newest = reader.get(path)

    assert newest.status == 200
    assert newest.body != former.body


@pytest.mark.parametrize("accepted", BROWSERS)
def test_a_person_who_follows_the_link_before_it_is_printed_waits_on_a_page(
    world: World, owner: Client, accepted: str
) -> None:
    rush = a_rush(world, owner)
    rush.publish()
    path, reader = f"{rush.path}/document", world.stranger()
    browser = {"Accept": accepted}

    program = reader.get(path)
    person = reader.send("GET", path, headers=browser)
    page = f"/s/{rush.address}/document"
    waits = reader.send("GET", page, headers=browser)
    rush.work()
    there = reader.send("GET", page, headers=browser)

    assert (program.status, program.headers["Retry-After"]) == (202, "5")
    assert (person.status, person.headers["Location"]) == (303, page)
    assert (waits.status, waits.headers["Refresh"]) == (202, "3")
    assert "The PDF is being printed" in waits.body.decode()
    assert (there.status, there.headers["Location"]) == (303, path)
    assert reader.send("GET", path, headers=browser).status == 200


def test_a_print_right_after_held_signatures_were_approved_holds_them(
    world: World, owner: Client
) -> None:
    rush = a_rush(world, owner, moderation="all")
    rush.signed("ada@specimen.example", name="Ada Waxwing")
    rush.signed("bob@specimen.example", name="Bob Waxwing")
    here = f"/v1/statements/{rush.statement}"
    one, two = (each["id"] for each in owner.get(f"{here}/moderation-queue")["items"])

    assert owner.post(f"/v1/signatures/{one}/approval").status == 200
    first = owner.get(f"{here}/document", format="text").body.decode()
    body = {"ids": [two], "decision": "approve"}
    assert owner.post(f"{here}/moderation-decisions", body).status == 200
    second = owner.get(f"{here}/document", format="text").body.decode()

    assert first.count("Waxwing") == 1
    assert second.count("Waxwing") == 2


def test_nobody_from_outside_gets_what_was_printed_before_it_was_published(
    world: World, owner: Client
) -> None:
    rush = a_rush(world, owner, opens_at=None)
    path, own, reader = (
        f"{rush.path}/document",
        f"/v1/statements/{rush.statement}",
        world.stranger(),
    )
    assert owner.get(f"{own}/document").status == 200
    another_revision(owner, rush.statement, "material")
    unpublished = owner.get(f"{own}/document")
    assert unpublished.status == 200

    rush.publish()
    before = reader.get(path)
    asked = {revision: owner.get(f"{own}/document", revision=revision) for revision in (1, 2)}
    after_others = reader.get(path)
    rush.work()
    there = reader.get(path)

    assert asked[1].status == asked[2].status == 200
    assert (before.status, after_others.status) == (202, 202)
    assert (there.status, there.body) == (200, asked[2].body)
    owner.get(f"{own}/document", revision=1, theme="brief")
    assert reader.get(path).body == there.body


def test_nobody_from_outside_gets_a_name_that_a_member_took_off_before_it_was_published(
    world: World, owner: Client
) -> None:
    signing_off = a_sign_off(world, owner)
    signing_off.move("review")
    settings = {"opens_at": None, "takes_individuals": True, "takes_organisations": True}
    address = owner.put(f"{signing_off.path}/signing", settings)["address"]
    signing_off.open()
    assert signing_off.say("Bob").status == 200
    assert "Salt" in signing_off.printed()
    named = owner.get(f"{signing_off.path}/document").body
    assert signing_off.appear("Bob", "anonymous").status == 200

    signing_off.move("published")
    path, reader = f"/v1/public/statements/{address}/document", world.stranger()
    before = reader.get(path)
    world.work()
    there = reader.get(path)

    assert before.status == 202
    assert there.status == 200
    assert there.body != named
