"""Coalitions: founded, joined, with addressees whose addresses are sealed, names and a look."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from api.infra.database.columns import Base
from api.infra.database.transactions import db, reading
from api.infra.security.keys import DataKey
from tests.support.builders import a_coalition, a_role, an_organisation, made

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9"/></svg>'


def test_who_founds_a_coalition_owns_it(world: World, owner: Client) -> None:
    coalition = a_coalition(owner, countries=["KZ", "KG"], languages=["en", "ru"])

    shown = owner.get(f"/v1/coalitions/{coalition}")

    assert (shown["countries"], shown["languages"]) == (["KZ", "KG"], ["en", "ru"])
    assert owner.get("/v1/coalitions")["total"] == 1
    assert world.user().get("/v1/coalitions")["total"] == 0


def test_what_slugs_strangers_use_is_not_told(world: World, owner: Client) -> None:
    mine, theirs = world.user(), world.user()
    first = a_coalition(owner, slug="steppe")

    second = a_coalition(mine, slug="steppe")
    renamed = theirs.patch(f"/v1/coalitions/{a_coalition(theirs)}", {"slug": "steppe"})

    assert renamed.status == 200, renamed.body
    assert [each["id"] for each in mine.get("/v1/coalitions")["items"]] == [second]
    assert [each["id"] for each in owner.get("/v1/coalitions")["items"]] == [first]


def test_a_slug_is_of_one_coalition_for_who_works_in_it(owner: Client) -> None:
    other = a_coalition(owner)
    a_coalition(owner, slug="steppe")

    twice = owner.post("/v1/coalitions", {"slug": "steppe", "name": "Steppe"})
    renamed = owner.patch(f"/v1/coalitions/{other}", {"slug": "steppe"})

    assert (twice.status, renamed.status) == (409, 409)
    assert twice["type"] == renamed["type"] == "/problems/coalition-slug-taken"


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"slug": "Steppe"}, "/slug"),
        ({"slug": "a--b"}, "/slug"),
        ({"name": ""}, "/name"),
        ({"name": "a\u202eb"}, "/name"),
        ({"name": "\U00013000"}, "/name"),
        ({"languages": []}, "/languages"),
        ({"languages": ["en", "en"]}, "/languages"),
        ({"languages": ["xx-yy-zz"]}, "/languages/0"),
        ({"countries": ["XX"]}, "/countries/0"),
        ({"countries": ["KZ", "KZ"]}, "/countries"),
        ({"country_names": {"ru": {"XX": "Имя"}}}, "/country_names/ru/XX"),
        ({"conjunctions": {"kk": ""}}, "/conjunctions/kk"),
        ({"accent": "teal"}, "/accent"),
        ({"accent": "#0B556"}, "/accent"),
    ],
)
def test_what_cannot_be_printed_or_is_no_code_is_named(
    owner: Client, facts: dict[str, Any], pointer: str
) -> None:
    answer = owner.post("/v1/coalitions", {"slug": "steppe", "name": "Steppe", **facts})

    assert answer.status == 422
    assert list(answer.faults) == [pointer]


def test_names_of_countries_and_the_word_for_and_can_be_its_own(owner: Client) -> None:
    coalition = a_coalition(owner)
    names = {"ru": {"KG": "Кыргызстан"}, "en": {"CZ": "Czech Republic"}}

    changed = owner.patch(
        f"/v1/coalitions/{coalition}", {"country_names": names, "conjunctions": {"kk": "және"}}
    )

    assert changed["country_names"] == names
    assert changed["conjunctions"] == {"kk": "және"}
    assert changed["name"] == "Specimen Coalition"


def test_a_members_life_in_a_coalition(owner: Client) -> None:
    coalition = a_coalition(owner)
    path = f"/v1/coalitions/{coalition}/members"
    organisation = an_organisation(owner, coalition)
    member = made(owner, path, {"organisation_id": organisation, "since": "2031-01-01"})

    twice = owner.post(path, {"organisation_id": organisation})
    left = owner.patch(f"/v1/members/{member}", {"until": "2031-06-01", "role": "observer"})
    backwards = owner.patch(f"/v1/members/{member}", {"until": "2030-12-31"})

    assert twice["type"] == "/problems/already-member"
    assert (left["until"], left["role"]) == ("2031-06-01", "observer")
    assert left["organisation"]["id"] == organisation
    assert list(backwards.faults) == ["/until"]
    assert owner.get(path)["items"][0]["until"] == "2031-06-01"
    assert owner.delete(f"/v1/members/{member}").status == 204
    assert owner.get(path)["total"] == 0


def test_only_a_coalitions_own_organisations_become_members(world: World, owner: Client) -> None:
    other = world.user()
    foreign = an_organisation(other, a_coalition(other), is_public=True)

    answer = owner.post(
        f"/v1/coalitions/{a_coalition(owner)}/members", {"organisation_id": foreign}
    )

    assert answer.status == 422
    assert list(answer.faults) == ["/organisation_id"]


def test_coordinators_see_an_addressees_address_and_viewers_do_not(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    path = f"/v1/coalitions/{coalition}/addressees"
    email = "office@specimen.example"
    addressee = made(owner, path, {"name": "A. Specimen", "country": "KZ", "email": email})
    seen = {}
    for role in ("viewer", "editor", "coordinator"):
        someone = a_role(owner, coalition, world.user(role), role)
        one = someone.get(f"/v1/addressees/{addressee}")
        seen[role] = (one["name"], one["email"], someone.get(path)["items"][0]["email"])

    assert seen == {
        "viewer": ("A. Specimen", None, None),
        "editor": ("A. Specimen", None, None),
        "coordinator": ("A. Specimen", email, email),
    }


def test_an_addressees_address_can_be_changed_and_taken_out(owner: Client) -> None:
    coalition = a_coalition(owner)
    facts = {"name": "A. Specimen", "email": "office@specimen.example"}
    path = f"/v1/addressees/{made(owner, f'/v1/coalitions/{coalition}/addressees', facts)}"

    assert owner.patch(path, {"title": "President"})["email"] == "office@specimen.example"
    assert owner.patch(path, {"email": "new@specimen.example"})["email"] == "new@specimen.example"
    assert owner.patch(path, {"email": None})["email"] is None
    assert owner.get(path)["title"] == "President"


def test_addresses_of_people_are_nowhere_in_clear(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    facts = {"name": "A. Specimen", "email": "canary.kestrel@specimen.example"}
    made(owner, f"/v1/coalitions/{coalition}/addressees", facts)
    person = {"email": "canary.merlin@specimen.example", "name": "Canary Merlin", "role": "viewer"}
    owner.post(f"/v1/coalitions/{coalition}/roles", person, key="a")

    stored = (world.dump() + world.files()).lower()

    assert b"a. specimen" in stored  # so it was all read
    for canary in (b"kestrel", b"merlin", b"canary", b"6b65737472656c", b"6d65726c696e"):
        assert canary not in stored


def test_an_address_of_one_addressee_does_not_open_as_anothers(world: World, owner: Client) -> None:
    path = f"/v1/coalitions/{a_coalition(owner)}/addressees"
    ids = [
        made(owner, path, {"name": f"A. {name}", "email": f"{name}@specimen.example"})
        for name in ("one", "two")
    ]
    with world.app.app_context(), db.engine.begin() as connection:
        table = Base.metadata.tables["addressees"]
        sealed = connection.scalar(select(table.c.email).limit(1))
        connection.execute(table.update().values(email=sealed))

    statuses = sorted(owner.get(f"/v1/addressees/{each}").status for each in ids)

    assert statuses == [200, 503]


def test_a_coalitions_logo_is_kept_given_and_taken_away(owner: Client) -> None:
    path = f"/v1/coalitions/{a_coalition(owner)}"

    assert owner.get(f"{path}/logo").status == 404
    assert owner.put(f"{path}/logo", SVG, kind="image/svg+xml")["logo_type"] == "image/svg+xml"
    logo = owner.get(f"{path}/logo")
    assert logo.headers["Content-Type"].startswith("image/svg+xml")
    assert b'd="M0 0h9"' in logo.body
    again = owner.put(f"{path}/logo", SVG, kind="image/svg+xml")
    assert again.status == 200
    assert owner.get(f"{path}/logo").body == logo.body
    assert owner.delete(f"{path}/logo").status == 204
    assert owner.get(f"{path}/logo").status == 404


def test_with_a_coalition_goes_all_that_it_owns_and_the_key_to_it(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    organisation = an_organisation(owner, coalition)
    facts = {"name": "A. Specimen", "email": "office@specimen.example"}
    addressee = made(owner, f"/v1/coalitions/{coalition}/addressees", facts)
    for path in (f"/v1/organisations/{organisation}", f"/v1/coalitions/{coalition}"):
        owner.put(f"{path}/logo", SVG, kind="image/svg+xml")

    assert owner.delete(f"/v1/coalitions/{coalition}").status == 204
    world.work()

    for gone in (f"coalitions/{coalition}", f"organisations/{organisation}",
                 f"addressees/{addressee}"):  # fmt: skip
        assert owner.get(f"/v1/{gone}").status == 404
    with world.app.app_context(), reading() as session:
        keys = session.scalar(select(func.count()).where(DataKey.coalition_id.is_not(None)))
        assert keys == 0
    storage = Path(world.app.extensions["undersigned"].settings.storage)
    files = [str(path) for path in storage.rglob("*") if path.is_file()]
    assert not [path for path in files if organisation in path or coalition in path]


def test_a_colour_may_be_written_in_capitals(owner: Client) -> None:
    coalition = a_coalition(owner, accent="#7A1F2B")
    assert owner.get(f"/v1/coalitions/{coalition}")["accent"] == "#7a1f2b"
