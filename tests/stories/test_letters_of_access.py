"""Letters that say what lets somebody in as a person now, and that all access ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.accounts.models import SignInMeans
from api.accounts.rules import ACCESS_ENDED
from api.accounts.service import providers, setup
from tests.support.builders import a_coalition, a_role
from tests.support.oidc_provider import named
from tests.support.people import a_browser, a_person, letters_of_access

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client


def test_the_first_sign_in_by_the_provider_is_told_and_no_further_one(world: World) -> None:
    email = a_person(world)
    with named(world) as provider, world.app.app_context():
        for _ in range(2):
            browser = a_browser()
            providers.finish(browser, provider.agreed(providers.start(browser), email))

    (facts,) = letters_of_access(world)
    assert (facts.to, facts.coalition) == (email, None)
    assert facts.facts["what"] == "provider"
    assert str(facts.facts["link"]).endswith("/desk/you")


def test_the_operators_link_is_told_in_the_language_that_was_chosen(
    world: World, owner: Client
) -> None:
    owner.post("/v1/me/language", {"language": "ru"})
    with world.app.app_context():
        secret = setup.link_for(owner.email).rpartition("/")[2]
        setup.enter(secret, a_browser())

    (facts,) = letters_of_access(world)
    assert (facts.to, facts.language) == (owner.email, "ru")
    assert facts.facts["what"] == SignInMeans.SETUP


def test_all_who_work_in_a_coalition_hear_that_access_ended(world: World, owner: Client) -> None:
    coalition = a_coalition(owner, name="Steppe Coalition")
    a_coalition(world.user("other"))
    editor = a_role(owner, coalition, world.user("editor"), "editor")

    assert owner.post(f"/v1/coalitions/{coalition}/access-revocations").status == 204

    found = letters_of_access(world, ACCESS_ENDED)
    assert {each.to for each in found} == {owner.email, editor.email}
    assert {each.coalition for each in found} == {"Steppe Coalition"}
    assert {each.facts["link"] for each in found if "/desk/sign-in" in each.facts["link"]}
