"""At the desk a coalition is set: names, look, mail, people and roles; and the record is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.accounts.rules import Role
from api.infra.text import languages
from tests.support.builders import a_coalition, a_role, a_text
from tests.support.desk import at_the_desk

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client
    from tests.support.desk import Desk

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><path d="M0 0h9v9"/></svg>'


@pytest.fixture
def coalition(owner: Client) -> str:
    return a_coalition(owner)


@pytest.fixture
def ada(world: World, owner: Client) -> Desk:
    return at_the_desk(world, owner)


def test_names_and_languages_are_kept_with_faults_beside_their_fields(
    owner: Client, coalition: str, ada: Desk
) -> None:
    ada.go(f"/desk/{coalition}/settings")
    ada.follow("The coalition Its name, languages, countries and reminders.")
    page = ada.submit("Save", name="", remind_after_days="0")
    assert set(page.faults) == {"name", "remind_after_days"}

    page = ada.submit(
        "Save",
        name="Specimen Network",
        languages="en",
        others=["ru"],
        countries=["KG", "KZ"],
        remind_after_days="7",
        sensitive_countries=["TM"],
        country_names="ru KG Кыргызстан",
        conjunctions="kk және",
    )
    assert page.notice == "Saved."
    kept = owner.get(f"/v1/coalitions/{coalition}").json
    assert (kept["name"], kept["languages"]) == ("Specimen Network", ["en", "ru"])
    assert (kept["countries"], kept["sensitive_countries"]) == (["KG", "KZ"], ["TM"])
    assert kept["country_names"] == {"ru": {"KG": "Кыргызстан"}}
    assert kept["conjunctions"] == {"kk": "және"}


def test_languages_and_countries_are_chosen_by_their_names_in_the_persons_language(
    owner: Client, ada: Desk
) -> None:
    coalition = a_coalition(owner, languages=["kk", "ru"], countries=["KZ"])
    ada.http.environ_base["HTTP_ACCEPT_LANGUAGE"] = "ru"
    page = ada.go(f"/desk/{coalition}/settings/coalition")
    named = {each.get("value"): each.text for each in page.tree.xpath("//option")}
    ticked = [each.get("value") for each in page.tree.xpath("//input[@checked]")]
    assert (named["kk"], named["fa"]) == ("Казахский", "Персидский")
    assert ticked == ["ru", "KZ"]
    assert "Казахстан" in page.text

    ada.submit("Сохранить", languages="ru", others=["kk"], countries=["KZ", "TM"])
    assert ada.page.status == 200
    kept = owner.get(f"/v1/coalitions/{coalition}").json
    assert (kept["languages"], kept["countries"]) == (["ru", "kk"], ["KZ", "TM"])
    ada.submit("Сохранить", countries=[""])
    assert owner.get(f"/v1/coalitions/{coalition}")["countries"] == []


def test_sites_are_named_one_a_line(owner: Client, coalition: str, ada: Desk) -> None:
    ada.go(f"/desk/{coalition}/settings/sites")
    assert ada.submit("Save", origins="specimen.example").status == 422
    page = ada.submit("Save", origins="https://specimen.example\nhttps://b.specimen.example")
    assert page.notice == "Saved."
    origins = ["https://specimen.example", "https://b.specimen.example"]
    assert owner.get(f"/v1/coalitions/{coalition}")["origins"] == origins


def test_colour_logo_and_themes_are_seen_on_the_newest_text(
    owner: Client, coalition: str, ada: Desk
) -> None:
    page = ada.go(f"/desk/{coalition}/settings/look")
    assert "Begin a statement" in page.text
    assert set(ada.submit("Save", accent="red").faults) == {"accent"}
    assert ada.submit("Save", accent="#7a3b12").notice == "Saved."
    assert set(ada.submit("Use this logo", logo=(b"no picture", "a.png")).faults) == {"logo"}
    assert ada.submit("Use this logo", logo=(SVG, "a.svg")).notice == "Saved."
    assert owner.get(f"/v1/coalitions/{coalition}")["logo_type"] == "image/svg+xml"
    assert ada.submit("Take the logo away").notice == "Saved."

    a_text(owner, coalition)
    page = ada.go(f"/desk/{coalition}/settings/look")
    shown = page.tree.xpath("//iframe/@src")
    assert len(shown) == 4
    assert ada.go(shown[0]).headers["X-Frame-Options"] == "SAMEORIGIN"


def test_a_mail_server_is_kept_tried_and_ended(owner: Client, coalition: str, ada: Desk) -> None:
    page = ada.go(f"/desk/{coalition}/settings/mail")
    assert "Letters leave over the shared server" in page.text
    page = ada.submit("Save and try", sender="nobody")
    assert set(page.faults) == {"host", "sender"}

    page = ada.submit(
        "Save and try",
        host="mail.specimen.example",
        user="letters",
        password="a secret of Specimen",  # noqa: S106 # no server has it
        sender="letters@specimen.example",
    )
    assert "A letter to you is on its way" in page.text
    assert "a secret" not in page.html
    assert owner.get(f"/v1/coalitions/{coalition}/mail-server")["user"] == "letters"
    letters = owner.get(f"/v1/coalitions/{coalition}/letters", kind="mailings.test")["items"]
    assert len(letters) == 1

    ada.follow("Use the shared server again")
    assert ada.submit("Use the shared server again").notice.startswith("Letters leave over")
    assert owner.get(f"/v1/coalitions/{coalition}/mail-server").status == 404


def test_a_person_gets_a_role_another_one_and_none(
    owner: Client, coalition: str, ada: Desk, world: World
) -> None:
    ada.go(f"/desk/{coalition}/settings/roles")
    ada.follow("Invite a person")
    assert set(ada.submit("Give the role", name="Bolat", email="no").faults) == {"email"}
    bolat = {"name": "Bolat Specimen", "email": "bolat@specimen.example", "role": "editor"}
    page = ada.submit("Give the role", bolat)
    assert page.notice == "The role is given."
    letters = owner.get(f"/v1/coalitions/{coalition}/letters", kind="accounts.invited")["items"]
    assert len(letters) == 1
    assert page.rows[-1][:2] == ["Bolat Specimen bolat@specimen.example", "Editor"]
    ada.follow("Invite a person")
    assert set(ada.submit("Give the role", bolat).faults) == {"email"}

    ada.go(f"/desk/{coalition}/settings/roles")
    ada.follow("Bolat Specimen")
    ada.follow("Change the role")
    assert ada.submit("Save", role="coordinator").rows[-1][1] == "Coordinator"
    ada.follow("Bolat Specimen")
    ada.follow("Take the role away")
    page = ada.submit("Take the role away")
    assert (page.notice, len(page.rows)) == ("The role is taken away.", 1)


def test_the_last_owner_stays(coalition: str, ada: Desk) -> None:
    page = ada.go(f"/desk/{coalition}/settings/roles")
    name = page.tree.xpath("string(//tbody//th//a)")
    ada.follow(name)
    ada.follow("Change the role")
    assert set(ada.submit("Save", role="viewer").faults) == {"role"}


def test_an_owner_ends_all_access_at_once(
    owner: Client, coalition: str, ada: Desk, world: World
) -> None:
    bolat = at_the_desk(world, a_role(owner, coalition, world.user("bolat"), "editor"))
    assert bolat.go(f"/desk/{coalition}/").status == 200
    ada.go(f"/desk/{coalition}/settings/everybody-out")
    ada.submit("End all of it now")

    assert bolat.go(f"/desk/{coalition}/").heading == "Sign in by a letter"
    assert ada.go(f"/desk/{coalition}/").heading == "Sign in by a letter"
    assert owner.get(f"/v1/coalitions/{coalition}").status == 404


def test_the_record_says_who_did_what_and_what_to_keep_of_it(
    owner: Client, coalition: str, ada: Desk
) -> None:
    a_text(owner, coalition)
    page = ada.go(f"/desk/{coalition}/settings/record")
    assert "Statement · frozen statement.revised" in page.rows[0][0]
    page = ada.submit("Show", action="coalition.founded")
    assert [row[0] for row in page.rows] == ["Coalition · founded coalition.founded"]
    head = owner.get("/v1/audit-head")
    assert head["head"] in page.text
    assert head["backed_up_at"] is None
    assert "None is known" in page.text


def test_until_when_people_are_known_is_listed_for_each_statement(
    owner: Client, coalition: str, ada: Desk
) -> None:
    statement, _ = a_text(owner, coalition)
    owner.get(f"/v1/statements/{statement}/signing")
    assert (
        owner.put(f"/v1/statements/{statement}/signing", {"retain_until": "2099-05-01"}).status
        == 200
    )
    page = ada.go(f"/desk/{coalition}/settings/retention")
    assert page.rows[0][1] == languages.date_text("2099-05-01", "en")


def test_what_only_owners_may_set_others_do_not_see(
    owner: Client, coalition: str, world: World
) -> None:
    someone = at_the_desk(world, a_role(owner, coalition, world.user("c"), Role.COORDINATOR.value))
    hub = someone.go(f"/desk/{coalition}/settings")
    assert "The record Who did what, and when." not in hub.links
    assert "Invite a person" not in someone.go(f"/desk/{coalition}/settings/roles").links
    assert "Save and try" not in someone.go(f"/desk/{coalition}/settings/mail").buttons
    for part in ("record", "roles/new", "everybody-out"):
        assert someone.go(f"/desk/{coalition}/settings/{part}").status == 403


def test_what_is_blocked_is_listed_and_undone(coalition: str, ada: Desk) -> None:
    blocks = f"/desk/{coalition}/settings/blocks"
    ada.go(blocks)
    page = ada.submit("Block", kind="domain", value="not a domain")
    assert set(page.faults) == {"value"}
    page = ada.submit("Block", kind="domain", value="bad.example", act="drop")
    assert [row[0] for row in page.rows] == ["bad.example"]
    assert ada.submit("Undo").rows == []
