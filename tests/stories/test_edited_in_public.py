"""An editorial revision of a public text is told to everybody, and measured."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from api.infra import clock
from api.infra.database.transactions import reading
from api.infra.mail import letters
from api.infra.security import keys
from api.infra.text import languages
from api.mailings import rules as mailings
from api.portable.rules import measuring
from tests.support.builders import a_case, a_coalition, a_role, letters_of
from tests.support.signing import a_rush
from tests.support.signoffs import a_sign_off, letter_rows
from tests.support.webhook_receivers import told

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

CORRECTED = "signoffs.corrected"


def edited(owner: Client, path: str, note: str | None = None, **changes: Any) -> Answer:
    """Edit a statement's draft and freeze it as an editorial revision."""
    answer = frozen(owner, path, changes, note=note)
    assert answer.status == 201, answer.body
    return answer


def frozen(client: Client, path: str, changes: dict[str, Any], **said: object) -> Answer:
    """Ask for an editorial revision, whatever comes of it."""
    draft = client.get(f"{path}/draft")["document"]
    assert client.put(f"{path}/draft", {"document": {**draft, **changes}}).status == 200
    headers = {"If-Match": client.get(path).etag}
    body = {"weight": "editorial", **said}
    return client.send("POST", f"{path}/revisions", body, headers=headers)


def today(language: str = "en") -> str:
    return languages.date_text(clock.today().isoformat(), language)


