"""Eight organisations in three countries take the summit letter from template to published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.builders import (
    a_case,
    a_coalition,
    a_demand,
    a_demand_list,
    a_revision,
    letters_of,
)
from tests.support.pdf_words import letters, letters_of as words_of
from tests.support.signoffs import SigningOff

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

# Name, country, role in the coalition, and who speaks for it.
MEMBERS = (
    ("House of Bread", "KZ", "lead", "Ada"),
    ("Open Steppe", "KZ", "member", "Bota"),
    ("Mountain Voices", "KG", "member", "Chinara"),
    ("River Watch", "KG", "member", "Dilya"),
    ("Salt Committee", "KG", "member", "Erlan"),
    ("Cotton Line", "UZ", "member", "Feruza"),
    ("Old City Forum", "UZ", "member", "Gulnora"),
    ("Free Word", "UZ", "member", "Husan"),
)
FACTS = {
    "headline": "Let the bakers go home",
    "summit": "Summit of Bakers",
    "summit_place": "Almaty",
    "summit_country": "KZ",
    "held_on": "2031-05-08",
    "issued_on": "2031-05-14",
    "commitments": ["freedom of assembly"],
    "quotes": [{"text": "Nobody shall be held for bread.", "locator": "paragraph 3"}],
    "countries": ["KZ"],
}
NOTE = "All but the demand on the law."


def the_letter(world: World, owner: Client) -> SigningOff:
    coalition = a_coalition(owner, countries=["KZ", "KG", "UZ"])
    case = a_case(owner, coalition, name="Ayan Specimenov")
    asked = a_demand_list(owner, coalition)
    a_demand(owner, asked, text="Release Ayan Specimenov.", case_ids=[case])
    a_demand(owner, asked, text="Repeal the law on bread.")
    path = f"/v1/coalitions/{coalition}"
    template = owner.post(f"{path}/built-in-template-uses", {"built_in": "summit-letter"}).id
    assembled = owner.post(
        f"{path}/assemblies",
        {"template_id": template, "slug": "bakers", "facts": FACTS, "demands": {"specimen": True}},
    )
    assert assembled.status == 201, assembled.body
    statement = str(assembled["statement"]["id"])
    found = SigningOff(world, owner, coalition, statement, a_revision(owner, statement))
    for name, country, role, person in MEMBERS:
        found.member(name, person, role=role, organisation={"country": country})
    return found


def are(letter: SigningOff, *expected: str) -> None:
    """Expect states on the board in members' order, and on paper exactly what it says."""
    states = [each["state"] for each in letter.board()["members"]]
    assert states == list(expected)
    prints = letter.prints()
    paper = words_of(letter.owner.get(f"{letter.path}/document").body)
    tail = paper[paper.find(letters("Signatories")) :] if prints else ""
    for name, *_ in MEMBERS:
        assert (letters(name) in tail) is (name in prints), name


def change(letter: SigningOff, weight: str, **facts: Any) -> None:
    """Change the draft, freeze it, and have everybody see the new text from now on."""
    path = f"{letter.path}/draft"
    document = {**letter.owner.get(path)["document"], **facts}
    assert letter.owner.put(path, {"document": document}).status == 200
    letter.sha256 = a_revision(letter.owner, letter.statement, weight)


def test_eight_organisations_take_the_summit_letter_to_publication(  # noqa: PLR0915 # one story
    world: World, owner: Client
) -> None:
    letter = the_letter(world, owner)
    are(letter, *["not_asked"] * 8)

    letter.open(note="Please read the demands.")
    are(letter, *["asked"] * 8)
    assert len(letters_of(world, "signoffs.request")) == 8

    for person in ("Ada", "Bota", "Chinara", "Dilya", "Erlan"):
        assert letter.say(person).status == 200
    are(letter, *["approved"] * 5, *["asked"] * 3)
    assert letter.board()["totals"] == {"approved": 5, "asked": 3}
    assert letter.prints()[0] == "House of Bread"

    change(letter, "material", title="Let all bakers go home")
    are(letter, *["waiting"] * 5, *["asked"] * 3)
    assert len([x for x in letters_of(world, "signoffs.again") if x]) == 8
    assert len(letter.board()["outstanding"]) == 8

    for person in ("Ada", "Bota", "Chinara"):
        letter.say(person)
    demand = next(
        each["pointer"]
        for each in letter.seen("Dilya")["places"]
        if each["text"] == "Repeal the law on bread."
    )
    noted = [{"pointer": demand, "text": NOTE}]
    kept = letter.say("Dilya", "reserved", reservations=noted, prints_reservation=True)
    assert kept.status == 200, kept.body
    are(letter, *["approved"] * 3, "reserved", "waiting", *["asked"] * 3)
    assert NOTE in letter.printed()
    assert letters(NOTE) in words_of(owner.get(f"{letter.path}/document").body)

    letter.say("Feruza", "declined", reason="We cannot ask this now.")
    letter.hand("Gulnora", "Iskander")
    assert letter.say("Gulnora").status == 409
    letter.say("Iskander")
    letter.say("Husan")
    letter.say("Erlan")
    final = ["approved"] * 3 + ["reserved", "approved", "declined", "approved", "approved"]
    are(letter, *final)
    trace = {each["name"]: each["handed_by"] for each in letter.entry("Old City Forum")["people"]}
    assert trace == {"Gulnora": None, "Iskander": "Gulnora"}

    change(letter, "editorial", title="Let all the bakers go home")
    are(letter, *final)
    assert len([each for each in letters_of(world, "signoffs.edited") if each]) == 7
    before = letter.prints()
    assert len(before) == 7

    letter.move("review", "published")

    assert letter.prints() == before
    signed = owner.get(f"{letter.path}/signatures")["items"]
    assert [each["name"] for each in signed] == before
    assert {each["source"] for each in signed} == {"approval"}
    assert {each["revision_number"] for each in signed} == {2}
    assert signed[0]["lead"] is True
    assert signed[5]["represented_by"]["name"] == "Iskander"
    assert [each["reservation"] for each in signed if each["reservation"]] == [NOTE]
    are(letter, *final)
    for form in ("text", "markdown", "html"):
        text = letter.printed(form)
        assert NOTE in text
        assert "Cotton Line" not in text
    exported = owner.get(f"{letter.path}/export").body.decode()
    assert NOTE in exported
    assert letter.say("Feruza").status == 409
