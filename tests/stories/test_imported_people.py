"""People come in from tables of others: sealed, told by their addresses, subscribed to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from api.infra.database.columns import Base
from api.infra.database.transactions import db
from tests.stories.test_at_once import at_once
from tests.stories.test_imports import organisations, people, read_as, send, states, there
from tests.support.builders import a_coalition, a_representative, a_role, an_organisation, made

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client


def send_by(coalition: str, table: str, kind: str, client: Client) -> Answer:
    return send(client, coalition, table, kind)


PEOPLE = (
    "Organisation;First name;Last name;E-mail;Position;Language;Newsletter;Consent\n"
    "Specimen Committee;Ada;Kenarova;Ada@specimen.example;Director;русский;yes;yes\n"
    "ЖОК;Bek;Zarobov;bek@specimen.example;;;yes;yes\n"
    "Unknown House;Eve;Nobody;eve@specimen.example;;;;\n"
)


def test_who_may_commit_organisations_comes_in_sealed_and_subscribed_to_nothing(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    committee = an_organisation(
        owner, coalition, names={"en": "Specimen Committee", "ru": "Комитет"}, acronym="ЖОК"
    )
    quiet = ("consents", "letters", "signatures", "pending_signatures")
    counts = [count(world, table) for table in quiet]

    whole = send(owner, coalition, PEOPLE, "representative")
    answer = send(owner, coalition, PEOPLE, "representative", partial="true")
    again = send(owner, coalition, PEOPLE, "representative", partial="true")

    assert set(whole.faults) == {"/4/organisation"}
    assert read_as(answer)["Newsletter"] is read_as(answer)["Consent"] is None
    assert states(answer) == ["entered", "entered", "refused"]
    assert states(again) == ["same", "same", "refused"]
    ada, bek = people(owner, committee)
    assert (ada["name"], ada["email"]) == ("Ada Kenarova", "Ada@specimen.example")
    assert (ada["role"], ada["language"], bek["role"]) == ("Director", "ru", None)
    assert [count(world, table) for table in quiet] == counts
    dump = world.dump().lower()
    assert not [word for word in (b"kenarova", b"zarobov", b"ada@", b"bek@") if word in dump]


def count(world: World, table: str) -> int:
    """Return how many rows a table has."""
    rows = select(func.count()).select_from(Base.metadata.tables[table])
    with world.app.app_context(), db.engine.connect() as connection:
        return int(connection.execute(rows).scalar_one())


def test_people_are_told_by_address_and_doubted_by_name(owner: Client) -> None:
    coalition = a_coalition(owner)
    first = an_organisation(owner, coalition, names={"en": "First House"})
    second = an_organisation(owner, coalition, names={"en": "Second House"})
    ada = a_representative(owner, first, name="Ada Kenarova", email="ada@specimen.example")
    bek = a_representative(owner, first, name="Bek", email="bek@specimen.example")
    owner.patch(f"/v1/representatives/{ada}", {"left_on": "2030-05-01"})
    table = (
        "id,organisation,name,email,role,left_on\n"
        ",First House,Ada Kenarova,ADA@specimen.example,Director,\n"  # changed; still gone
        ",First House,Kenarova Ada,ada@home.example,,\n"  # her name at another address
        ",Second House,Ada Kenarova,ada@specimen.example,,\n"  # her address elsewhere
        f"{bek},Second House,,,,\n"  # nobody moves
        f"{bek},,,ada@specimen.example,,\n"  # hers already
        f"{bek},,,,,14.05.2031\n"  # as a spreadsheet writes it
        f",{second},Eve,eve@specimen.example,,\n"
    )

    answer = send(owner, coalition, table, "representative", on_difference="update", partial="true")

    assert states(answer) == [
        "changed", "doubtful", "doubtful", "refused", "refused", "changed", "entered",
    ]  # fmt: skip
    assert [line["id"] for line in answer["lines"][:6]] == [ada, ada, ada, bek, bek, bek]
    found = {each["id"]: each for each in people(owner, first)}
    assert (found[ada]["left_on"], found[ada]["role"]) == ("2030-05-01", "Director")
    assert found[bek]["left_on"] == "2031-05-14"
    assert [each["name"] for each in people(owner, second)] == ["Eve"]


def test_addressees_come_in_with_sealed_addresses(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    known = made(
        owner,
        f"/v1/coalitions/{coalition}/addressees",
        {"name": "A. Specimen", "country": "KZ", "email": "office@specimen.example"},
    )
    table = (
        "ФИО;Должность;Ведомство;Страна;Обращение;Эл. почта\r\n"
        "A. Specimen;Министр;;Казахстан;;\r\n"
        "Б. Образцов;Министр;Министерство;Таджикистан;Уважаемый министр!;min@obraz.example\r\n"
        "Another Name;;;;;OFFICE@specimen.example\r\n"
        "A. Specimen;;;Узбекистан;;\r\n"
    )

    preview = send(owner, coalition, table.encode("cp1251"), "addressee", preview="true")
    answer = send(owner, coalition, table.encode("cp1251"), "addressee", on_difference="update")

    assert states(preview) == ["kept", "entered", "doubtful", "entered"]
    assert preview["encoding"] == "windows-1251"
    assert states(answer) == ["changed", "entered", "doubtful", "entered"]
    listed = there(owner, coalition, "addressees")
    assert len(listed) == 3
    rows = {row["name"]: row for row in listed if row["country"] != "UZ"}
    assert rows["A. Specimen"]["id"] == known
    assert (rows["A. Specimen"]["title"], rows["A. Specimen"]["email"]) == (
        "Министр",
        "office@specimen.example",
    )
    new = rows["Б. Образцов"]
    assert (new["country"], new["email"]) == ("TJ", "min@obraz.example")
    assert new["salutation"] == "Уважаемый министр!"
    assert b"obraz.example" not in world.dump()


def test_only_coordinators_bring_in_people(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    editor = a_role(owner, coalition, world.user("editor"), "editor")
    house = an_organisation(owner, coalition, names={"en": "House"})

    assert send(editor, coalition, "organisation,name,email\n", "representative").status == 403
    assert send(editor, coalition, "name\nA\n", "addressee").status == 403
    assert send(world.user(), coalition, "name\nA\n", "organisation").status == 404
    refused = organisations(
        editor, coalition, "name,needs_two\nHouse,yes\n", on_difference="update"
    )
    assert set(refused.faults) == {"/2/needs_two"}
    assert not owner.get(f"/v1/organisations/{house}")["needs_two"]


def test_of_three_who_send_one_table_at_once_one_enters_it(world: World, owner: Client) -> None:
    coalition = a_coalition(owner)
    house = an_organisation(owner, coalition, names={"en": "House"})
    tables = {
        "organisation": "name\nFirst\nSecond\n",
        "representative": "organisation,name,email\nHouse,A,a@specimen.example\n",
        "addressee": "name,email\nA. Specimen,a@specimen.example\n",
    }

    for kind, table in tables.items():
        answers = at_once(
            world, owner, *[lambda it, k=kind, t=table: send(it, coalition, t, k)] * 3
        )

        counts = sorted((answer["entered"], answer["same"]) for answer in answers)
        lines = table.count("\n") - 1
        assert counts == [(0, lines), (0, lines), (lines, 0)], kind

    assert len(there(owner, coalition)) == 3
    assert len(people(owner, house)) == len(there(owner, coalition, "addressees")) == 1
