"""A member chooses how it appears: by name, to the coalition only, or counted without a name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
import time_machine
from flask_migrate import downgrade, upgrade

from api.infra.background import jobs
from api.signoffs.service.answers import CHOSE_LESS
from tests.support.appearances import SHY, a_table, lasting
from tests.support.builders import a_text, letters_of
from tests.support.signoffs import SigningOff, a_sign_off, letter_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World
    from tests.support.client import Client

BEFORE_THEY_COULD_CHOOSE = "7c1f0b52e9a4"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2031, 5, 1, 9, tzinfo=UTC), tick=True) as traveller:
        yield traveller


@pytest.fixture
def owner(world: World, clock: time_machine.Traveller) -> Client:
    """A coordinator whose token lasts as long as the stories."""
    del clock
    return lasting(world.user("owner"))


def test_an_answer_without_a_choice_counts_without_a_name_and_keeps_an_earlier_choice(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    text.open()

    assert text.say("Ada", visibility=None)["visibility"] is None
    assert text.prints() == []
    assert text.board()["would_withhold"] == 1
    assert text.appear("Ada", "public")["visibility"] == "public"
    assert text.say("Ada", "declined", reason="No.").status == 200
    assert text.say("Ada", visibility=None)["visibility"] == "public"
    assert text.prints() == ["Bread"]
    assert text.entry("Bread")["visibility"] == "public"


def test_a_choice_made_beforehand_goes_for_silence(
    world: World, owner: Client, clock: time_machine.Traveller
) -> None:
    text = a_sign_off(world, owner)
    text.open(hard_deadline="2031-05-10T12:00:00+00:00", silence="approval")

    assert text.appear("Bob", "public").status == 200
    clock.move_to(datetime(2031, 5, 11, tzinfo=UTC))

    assert text.prints() == ["Salt"]
    assert text.board()["would_withhold"] == 2


@pytest.mark.parametrize("wanted", ["initials", "", None, "Public"])
def test_only_the_three_choices_are_taken(world: World, owner: Client, wanted: Any) -> None:
    text = a_sign_off(world, owner)
    text.open()

    refused = text.appear("Ada", wanted)

    assert refused.status == 422
    assert "/visibility" in refused.faults
    no = text.say("Ada", "declined", reason="No.", visibility="public")
    assert "/visibility" in no.faults


def test_where_two_are_needed_nobody_shows_more_than_the_other_chose(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    text.represent("Bread", "Dan")
    owner.patch(f"/v1/organisations/{text.organisation('Bread')}", {"needs_two": True})
    text.open()

    text.say("Ada", visibility="anonymous")
    assert text.say("Dan", visibility="public")["visibility"] == "anonymous"
    assert text.prints() == []
    assert text.appear("Ada", "public")["visibility"] == "public"
    assert text.appear("Dan", "coalition")["visibility"] == "coalition"
    assert text.appear("Ada", "public")["visibility"] == "coalition"


def test_where_two_are_needed_the_least_that_each_chose_is_shown_whoever_chose_last(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    text.represent("Bread", "Dan")
    owner.patch(f"/v1/organisations/{text.organisation('Bread')}", {"needs_two": True})
    text.open()

    text.say("Ada", visibility="anonymous")
    text.say("Dan", visibility="coalition")
    assert text.appear("Ada", "public")["visibility"] == "coalition"
    assert text.appear("Dan", "anonymous")["visibility"] == "anonymous"
    entered = {"by": {"name": "Ada"}, "answer": "approved", "revision_sha256": text.sha256}
    body = {**entered, "member_id": text.members["Bread"], "visibility": "public"}
    assert owner.post(f"{text.path}/sign-offs", body)["visibility"] == "anonymous"
    text.move("review", "published")

    assert text.appear("Ada", "public")["visibility"] == "anonymous"
    assert "Bread" not in text.printed()
    assert text.appear("Dan", "public")["visibility"] == "public"
    assert "Bread" in text.printed()


def test_who_may_not_answer_any_more_binds_nobody_once_another_chooses(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    text.represent("Bread", "Dan")
    owner.patch(f"/v1/organisations/{text.organisation('Bread')}", {"needs_two": True})
    text.open()
    text.say("Ada", visibility="anonymous")

    held = text.say("Dan", visibility="public")
    assert (held["visibility"], held["why_less"]) == ("anonymous", CHOSE_LESS)
    assert text.hand("Ada", "Eve").status == 200
    assert text.appear("Dan", "public")["why_less"] == CHOSE_LESS, "Eve is Ada's voice"
    assert text.appear("Eve", "coalition")["why_less"] is None
    assert text.appear("Dan", "public")["visibility"] == "coalition"
    dan = f"/v1/representatives/{text.people['Dan']}"
    assert owner.patch(dan, {"left_on": "2031-05-01"}).status == 200

    assert text.appear("Eve", "public")["visibility"] == "public"
    assert text.prints() == ["Bread"]


def test_a_mistyped_name_binds_only_until_two_who_may_answer_have_chosen(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    text.represent("Bread", "Dan")
    owner.patch(f"/v1/organisations/{text.organisation('Bread')}", {"needs_two": True})
    text.open()
    entered = {"by": {"name": "Adda"}, "answer": "approved", "revision_sha256": text.sha256}
    body = {**entered, "member_id": text.members["Bread"], "visibility": "anonymous"}
    assert owner.post(f"{text.path}/sign-offs", body).status == 201

    held = text.appear("Ada", "public")
    assert (held["visibility"], held["why_less"]) == ("anonymous", CHOSE_LESS)
    text.say("Ada")
    page = (
        world.stranger().get(text.door("Ada").replace("/v1/public/sign-offs", "/a")).body.decode()
    )
    assert "chose less than you" in page
    free = text.appear("Dan", "public")

    assert (free["visibility"], free["why_less"]) == ("public", None)


def test_of_two_who_answer_by_telephone_neither_shows_more_than_the_other(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    owner.patch(f"/v1/organisations/{text.organisation('Bread')}", {"needs_two": True})
    entered = {"member_id": text.members["Bread"], "answer": "approved"}
    body = {**entered, "revision_sha256": text.sha256}
    told = [
        owner.post(f"{text.path}/sign-offs", {**body, "by": {"name": name}, "visibility": wanted})
        for name, wanted in (("Ada", "anonymous"), ("Dan", "public"), ("Dan", "coalition"))
    ]

    assert [each["visibility"] for each in told] == ["anonymous"] * 3
    wanted = {"member_id": text.members["Bread"], "visibility": "public"}
    assert owner.post(f"{text.path}/appearances", wanted)["visibility"] == "public"


def test_a_member_that_left_can_still_take_its_name_back_and_not_answer(
    world: World, owner: Client, clock: time_machine.Traveller
) -> None:
    text = a_sign_off(world, owner)
    text.open()
    text.say("Ada")
    text.move("review", "published")
    path = f"/v1/members/{text.members['Bread']}"
    assert owner.patch(path, {"until": "2031-05-03"}).status == 200
    clock.move_to(datetime(2031, 5, 5, tzinfo=UTC))

    assert text.seen("Ada")["may_choose"] is True
    assert text.appear("Ada", "anonymous")["visibility"] == "anonymous"
    assert "Bread" not in text.printed()
    assert text.say("Ada").status in {409, 410}
    assert text.seen("Bob")["may_choose"] is False


def test_who_declined_or_handed_it_on_chooses_nothing_of_a_published_text(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    text.open()
    text.say("Ada", "declined", reason="No.")
    text.hand("Bob", "Eve")
    text.say("Eve")
    text.move("review", "published")

    assert text.appear("Ada", "public").status == 409
    assert text.appear("Bob", "anonymous").status == 409
    assert text.appear("Eve", "anonymous").status == 200
    assert text.prints() == []


def test_a_coordinator_enters_what_a_member_said_by_telephone(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    body = {"member_id": text.members["Bread"], "by": {"name": "Ada"}, "answer": "approved"}
    path = f"{text.path}/sign-offs"
    text.member("Air")

    entered = owner.post(path, {**body, "revision_sha256": text.sha256})
    assert (entered.status, entered["visibility"]) == (201, None)
    named = {**body, "revision_sha256": text.sha256, "visibility": "public"}
    assert owner.post(path, named)["visibility"] == "public"
    assert text.prints() == ["Bread"]
    text.move("review", "published")

    wanted = {"member_id": text.members["Bread"], "visibility": "coalition"}
    assert owner.post(f"{text.path}/appearances", wanted)["visibility"] == "coalition"
    assert "Bread" not in text.printed()
    nobody = {"member_id": text.members["Air"], "visibility": "public"}
    assert owner.post(f"{text.path}/appearances", nobody).status == 409
    stranger = {"member_id": str(UUID(int=7)), "visibility": "public"}
    assert "/member_id" in owner.post(f"{text.path}/appearances", stranger).faults


@pytest.mark.parametrize("states", [(), ("review", "published")])
def test_an_observer_has_no_appearance(
    world: World, owner: Client, states: tuple[str, ...]
) -> None:
    text = a_sign_off(world, owner)
    text.member("Air", role="observer")
    text.move(*states)

    wanted = {"member_id": text.members["Air"], "visibility": "public"}
    refused = owner.post(f"{text.path}/appearances", wanted)

    assert (refused.status, list(refused.faults)) == (422, ["/member_id"])
    assert "observer" in refused["errors"][0]["detail"]


def test_who_only_observes_since_it_signed_can_still_take_its_name_back(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    text.open()
    text.say("Ada")
    text.move("review", "published")
    path = f"/v1/members/{text.members['Bread']}"
    assert owner.patch(path, {"role": "observer"}).status == 200

    wanted = {"member_id": text.members["Bread"], "visibility": "anonymous"}
    hidden = owner.post(f"{text.path}/appearances", wanted)

    assert (hidden.status, hidden["visibility"]) == (201, "anonymous")
    assert "Bread" not in text.printed()


def test_a_coordinator_cannot_show_a_member_that_hides(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    text.open()
    text.say("Ada", visibility="coalition")
    text.move("review", "published")
    (signature,) = owner.get(f"{text.path}/signatures")["items"]
    path = f"/v1/signatures/{signature['id']}"
    owner.get(path)

    refused = owner.patch(path, {"visibility": "public"})

    assert (refused.status, refused["type"]) == (409, "/problems/member-decides")
    assert "Bread" not in text.printed()
    owner.get(path)
    assert owner.patch(path, {"visibility": "anonymous"}).status == 200


def test_the_page_says_that_few_without_a_name_may_be_guessed(world: World, owner: Client) -> None:
    text = a_table(world, owner)
    text.open()

    assert text.seen("Ada")["may_be_guessed"] is True
    text.say("Kes", visibility="anonymous")
    text.say("Wag", visibility="coalition")
    assert text.seen("Ada")["may_be_guessed"] is False, "with hers they are three"
    assert text.seen("Kes")["may_be_guessed"] is True
    text.say("Dun", visibility="anonymous")
    assert text.seen("Kes")["may_be_guessed"] is False
    text.move("review", "published")
    assert text.seen("Kes")["may_be_guessed"] is False
    text.appear("Dun", "public")
    assert text.seen("Kes")["may_be_guessed"] is True


def test_a_member_reads_and_chooses_on_its_page(world: World, owner: Client) -> None:
    text = a_table(world, owner)
    text.open()
    browser = world.app.test_client()
    here = f"/a/{text.door('Kes').rpartition('/')[2]}"
    answer = {"do": "answer", "revision_sha256": text.sha256, "answer": "approved"}

    page = browser.get(here)
    assert "How your organisation appears" in page.text
    assert "may be guessed" in page.text
    assert 'value="public" checked' not in page.text
    assert 'value="anonymous" checked' not in page.text
    missing = browser.post(here, data=answer)
    assert missing.status_code == 422
    assert 'href="#f-visibility"' in missing.text
    assert browser.post(here, data={**answer, "visibility": "coalition"}).status_code == 303
    assert text.entry(SHY)["visibility"] == "coalition"
    assert 'value="coalition" checked' in browser.get(here).text
    text.say("Ada")
    text.move("review", "published")

    over = browser.get(here)
    assert "The text is published." in over.text
    wrong = browser.post(here, data={"do": "appear"})
    assert wrong.status_code == 422
    assert 'href="#f-how"' in wrong.text
    done = browser.post(here, data={"do": "appear", "visibility": "public"})
    assert done.status_code == 303
    assert "Saved." in browser.get(done.headers["Location"]).text
    assert SHY in text.printed()


def test_on_the_page_of_a_sensitive_text_the_least_is_chosen_beforehand(
    world: World, owner: Client
) -> None:
    text = a_sign_off(world, owner)
    text.move("review")
    assert owner.put(f"{text.path}/signing", {"is_sensitive": True}).status == 200
    text.open()

    page = world.app.test_client().get(f"/a/{text.door('Ada').rpartition('/')[2]}").text

    assert 'value="anonymous" checked' in page
    assert text.seen("Ada")["is_sensitive"] is True
    text.say("Ada", visibility=None)
    assert text.prints() == []


def test_members_of_texts_from_before_are_told_once_and_open_rounds_ask(
    world: World, owner: Client
) -> None:
    published = a_sign_off(world, owner)
    published.open()
    doors = {"Ada": published.door("Ada")}
    published.say("Ada")
    published.say("Bob", "declined", reason="No.")
    published.move("review", "published")
    open_ = SigningOff(world, owner, published.coalition, *_another(owner, published.coalition))
    open_.members = published.members
    open_.open()
    before = published.printed()
    entered = {"by": {"name": "Cyd"}, "answer": "approved", "revision_sha256": open_.sha256}
    body = {"member_id": open_.members["Water"], "visibility": "public", **entered}
    assert owner.post(f"{open_.path}/sign-offs", body).status == 201

    with world.app.app_context():
        downgrade(revision=BEFORE_THEY_COULD_CHOOSE)
        upgrade()
    for _ in range(2):
        with world.app.app_context():
            jobs.sweep()
        world.work()

    assert published.printed() == before, "what is published stays as it is"
    assert published.entry("Bread")["visibility"] == "public", "it prints, though it never chose"
    assert open_.prints() == [], "who answered before it could choose counts without its name"
    letters = [each for each in _told(world) if each]
    assert sorted((each.to_name or "", each.facts["is_published"]) for each in letters) == [
        ("Ada", False),
        ("Ada", True),
        ("Bob", False),
        ("Cyd", False),
    ]
    assert len(letter_rows(world, "signoffs.appearance")) == 4, "each once"
    chosen = world.stranger().post(f"{doors['Ada']}/appearances", {"visibility": "anonymous"})
    assert chosen.status == 200, chosen.body
    assert "Bread" not in published.printed()


def _told(world: World) -> list[Any]:
    return letters_of(world, "signoffs.appearance")


def _another(owner: Client, coalition: str) -> tuple[str, str]:
    return a_text(owner, coalition, slug="another-text")
