"""Signing in at the desk: by code and link, out again, and what a session is worth afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from api.accounts.service import setup
from tests.support.builders import a_coalition, a_role, made
from tests.support.desk import BROWSER, SESSION, Desk, an_hour_later, at_the_desk
from tests.support.oidc_provider import named
from tests.support.people import SignInLetter, letters_to_sign_in

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

SIGN_IN = "/desk/sign-in"


def newest_letter(world: World) -> SignInLetter:
    letter = letters_to_sign_in(world)[-1]
    assert letter is not None
    return letter


def asked(world: World, email: str) -> Desk:
    """Ask for a letter in a new browser; the page then asks for its code."""
    desk = Desk(world)
    desk.go(SIGN_IN)
    desk.submit("Send the letter", email=email)
    assert desk.page.heading == "Look into your mailbox"
    return desk


def test_who_types_the_code_of_the_letter_comes_to_their_coalition(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner, name="Steppe Coalition")
    desk = asked(world, owner.email)

    page = desk.submit("Sign in", code=newest_letter(world).code)

    assert page.path == f"/desk/{coalition}/"
    assert page.heading == "Today"
    cookie = desk.http.get_cookie(SESSION)
    assert cookie is not None
    assert cookie.secure
    assert cookie.http_only
    assert (cookie.same_site, cookie.path, cookie.max_age) == ("Lax", "/", None)


def test_a_link_signs_in_by_a_button_in_the_browser_that_asked(world: World, owner: Client) -> None:
    desk = asked(world, owner.email)
    letter = newest_letter(world)
    elsewhere = Desk(world)

    assert elsewhere.go(f"{SIGN_IN}/{letter.secret}").heading == "You asked in another browser"
    assert desk.go(f"{SIGN_IN}/{letter.secret}").heading == "Sign in here"
    page = desk.submit("Sign in")

    assert page.heading == "You have no coalition yet"
    assert Desk(world).go(f"{SIGN_IN}/{letter.secret}").heading == "This link was used already"
    assert Desk(world).go(f"{SIGN_IN}/{'x' * 43}").heading == "This link is not whole"


def test_a_wrong_code_is_told_at_its_field(world: World, owner: Client) -> None:
    desk = asked(world, owner.email)

    page = desk.submit("Sign in", code="aaaa-aaaa")

    assert page.status == 422
    assert "after five tries" in page.faults["code"]
    assert desk.submit("Sign in", code=newest_letter(world).code).heading != page.heading


def test_an_address_that_nobody_has_gets_the_same_page(world: World, owner: Client) -> None:
    known, unknown = (
        asked(world, email).page.html.replace(email, "")
        for email in (owner.email, "nobody-here@specimen.example")
    )

    def without_proof(html: str) -> list[str]:
        return [line for line in html.splitlines() if 'name="csrf"' not in line]

    assert without_proof(known) == without_proof(unknown)
    desk = Desk(world)
    desk.go(SIGN_IN)
    assert desk.submit("Send the letter", email="no address").faults.keys() == {"email"}


def test_a_new_sign_in_takes_no_session_that_somebody_brought_along(
    world: World, owner: Client
) -> None:
    desk = Desk(world)
    desk.http.set_cookie(SESSION, "und_" + "a" * 43, secure=True)
    desk.go(SIGN_IN)
    desk.submit("Send the letter", email=owner.email)
    desk.submit("Sign in", code=newest_letter(world).code)

    cookie = desk.http.get_cookie(SESSION)
    assert cookie is not None
    assert cookie.value != "und_" + "a" * 43


def test_who_signs_out_leaves_nothing_behind(world: World, owner: Client) -> None:
    desk = at_the_desk(world, owner)
    desk.go("/desk/you")
    secret = desk.http.get_cookie(SESSION)
    assert secret is not None

    answer = desk.http.post("/desk/sign-out", data={"csrf": desk.proof})

    assert answer.status_code == 303
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert desk.http.get_cookie(SESSION) is None
    assert desk.go(answer.headers["Location"]).notice.startswith("You are signed out.")
    desk.http.set_cookie(SESSION, secret.value, secure=True)  # who copied it has nothing
    assert desk.go("/desk/you").path.startswith(SIGN_IN)


def test_who_signed_in_long_ago_signs_in_once_more_and_comes_back(
    world: World, owner: Client
) -> None:
    desk = at_the_desk(world, owner)
    an_hour_later(world)
    before = desk.http.get_cookie(SESSION)

    page = desk.go("/desk/you/tokens/new")

    assert page.heading == "Sign in once more"
    desk.submit("Send the letter")
    page = desk.submit("Sign in", code=newest_letter(world).code)
    assert (page.path, page.heading) == ("/desk/you/tokens/new", "Make a token")
    assert desk.http.get_cookie(SESSION) != before


def test_what_an_address_asked_for_is_still_asked_for_after_the_sign_in(
    world: World, owner: Client
) -> None:
    desk = at_the_desk(world, owner)
    an_hour_later(world)

    desk.go("/desk/you/tokens/new?said=token_ended&days=30")
    desk.submit("Send the letter")
    page = desk.submit("Sign in", code=newest_letter(world).code)

    assert page.path == "/desk/you/tokens/new?days=30"
    assert page.notice == ""


def test_after_all_access_ended_a_provider_that_does_not_say_when_leads_to_the_letter(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner, name="Steppe Coalition")
    assert owner.post(f"/v1/coalitions/{coalition}/access-revocations").status == 204
    desk = Desk(world)
    with named(world) as provider:
        provider.claims = {"auth_time": None}
        desk.go(SIGN_IN)
        page = desk.submit("Sign in with Specimen ID")
        given = provider.agreed(page.links["Sign in with Specimen ID"], owner.email)

        page = desk.go(f"{SIGN_IN}/provider?{urlencode(given)}")

        assert page.heading == "Sign in by a letter"
        assert "If you come back to this page, sign in by a letter." in page.text
    desk.submit("Send the letter")
    assert desk.submit("Sign in", code=newest_letter(world).code).path == f"/desk/{coalition}/"


def test_who_has_another_coalition_finds_the_one_that_asks_for_a_new_sign_in(
    world: World, owner: Client
) -> None:
    cut, _ = a_coalition(owner), a_coalition(owner, name="Steppe Coalition")
    desk = at_the_desk(world, owner)
    assert owner.post(f"/v1/coalitions/{cut}/access-revocations").status == 204

    assert "Steppe Coalition Owner" in desk.go("/desk/?all=1").links
    page = desk.follow("A coalition of yours asks for a new sign-in")

    assert page.heading == "Sign in by a letter"
    assert page.path.endswith(f"%2F{cut}%2F")


def test_a_wrong_address_takes_no_other_way_in_away(world: World) -> None:
    desk = Desk(world)
    with named(world):
        desk.go(SIGN_IN)
        assert desk.submit("Send the letter", email="no address").status == 422
        assert "Sign in with Specimen ID" in desk.page.buttons


def test_a_way_back_to_another_site_is_forgotten(world: World, owner: Client) -> None:
    a_coalition(owner)
    desk = Desk(world)
    desk.go(f"{SIGN_IN}?next=//evil.example/desk/")
    desk.submit("Send the letter", email=owner.email)
    data = {"csrf": desk.proof, "email": owner.email, "code": newest_letter(world).code}

    page = desk.http.post(f"{SIGN_IN}/code", data={**data, "next": "https://evil.example/"})

    assert page.headers["Location"] == "/desk/"


def test_a_role_that_is_taken_away_is_gone_at_the_next_step(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    editor = a_role(owner, coalition, world.user("editor"), "editor")
    desk = at_the_desk(world, editor)
    assert desk.go(f"/desk/{coalition}/").status == 200

    roles = owner.get(f"/v1/coalitions/{coalition}/roles")["items"]
    gone = next(each["id"] for each in roles if each["role"] == "editor")
    assert owner.delete(f"/v1/roles/{gone}").status == 204

    assert desk.go(f"/desk/{coalition}/").status == 404


def test_sessions_are_seen_and_ended_from_another_one(world: World, owner: Client) -> None:
    here, there = at_the_desk(world, owner), at_the_desk(world, owner)
    here.go("/desk/you")
    assert [row[0] for row in here.page.rows[:2]].count("Firefox, Linux This one") == 1

    page = here.submit("End")

    assert page.notice == "The session has ended."
    assert there.go("/desk/you").path.startswith(SIGN_IN)
    here.submit("End all, this one too")
    assert here.page.path.startswith(SIGN_IN)


def test_a_token_is_shown_once_and_ended(world: World, owner: Client) -> None:
    coalition = a_coalition(owner, name="Steppe Coalition")
    a_coalition(owner, name="Mountain Coalition")
    desk = at_the_desk(world, owner)
    desk.go("/desk/you/tokens/new")
    assert desk.submit("Make it", label="", days="400").faults == {
        "label": "Error: This is needed.",
        "days": "Error: This is too large: at most 366.",
    }

    page = desk.submit("Make it", label="Our site", days="30", coalition_ids=[coalition])
    (secret,) = page.tree.xpath("//*[@class='copy']/text()")

    caller = world.stranger()
    caller.token = secret
    assert [each["id"] for each in caller.get("/v1/coalitions")["items"]] == [coalition]
    page = desk.go("/desk/you")
    assert secret not in page.html
    row = next(each for each in page.rows if each[0].startswith("Our site"))
    assert row[:2] == ["Our site For one coalition only", "Works"]
    action = page.tree.xpath("//tr[contains(., 'Our site')]//form/@action")[0]
    assert desk.send(action, {"csrf": desk.proof}).notice.startswith("The token has ended.")
    assert caller.get("/v1/coalitions").status == 401


def test_an_address_says_only_what_the_desk_itself_says(world: World, owner: Client) -> None:
    desk = at_the_desk(world, owner)

    assert desk.go("/desk/you?said=saved").notice == "Saved."
    assert desk.go("/desk/you?said=Send+your+code+to+evil.example").notice == ""


def test_a_browser_is_known_by_one_cookie_until_its_person_signs_out(
    world: World, owner: Client
) -> None:
    desk = asked(world, owner.email)
    before = desk.http.get_cookie(BROWSER)
    assert before is not None
    assert before.max_age is None  # nor longer than the browser is open

    desk.submit("Sign in", code=newest_letter(world).code)

    assert desk.http.get_cookie(BROWSER) == before


def test_who_works_in_several_coalitions_chooses_one(world: World, owner: Client) -> None:
    first = a_coalition(owner, name="Steppe Coalition")
    a_coalition(world.user("other"), name="Mountain Coalition")
    desk = at_the_desk(world, owner)
    assert desk.go("/desk/").path == f"/desk/{first}/"

    made(owner, "/v1/coalitions", {"slug": "third", "name": "Forest Coalition"})

    page = desk.go("/desk/")
    assert {"Steppe Coalition Owner", "Forest Coalition Owner"} <= page.links.keys()
    assert "Mountain" not in page.text
    assert desk.follow("Forest Coalition Owner").heading == "Today"


def test_the_operators_link_makes_the_first_owner_and_their_coalition(world: World) -> None:
    with world.app.app_context():
        link = urlsplit(setup.link()).path
    desk = Desk(world)
    desk.go(link)
    assert desk.submit("Go on", name="", email="no").faults.keys() == {"name", "email"}

    page = desk.submit("Go on", name="Ada Specimen", email="ada@specimen.example")
    assert page.heading == "Create a coalition"
    page = desk.submit("Create the coalition", name="Steppe Coalition")

    assert page.notice == "The coalition is founded."
    assert "Send letters from your own address" in page.text
    assert Desk(world).go(link).heading == "This link does not work any more"


def test_an_address_that_somebody_has_leaves_the_set_up_as_it_was_typed(
    world: World, owner: Client
) -> None:
    with world.app.app_context():
        link = urlsplit(setup.link()).path
    desk = Desk(world)
    desk.go(link)

    page = desk.submit("Go on", name="Ada Specimen", email=owner.email)

    assert page.status == 422
    assert "Somebody works here with this address already." in page.text
    assert page.tree.xpath("//input[@name='name']/@value") == ["Ada Specimen"]
    assert desk.submit("Go on", email="ada@specimen.example").heading == "Create a coalition"


def test_the_operators_link_signs_in_who_gets_no_letters_once(world: World, owner: Client) -> None:
    with world.app.app_context():
        link = urlsplit(setup.link_for(owner.email)).path
    desk = Desk(world)
    desk.go(link)

    assert desk.submit("Sign in").heading == "You have no coalition yet"
    assert Desk(world).go(link).heading == "This link does not work any more"


def test_a_language_that_was_chosen_speaks_in_every_browser_of_its_person(
    world: World, owner: Client
) -> None:
    desk = at_the_desk(world, owner)
    desk.go("/desk/you")

    assert desk.submit("Change the language", language="ru").heading == "Вы"
    assert at_the_desk(world, owner).go("/desk/you").heading == "Вы"
    assert owner.get("/v1/me")["language"] == "ru"
    assert desk.go("/desk/you?language=en").heading == "You"
    assert at_the_desk(world, world.user("other")).go("/desk/you").heading == "You"
    desk.go("/desk/you")
    assert desk.submit("Сменить язык", language="").heading == "You"


def test_the_sign_in_speaks_another_language_by_a_link(world: World, owner: Client) -> None:
    desk = Desk(world)
    desk.go("/desk/you/tokens/new?days=30")

    assert desk.follow("Русский").heading == "Вход"
    page = desk.submit("Отправить письмо", email=owner.email)
    assert page.heading == "Загляните в почту"
    page = desk.submit("Войти", code=newest_letter(world).code)
    assert page.path == "/desk/you/tokens/new?days=30"
