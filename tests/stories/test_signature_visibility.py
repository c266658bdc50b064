"""Who signed: seen by few, kept apart and sealed, taken back at one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import select

from api.infra.database.transactions import transaction
from api.signatures import service
from api.signatures.rules import Audience
from api.statements.models import Revision, Statement
from tests.support.builders import Signing, a_coalition, a_text, an_organisation

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client


@pytest.fixture
def signing(world: World, owner: Client) -> Signing:
    coalition = a_coalition(owner)
    return Signing(world, owner, coalition, *a_text(owner, coalition))


def one_of_each(signing: Signing) -> None:
    signing.sign(name="Public Petra", country="KZ", role="Editor", email="petra@specimen.example")
    signing.sign(name="Initial Irma", country="UZ", visibility="initials", affiliation="Irma House")
    signing.sign(name="Coalition Cora", country="TJ", visibility="coalition")
    signing.sign(name=None, country="TM", visibility="anonymous")


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_editors_and_viewers_see_what_everybody_sees(signing: Signing, role: str) -> None:
    one_of_each(signing)

    seen = signing.listed(signing.somebody(role))

    assert [(one["name"], one["country"]) for one in seen] == [
        ("Public Petra", "KZ"),
        ("I. I.", "UZ"),
    ]
    hidden = ("email", "affiliation", "represented_by", "as_printed", "acronym")
    assert {one[field] for one in seen for field in hidden} == {None}


def test_coordinators_see_every_identity(signing: Signing) -> None:
    one_of_each(signing)

    seen = signing.names(signing.somebody("coordinator"))

    assert seen == ["Public Petra", "Initial Irma", "Coalition Cora", None]


def test_what_a_viewer_may_not_see_is_not_there_by_its_id(signing: Signing) -> None:
    viewer = signing.somebody("viewer")
    ids = [
        signing.sign(visibility=each) for each in ("public", "initials", "coalition", "anonymous")
    ]

    assert [viewer.get(f"/v1/signatures/{each}").status for each in ids] == [200, 200, 404, 404]


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_only_coordinators_enter_and_change_signatures(signing: Signing, role: str) -> None:
    signature, somebody = signing.sign(), signing.somebody(role)
    text = {"revision_sha256": signing.sha256}
    body = {"kind": "individual", "name": "B. Specimen", **text}

    answers = [
        somebody.post(f"{signing.path}/signatures", body),
        somebody.patch(f"/v1/signatures/{signature}", {"name": "B"}),
        somebody.delete(f"/v1/signatures/{signature}"),
        somebody.post(f"/v1/signatures/{signature}/confirmation", text),
        somebody.post(f"/v1/signatures/{signature}/withdrawal"),
        somebody.post(f"/v1/signatures/{signature}/erasure"),
        somebody.get(f"{signing.path}/signature-order"),
        somebody.put(f"{signing.path}/signature-order", {"ids": [signature]}, '"1"'),
        somebody.get(f"{signing.path}/signatures", q="Specimen"),
    ]

    assert {answer.status for answer in answers} == {403}
    assert signing.names() == ["A. Specimen"]


def test_another_coalitions_owner_finds_nothing(signing: Signing) -> None:
    signature, other = signing.sign(), signing.world.user()
    a_coalition(other)
    text = {"revision_sha256": signing.sha256}
    one = f"/v1/signatures/{signature}"

    answers = [
        other.get(f"{signing.path}/signatures"),
        other.post(f"{signing.path}/signatures", {"kind": "individual", "name": "B", **text}),
        other.get(f"{signing.path}/signature-counts"),
        other.get(f"{signing.path}/signatures.csv"),
        other.get(f"{signing.path}/signature-order"),
        other.put(f"{signing.path}/signature-order", {"ids": []}, '"1"'),
        other.get(one),
        other.patch(one, {"name": "B"}, '"1"'),
        other.delete(one, '"1"'),
        *[other.post(f"{one}/{act}") for act in ("withdrawal", "erasure")],
        other.post(f"{one}/confirmation", text),
    ]

    assert {answer.status for answer in answers} == {404}


def test_a_withdrawn_signature_is_not_counted_and_its_name_is_gone(signing: Signing) -> None:
    entry = an_organisation(signing.owner, signing.coalition)
    kept = signing.sign(name="Kept Specimen")
    gone = signing.sign(name="Gone Specimen", kind="organisation", organisation_id=entry)

    withdrawn = signing.owner.post(f"/v1/signatures/{gone}/withdrawal")

    assert (withdrawn["state"], withdrawn["name"]) == ("withdrawn", None)
    assert (withdrawn["organisation_id"], withdrawn["withdrawn_on"] is None) == (None, False)
    assert signing.names(signing.somebody("viewer")) == ["Kept Specimen"]
    assert signing.names(q="Gone") == []
    assert signing.printed(Audience.COORDINATOR)[0] == [
        {"kind": "individual", "name": "Kept Specimen"}
    ]
    assert signing.counts()["total"] == 1
    assert [one["id"] for one in signing.listed(state="withdrawn")] == [gone]
    assert signing.owner.post(f"/v1/signatures/{gone}/withdrawal").json == withdrawn.json
    assert signing.confirm(gone, signing.sha256)["type"] == "/problems/withdrawn"
    assert signing.owner.patch(f"/v1/signatures/{gone}", {"name": "Back"}).status == 409
    assert signing.owner.get(f"/v1/signatures/{kept}")["state"] == "counted"


def test_erasing_a_person_keeps_the_count(signing: Signing) -> None:
    erased = signing.sign(name="Erased Specimen", country="KZ", email="erased@specimen.example")

    answer = signing.owner.post(f"/v1/signatures/{erased}/erasure")

    assert [answer[key] for key in ("name", "email", "visibility", "state")] == [
        None, None, "anonymous", "counted",
    ]  # fmt: skip
    assert signing.counts()["total"] == 1
    assert signing.printed(Audience.COORDINATOR) == (
        [{"kind": "individual", "country": "KZ", "visibility": "anonymous"}],
        0,
    )
    assert signing.printed(Audience.PUBLIC) == ([], 1)


def test_small_counts_by_country_are_for_coordinators(signing: Signing) -> None:
    for number in range(5):
        signing.sign(name=f"P{number}", country="KZ")
    for visibility in ("coalition", "anonymous"):
        signing.sign(country="TM", visibility=visibility)
    signing.sign(kind="organisation", visibility="initials", name="123")

    counts = signing.counts()
    today = next(iter(counts["by_day"]))

    assert counts == {
        "total": 8,
        "paper": 0,
        "by_kind": {"individual": 7, "organisation": 1},
        "by_source": {"entered": 8},
        "by_country": {"KZ": 5, "TM": 2},
        "by_day": {today: 8},
        "waiting": 0,
        "withheld": 2,
    }
    # The 2 of Turkmenistan would be the rest of the total.
    assert signing.counts(signing.somebody("viewer")) == {**counts, "by_country": {}}
    assert signing.printed(Audience.PUBLIC)[1] == 3  # "123" has no initials, so it has no line


def test_what_is_printed_is_the_portable_entry_of_whom_the_audience_may_see(
    signing: Signing,
) -> None:
    one_of_each(signing)

    everything, withheld = signing.printed(Audience.COORDINATOR)
    public, hidden = signing.printed(Audience.PUBLIC)

    assert (len(everything), withheld) == (4, 0)
    assert everything[2] == {
        "kind": "individual",
        "name": "Coalition Cora",
        "country": "TJ",
        "visibility": "coalition",
    }
    assert (public, hidden) == (
        [
            {"kind": "individual", "name": "Public Petra", "role": "Editor", "country": "KZ"},
            {
                "kind": "individual",
                "name": "I. I.",
                "as_printed": "I. I., Uzbekistan",
                "country": "UZ",
                "visibility": "initials",
            },
        ],
        2,
    )


PORTABLE: list[dict[str, Any]] = [
    {"kind": "organisation", "name": "House", "acronym": "", "lead": True, "country": "KZ"},
    {"kind": "organisation", "name": "Press", "lead": False, "visibility": "public"},
    {
        "kind": "organisation",
        "name": "Hidden",
        "visibility": "coalition",
        "represented_by": {"name": "R. Specimen", "role": "Chair"},
        "as_printed": "Hidden House",
    },
    {"kind": "individual", "visibility": "anonymous"},
    {"kind": "individual", "visibility": "anonymous", "name": "Known", "lead": False},
    {"kind": "individual", "name": "I", "visibility": "initials", "role": "", "affiliation": "A"},
]


def test_imported_signatories_come_back_equal(signing: Signing) -> None:
    with signing.world.app.app_context(), transaction() as session:
        statement = session.get_one(Statement, UUID(signing.statement))
        revision = session.scalars(select(Revision)).one()
        assert service.put_all(session, statement, revision, []) == 0
        assert service.put_all(session, statement, revision, PORTABLE) == len(PORTABLE)
        assert service.count(session, statement) == len(PORTABLE)

    assert signing.printed(Audience.COORDINATOR) == (PORTABLE, 0)


NAMES = {
    "public": "Kestrel Publicova",
    "initials": "Osprey Initialova",
    "coalition": "Merlin Coalitionova",
    "anonymous": "Harrier Anonymova",
}


def test_no_identity_lies_readable_in_the_database(
    signing: Signing, capfd: pytest.CaptureFixture[str]
) -> None:
    canaries = []
    for visibility, name in NAMES.items():
        first, last = name.split()
        facts = {
            "name": name,
            "acronym": f"{first}acronym",
            "role": f"{first} role",
            "affiliation": f"{last} house",
            "as_printed": f"{name} as printed",
            "represented_by": {"name": f"{first} Behind", "role": f"{last} chair"},
            "email": f"{last.lower()}@specimen.example",
        }
        canaries += [first, last, last.lower()]
        signature = signing.sign(visibility=visibility, **facts)
        signing.owner.patch(f"/v1/signatures/{signature}", {"role": f"{first} other role"})
    table = f"kind,name,visibility\nindividual,{NAMES['coalition']} II,coalition\n".encode()
    query = f"revision_sha256={signing.sha256}"
    signing.owner.send("POST", f"{signing.path}/signature-imports?{query}", table, kind="text/csv")
    gone = signing.sign(name="Buzzard Withdrawnova")
    signing.owner.post(f"/v1/signatures/{gone}/withdrawal")
    canaries += ["Buzzard", "Withdrawnova"]
    again = {"kind": "individual", "name": "Goshawk", "revision_sha256": signing.sha256}
    signing.owner.post(f"{signing.path}/signatures", again, key="once")
    canaries += ["Goshawk"]

    kept = signing.world.dump() + "".join(capfd.readouterr()).encode()

    assert len(signing.listed()) == 7
    assert [name for name in canaries if name.encode() in kept] == []
    assert signing.statement.replace("-", "").encode() in kept.replace(
        b"-", b""
    )  # it is looked for
