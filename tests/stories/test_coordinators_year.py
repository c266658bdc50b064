"""A coordinator's year: eight write a letter, one declines, one is freed, one dies, one is silent.

All of it over HTTP, in the order in which it happens; what a year asks of a product is said where
it is asked.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from tests.stories.test_summit_sign_off import FACTS, MEMBERS
from tests.support.builders import a_case, a_coalition, a_demand, a_demand_list, a_revision
from tests.support.pdf_words import letters, letters_of as letters_in
from tests.support.signing import Rush
from tests.support.signoffs import SigningOff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World
    from tests.support.client import Answer, Client

BEGAN = datetime(2031, 5, 14, 8, tzinfo=UTC)
FREED_ON, DIED_ON = "2031-08-03", "2031-10-20"
AYAN, BEK, DANA = "Ayan Specimenov", "Bek Specimenov", "Dana Specimenova"
LABEL = "a teacher of Almaty"
DECLINED, SHY, CLOSED = "Cotton Line", "Salt Committee", "Free Word"
WELCOME = f"{DECLINED} welcomes the promises of Almaty, and we ask with it that they be kept."


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(BEGAN, tick=True) as traveller:
        yield traveller


class Office:
    """A coalition, whom it writes for, and what it asks."""

    def __init__(self, world: World, owner: Client) -> None:
        self.world, self.owner = world, owner
        self.coalition = a_coalition(owner, countries=["KZ"])
        held: dict[str, Any] = {"status": "imprisoned"}
        self.ayan = a_case(owner, self.coalition, key="ayan", name=AYAN, **held)
        self.bek = a_case(owner, self.coalition, key="bek", name=BEK, **held)
        more = {"occupation": "teacher", "public_label": LABEL, **held}
        self.dana = a_case(owner, self.coalition, key="dana", name=DANA, **more)
        asked = a_demand_list(owner, self.coalition)
        for key, name, case in (
            ("kz-1", AYAN, self.ayan), ("kz-2", BEK, self.bek), ("kz-3", DANA, self.dana),
        ):  # fmt: skip
            text = f"Release {name}."
            facts = {"key": key, "kind": "release", "text": text, "case_ids": [case]}
            a_demand(owner, asked, **facts)
        law = {"key": "kz-4", "kind": "legislation", "text": "Repeal the law on bread."}
        a_demand(owner, asked, **law)
        used = {"built_in": "summit-letter"}
        self.template = owner.post(f"{self.path}/built-in-template-uses", used).id

    @property
    def path(self) -> str:
        return f"/v1/coalitions/{self.coalition}"

    def assembled(self, slug: str, **facts: Any) -> Answer:
        body = {
            "template_id": self.template,
            "slug": slug,
            "facts": {**FACTS, **facts},
            "demands": {"specimen": True},
        }
        answer = self.owner.post(f"{self.path}/assemblies", body)
        assert answer.status == 201, answer.body
        return answer

    def happened(self, case: str, status: str, on: str) -> None:
        body = {"status": status, "on": on}
        answer = self.owner.post(f"/v1/cases/{case}/status-changes", body)
        assert answer.status == 201, answer.body

    def work(self) -> str:
        answer = self.owner.get(f"{self.path}/work-list")
        assert answer.status == 200, answer.body
        return answer.body.decode()


def test_a_year_of_a_coordinator(  # noqa: PLR0915 # one story
    world: World, owner: Client, clock: time_machine.Traveller
) -> None:
    owner.token = owner.post("/v1/tokens", {"label": "The year", "days": 366})["secret"]
    office = Office(world, owner)
    first = office.assembled("bakers")
    statement = str(first["statement"]["id"])
    path = f"/v1/statements/{statement}"

    # May. A paragraph speaks of all eight; then one of them declines.
    document = first["document"]
    document["body"].append({"paragraph": WELCOME})
    assert owner.put(f"{path}/draft", {"document": document}).status == 200
    letter = SigningOff(world, owner, office.coalition, statement, a_revision(owner, statement))
    for name, country, role, person in MEMBERS:
        letter.member(name, person, role=role, organisation={"country": country})
    letter.open(note="Please read the demands.")
    shown = {"Erlan": "anonymous", "Husan": "coalition"}
    for _, _, _, person in MEMBERS:
        if person != "Feruza":
            said = letter.say(person, visibility=shown.get(person, "public"))
            assert said.status == 200, said.body
    letter.say("Feruza", "declined", reason="We cannot ask this now.")
    assert DECLINED in str(letter.board()["warnings"])
    # It goes out with it where a coordinator says that this is right.
    keys = [each["key"] for each in letter.board()["warnings"]]
    _moved(letter, "review")
    assert letter.members[DECLINED] in keys
    moved = _moved(letter, "published", confirmed_mentions=keys)
    assert DECLINED in str(moved["warnings"])

    # It is repaired as an edit, which is measured and told.
    draft = owner.get(f"{path}/draft")["document"]
    draft["body"][-1] = {"paragraph": "We ask that the promises of Almaty be kept."}
    assert owner.put(f"{path}/draft", {"document": draft}).status == 200
    headers = {"If-Match": owner.get(path).etag}
    body = {"weight": "editorial", "note": "One sentence less."}
    refused = owner.send("POST", f"{path}/revisions", body, headers=headers)
    assert refused["type"] == "/problems/not-editorial"
    assert DECLINED in str(refused["errors"])
    body["reason"] = "It never stood behind the text."
    edited = owner.send("POST", f"{path}/revisions", body, headers=headers)
    assert edited.status == 201, edited.body
    assert edited["change"]["words_removed"] > 0
    assert DECLINED in str(edited["change"]["names"])

    # Five organisations stand by name, two are counted.
    paper = owner.get(f"{path}/document").body
    _names(paper, "House of Bread", "Open Steppe", "Old City Forum")
    _does_not_name(paper, SHY, CLOSED, DECLINED)

    # June. The public signs; a name is mistyped, and put right before the letters are opened.
    rush = Rush(world, owner, office.coalition, statement, edited["sha256"], "")
    rush.settings = {"opens_at": "2031-05-14T00:00:00+00:00"}
    opened = rush.set()
    assert opened.status == 200, opened.body
    rush.address = opened["address"]
    for name in ("Rasa Pavyzdeine", "Rasa Pavyzdienė"):
        assert rush.sent("rasa@specimen.example", name=name).status == 202
        rush.work()
    for secret in reversed(rush.secrets()):
        rush.confirm(secret)
    rush.work()
    public = [each["name"] for each in rush.signatures() if each["source"] == "public"]
    assert public == ["Rasa Pavyzdienė"]

    # August, October. One is freed, one dies: the work list tells the day of each, not of today.
    clock.move_to(datetime(2031, 11, 2, tzinfo=UTC))
    office.happened(office.ayan, "released", FREED_ON)
    office.happened(office.bek, "deceased", DIED_ON)
    another = office.assembled("winter", headline="Winter in the bakeries")
    told = str(another["warnings"])
    assert f"{AYAN} (released since {FREED_ON})" in told
    assert f"{BEK} (deceased since {DIED_ON})" in told
    asked = [each["id"] for one in another["document"]["demand_lists"] for each in one["demands"]]
    assert asked == ["kz-3", "kz-4"]
    work = office.work()
    assert FREED_ON in work
    assert DIED_ON in work

    # December, at night. A family calls: what changes is looked at, and done.
    clock.move_to(datetime(2031, 12, 9, 23, tzinfo=UTC))
    case = f"/v1/cases/{office.dana}"
    silence = {"may_be_named": False}
    headers = {"If-Match": owner.get(case).etag}
    seen = owner.send("PATCH", case, silence, headers=headers, query_string={"preview": "true"})
    assert seen.status == 200, seen.body
    assert any(DANA in each["before"] for each in seen["relabelled"])
    assert not any("Dana" in each["after"] for each in seen["relabelled"])
    taken = owner.send("PATCH", case, silence, headers=headers)
    assert taken.status == 200, taken.body
    world.work()
    for form in ("pdf", "html", "text", "markdown"):
        answer = owner.get(f"{path}/document", format=form)
        assert answer.status == 200
        _does_not_name(answer.body, DANA, "Dana")
    _does_not_name(world.stranger().get(f"/s/{rush.address}").body, DANA)
    assert rush.total() == len(MEMBERS) - 1 + 1

    # A year later, a new letter from the old one: nobody is asked for who is free or dead.
    clock.move_to(BEGAN + timedelta(days=360))
    copied = owner.post(f"{path}/copies", {"slug": "bakers-2032"})
    assert copied.status == 201, copied.body
    told = str(copied["warnings"])
    assert AYAN in told
    assert BEK in told
    fresh = office.assembled("bakers-again", headline="A year of bread")
    text = owner.get(
        f"/v1/statements/{fresh['statement']['id']}/draft/document", format="text"
    ).body.decode()
    for name in (AYAN, BEK, DANA):
        assert name not in text
    assert LABEL in text


def _moved(letter: SigningOff, *states: str, **confirmed: Any) -> Answer:
    for state in states:
        headers = {"If-Match": letter.owner.get(letter.path).etag}
        body = {"state": state, **confirmed}
        answer = letter.owner.send("POST", f"{letter.path}/transitions", body, headers=headers)
        assert answer.status == 200, answer.body
    return answer


def _words(document: bytes) -> str:
    is_paper = document.startswith(b"%PDF-")
    return letters_in(document) if is_paper else letters(document.decode())


def _names(document: bytes, *names: str) -> None:
    for name in names:
        assert letters(name) in _words(document), name


def _does_not_name(document: bytes, *names: str) -> None:
    for name in names:
        assert letters(name) not in _words(document), name