def test_the_answer_measures_what_is_called_editorial(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    body = [{"paragraph": "We ask that 12 doors be shut in Kazakhstan."}]

    answer = frozen(owner, text.path, {"body": body}, reason="So it was read out.")

    assert answer["change"] == {
        "words_added": 4,
        "words_removed": 2,
        "blocks_added": 0,
        "blocks_removed": 0,
        "blocks_changed": 1,
        "blocks_moved": 0,
        "demands_added": [],
        "demands_removed": [],
        "numbers": ["12"],
        "dates": [],
        "names": ["Kazakhstan"],
        "negations": [],
    }
    listed = owner.get(f"{text.path}/revisions")["items"]
    assert (listed[0]["measure"]["words_added"], listed[0]["measure"]["names"]) == (4, 1)
    assert listed[0]["reason"] == "So it was read out."
    assert (listed[1]["measure"], listed[1]["reason"]) == (None, None)


def test_what_may_turn_the_sense_is_not_editorial_without_an_owner_s_reason(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    coordinator = a_role(owner, text.coalition, world.user(), "coordinator")
    changes = {"body": [{"paragraph": "We do not ask 12 doors."}], "title": "By 3 May"}

    refused = frozen(coordinator, text.path, changes)
    forbidden = frozen(coordinator, text.path, changes, reason="It is right.")
    taken = frozen(owner, text.path, changes, reason="It is right.")

    assert (refused.status, refused["type"]) == (409, "/problems/not-editorial")
    found = {(each["pointer"], each["detail"].split()[1]) for each in refused["errors"]}
    assert found == {
        ("/document/title", "date"),
        ("/document/body/0", "number"),
        ("/document/body/0", "negation"),
    }
    assert forbidden.status == 403
    assert (taken.status, taken["reason"]) == (201, "It is right.")


def test_a_reason_is_of_an_editorial_change_and_tells_no_name_that_may_not_be_named(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    hidden = {"key": "nobody", "name": "Canary Kanareyka", "country": "TJ", "may_be_named": False}
    a_case(owner, text.coalition, **hidden)
    changes = {"title": "Open 12 doors"}

    material = frozen(owner, text.path, changes, weight="material", reason="Because.")
    telling = frozen(owner, text.path, changes, reason="Canary Kanareyka asked for it.")

    assert (material.status, material["errors"][0]["pointer"]) == (422, "/reason")
    assert (telling["errors"][0]["pointer"], telling["errors"][0]["code"]) == (
        "/reason",
        "hidden_name",
    )


def test_a_name_that_is_taken_back_leaves_a_reason_too(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    named = {"key": "kanareyka", "name": "Canary Kanareyka", "country": "TJ"}
    case = a_case(owner, text.coalition, **named)
    said = frozen(owner, text.path, {"title": "Open 12 doors"}, reason="For Canary Kanareyka.")
    assert said.status == 201

    assert owner.patch(f"/v1/cases/{case}", {"may_be_named": False}).status == 200

    assert owner.get(f"{text.path}/revisions/2")["reason"] == "A name was taken back."


def test_others_write_while_a_long_text_is_measured(
    owner: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = a_sign_off(world, owner)
    measure, wrote = measuring.measure, []

    def slow(*told: Any) -> measuring.Measure:
        def write() -> int:
            return owner.patch(f"/v1/coalitions/{text.coalition}", {"name": "Other"}).status

        with ThreadPoolExecutor(1) as beside:
            wrote.append(beside.submit(write).result())
        return measure(*told)

    monkeypatch.setattr(measuring, "measure", slow)

    edited(owner, text.path, title="Open the doors now")

    assert wrote == [200]


def test_a_first_revision_changes_nothing(owner: Client, world: World) -> None:
    text = a_sign_off(world, owner)
    assert owner.get(f"{text.path}/revisions/1")["edited_on"] is None
    answer = edited(owner, text.path, title="Open the door")
    assert answer["change"]["words_added"] == 1
    assert answer["edited_on"] is None  # it is not public yet


def test_members_that_approved_are_told_of_an_edit_in_public(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    text.open()
    text.say("Ada")
    text.say("Bob", "declined", reason="No.")
    text.move("review", "published")

    edited(owner, text.path, note="A comma.", title="Open the doors now")

    (told,) = [each for each in letters_of(world, CORRECTED) if each]
    assert told.to_name == "Ada"
    assert (told.facts["title"], told.facts["change_note"]) == ("Open the doors now", "A comma.")
    path = "/" + told.facts["link"].split("/", 3)[3]
    page = world.app.test_client().get(path)
    assert "Open the doors now" in page.get_data(as_text=True)
    for language in ("en", "ru"):
        said = mailings.write(CORRECTED, told.__class__(**{**vars(told), "language": language}))
        assert "A comma." in said.text
        assert "Open the doors now" in said.subject


def test_members_read_why_an_edit_that_may_turn_the_sense_is_editorial(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    text.open()
    text.say("Ada")
    why = "Twelve stand in the *court's* list."
    assert frozen(owner, text.path, {"title": "Open 12 doors"}, reason=why).status == 201

    (told,) = [each for each in letters_of(world, "signoffs.edited") if each]
    for language in ("en", "ru"):
        said = mailings.write("signoffs.edited", replace(told, language=language))
        assert why in said.text
    page = world.app.test_client().get("/" + told.facts["link"].split("/", 3)[3])
    assert "Twelve stand in the *court&#39;s* list." in page.get_data(as_text=True)


def test_a_letter_of_an_edit_unseals_nothing_of_other_members(
    world: World, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = a_sign_off(world, owner)
    text.open()
    for who in ("Ada", "Bob", "Cyd"):
        text.say(who)
    text.move("review", "published")
    edited(owner, text.path, title="Open the doors now")
    unseal, opened = keys.unseal, set()

    def noted(session: Any, purpose: str, where: Any, sealed: Any) -> Any:
        if purpose in {"approvers.person", "sign_offs.content"}:
            opened.add((purpose, where))
        return unseal(session, purpose, where, sealed)

    first, *_ = letter_rows(world, CORRECTED)
    monkeypatch.setattr(keys, "unseal", noted)
    with world.app.app_context(), reading() as session:
        assert letters.facts_of(session, CORRECTED, first) is not None

    assert len(opened) == 2, "one person, one answer"


def test_a_member_that_left_and_still_prints_is_told_of_an_edit(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    text.open()
    text.say("Ada")
    text.say("Bob", visibility="anonymous")
    text.say("Cyd")
    text.move("review", "published")
    for name in ("Bread", "Salt", "Water"):
        left = {"until": str(clock.today())}
        assert owner.patch(f"/v1/members/{text.members[name]}", left).status == 200
    (water,) = [
        each for each in owner.get(f"{text.path}/signatures")["items"] if each["name"] == "Water"
    ]
    assert owner.post(f"/v1/signatures/{water['id']}/withdrawal").status == 200

    edited(owner, text.path, title="Open the doors now")

    told = [each for each in letters_of(world, CORRECTED) if each]
    assert sorted(each.to_name or "" for each in told) == ["Ada", "Bob"]


def test_an_approval_that_was_entered_without_a_round_is_told_by_its_representatives(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    text.represent("Salt", "Eve")
    approved = {"by": {"name": "Somebody"}, "answer": "approved", "revision_sha256": text.sha256}
    body = {**approved, "member_id": text.members["Salt"], "visibility": "anonymous"}
    assert owner.post(f"{text.path}/sign-offs", body).status == 201
    text.move("review", "published")
    assert "Salt" not in text.printed()

    edited(owner, text.path, note="A comma.", title="Open the doors now")

    told = [each for each in letters_of(world, CORRECTED) if each]
    assert sorted(each.to_name or "" for each in told) == ["Bob", "Eve"]
    for language in ("en", "ru"):
        said = mailings.write(
            CORRECTED, told[0].__class__(**{**vars(told[0]), "language": language})
        )
        assert "A comma." in said.text
        assert "http" not in said.text, "they have no link to lead to"


def test_the_letter_about_a_sensitive_text_says_nothing_of_it(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    text.open()
    text.say("Ada")
    settings = owner.get(f"{text.path}/signing")
    body = {key: settings[key] for key in ("zone", "takes_individuals", "takes_organisations")}
    headers = {"If-Match": settings.etag}
    put = owner.send("PUT", f"{text.path}/signing", {**body, "is_sensitive": True}, headers=headers)
    assert put.status == 200, put.body
    text.move("review", "published")

    edited(owner, text.path, note="A comma.", title="Open the doors now")

    (told,) = [each for each in letters_of(world, CORRECTED) if each]
    letter = mailings.write(CORRECTED, told)
    whole = f"{letter.subject} {letter.text} {letter.html} {letter.sender_name}"
    assert told.coalition is None
    assert not [word for word in ("doors", "comma", "Specimen Coalition") if word in whole]


@pytest.mark.parametrize("form", ["pdf", "html", "text", "markdown"])
def test_documents_tell_the_day_outside_what_is_hashed(
    world: World, owner: Client, form: str
) -> None:
    text = a_sign_off(world, owner)
    text.move("review", "published")
    before = owner.get(f"{text.path}/document", format="text").body.decode()
    answer = edited(owner, text.path, title="Open the doors now")

    assert "Edited" not in before
    assert "edited" not in str(answer["printed"]).lower()
    shown = owner.get(f"{text.path}/document", format=form)
    assert shown.status == 200, shown.body
    if form != "pdf":
        assert f"Edited after it was published, on {today()}." in shown.body.decode()
    old = owner.get(f"{text.path}/document", format="text", revision=1).body.decode()
    assert "Edited" not in old


@pytest.mark.parametrize("language", ["ru", "fa", "ar", "fr", "de"])
def test_the_line_is_in_the_language_of_the_text(
    world: World, owner: Client, language: str
) -> None:
    text = a_sign_off(world, owner, language=language)
    text.move("review", "published")
    edited(owner, text.path, title="Open the doors now")

    shown = owner.get(f"{text.path}/document", format="markdown").body.decode()

    assert today(language) in shown


def test_what_is_signed_in_public_is_public_before_it_is_published(
    world: World, owner: Client
) -> None:
    rush = a_rush(world, owner)

    answer = edited(owner, f"/v1/statements/{rush.statement}", title="Open the doors now")

    assert answer["edited_on"] == str(clock.today())


def test_the_public_page_and_its_api_tell_the_day(world: World, owner: Client) -> None:
    rush = a_rush(world, owner)
    rush.publish()
    public = f"/v1/public/statements/{rush.address}"
    assert world.stranger().get(public)["edited_on"] is None

    edited(owner, f"/v1/statements/{rush.statement}", title="Open the doors now")

    assert world.stranger().get(public)["edited_on"] == str(clock.today())
    page = world.app.test_client().get(f"/s/{rush.address}").get_data(as_text=True)
    assert f"Edited after it was published, on {today()}." in page


def test_a_name_taken_back_after_an_edit_leaves_the_line_on_the_page_of_members(
    world: World, owner: Client
) -> None:
    known = {"id": "kanareyka", "name": "Canary Kanareyka", "country": "TJ"}
    text = a_sign_off(world, owner, cases=[known], title="Free Canary Kanareyka")
    case = a_case(owner, text.coalition, key="kanareyka", name=known["name"], country="TJ")
    text.open()
    text.move("review", "published")
    edited(owner, text.path, title="Free Canary Kanareyka now")

    assert owner.patch(f"/v1/cases/{case}", {"may_be_named": False}).status == 200

    path = "/a/" + text.door("Ada").rpartition("/")[2]
    page = world.app.test_client().get(path).get_data(as_text=True)
    assert "Free Tajikistan now" in page
    assert f"Edited after it was published, on {today()}." in page


def test_other_systems_are_told_what_an_edit_comes_to(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    with told(world, owner, coalition, types=["statement.revised"]) as (there, _, _):
        rush = a_rush(world, owner, coalition=coalition)
        edited(owner, f"/v1/statements/{rush.statement}", title="Open the doors now")
        world.work()

    data = there.took[-1].json["data"]
    assert data["weight"] == "editorial"
    assert (data["measure"]["words_added"], data["measure"]["negations"]) == (1, 0)
