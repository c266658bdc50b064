"""Who sounds alike is somebody else: found and flagged, never taken for the other."""
# ruff: noqa: RUF001 - names stand in their own letters

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from flask_migrate import downgrade, upgrade

from api.infra.background import jobs
from api.infra.database.transactions import reading, transaction
from api.organisations.models import Organisation
from api.signatures.models import Signature
from api.signatures.service import rows
from api.signing.service import entries
from tests.stories.test_case_tables import cases_of, send as send_cases
from tests.stories.test_exchange import a_document, take_in
from tests.stories.test_imported_people import send_by
from tests.stories.test_imports import people, send, states, there
from tests.support.builders import (
    a_case,
    a_coalition,
    a_cover_letter,
    a_representative,
    a_signature,
    an_organisation,
    made,
)
from tests.support.signing import Rush
from tests.support.signoffs import a_sign_off

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client

BEFORE = "e085ded5c3ad"  # entries were taken by their sound
ALIKE = [
    ("Qalb Fund", "Kalb Fund"), ("بنیاد قلب", "بنیاد کلب"), ("Мир и закон", "Mir i zakon"),
    ("力之家", "丽之家"), ("บ้านขาว", "บ้านข่าว"), ("ＱＡＬＢ Fund", "Qalb Fund"),
]  # fmt: skip
HOUSE = {"kind": "organisation", "represented_by": {"name": "Ada Specimen"}}


def queue(rush: Rush) -> dict[str, list[str]]:
    answer = rush.owner.get(f"/v1/statements/{rush.statement}/moderation-queue")
    return {each["name"]: each["reasons"] for each in answer["items"]}


def linked(rush: Rush) -> dict[str, str | None]:
    return {each["name"]: each["organisation_id"] for each in rush.signatures()}


@pytest.mark.parametrize("moderation", ["none", "flagged"])
@pytest.mark.parametrize(("member", "stranger"), ALIKE)
def test_who_sounds_like_a_member_signs_for_itself_and_the_member_is_not_held(
    rush: Rush, member: str, stranger: str, moderation: str
) -> None:
    rush.set(moderation=moderation)
    entry = an_organisation(
        rush.owner, rush.coalition, names={"en": member}, country="KZ", acronym="QF"
    )
    a_representative(rush.owner, entry, email="member@specimen.example")

    rush.signed("stranger@specimen.example", **HOUSE, name=stranger)
    rush.signed("member@specimen.example", **HOUSE, name=f" {member.upper()}. ".strip())

    held = queue(rush)
    assert "same_organisation" not in str(held)
    if moderation == "flagged":
        assert "sounds_alike" in held.pop(stranger)
    ours = linked(rush)
    assert ours.pop(f"{member.upper()}.") == entry
    assert set(ours.values()) <= {None}
    assert all(each["acronym"] is None for each in rush.signatures() if not each["organisation_id"])


def test_an_acronym_is_no_proof_and_an_alias_is(rush: Rush) -> None:
    rush.set(moderation="flagged")
    entry = an_organisation(
        rush.owner, rush.coalition, names={"en": "Act for Bread"}, acronym="ACT", aliases=["Bread"]
    )
    a_representative(rush.owner, entry, email="two@specimen.example")

    rush.signed("one@specimen.example", **HOUSE, name="Act")
    rush.signed("two@specimen.example", **HOUSE, name="BREAD")

    assert queue(rush) == {"Act": ["sounds_alike"]}
    assert linked(rush)["BREAD"] == entry


def test_two_organisations_that_sound_alike_may_both_be_entered_and_both_sign(rush: Rush) -> None:
    rush.set(moderation="flagged")
    names = ("Qalb Fund", "Kalb Fund")
    entered = [an_organisation(rush.owner, rush.coalition, names={"en": each}) for each in names]

    for name, entry in zip(names, entered, strict=True):
        a_representative(rush.owner, entry, email=f"{name[0]}@specimen.example")
        rush.signed(f"{name[0]}@specimen.example", **HOUSE, name=name)

    assert (queue(rush), linked(rush)) == ({}, dict(zip(names, entered, strict=True)))


@pytest.mark.parametrize("name", ["王丽", "สมชายใจดี", "Suharto", "Ада", "김철수"])
def test_a_name_without_a_space_is_no_reason_to_be_held(rush: Rush, name: str) -> None:
    rush.set(moderation="flagged")

    rush.signed("one@specimen.example", name=name)

    assert (queue(rush), rush.total()) == ({}, 1)


def test_a_stranger_and_a_member_who_confirm_at_once_both_count(rush: Rush) -> None:
    rush.set(moderation="none")
    entry = an_organisation(rush.owner, rush.coalition, names={"en": "Qalb Fund"})
    rush.sent("stranger@specimen.example", **HOUSE, name="Kalb Fund")
    rush.sent("member@specimen.example", **HOUSE, name="Qalb Fund")
    rush.work()

    with ThreadPoolExecutor(2) as pool:
        said = [each.status for each in pool.map(rush.confirm, rush.secrets())]
    rush.work()

    assert said == [200, 200]
    assert linked(rush) == {"Kalb Fund": None, "Qalb Fund": entry}


def test_who_corrects_its_name_to_another_of_the_directory_still_sounds_like_a_member(
    rush: Rush,
) -> None:
    rush.set(moderation="flagged")
    an_organisation(rush.owner, rush.coalition, names={"en": "Qalb Fund"})
    stranger = rush.world.user("stranger")
    an_organisation(stranger, a_coalition(stranger), names={"en": "Kalb Fund"}, is_public=True)
    own = rush.signed("one@specimen.example", **HOUSE, name="Bread")

    corrections = f"/v1/public/own-signatures/{own}/corrections"
    assert rush.world.stranger().post(corrections, {"name": "Kalb Fund"}).status == 200

    assert queue(rush) == {"Kalb Fund": ["sounds_alike"]}


def test_who_corrects_its_name_is_of_an_entry_as_if_it_had_signed_so(rush: Rush) -> None:
    rush.set(moderation="flagged")
    entry = an_organisation(
        rush.owner, rush.coalition, names={"en": "Qalb Fund"}, acronym="QF", country="KZ"
    )
    a_representative(rush.owner, entry, email="one@specimen.example")
    own = rush.signed("one@specimen.example", **HOUSE, name="Bread")
    corrections = f"/v1/public/own-signatures/{own}/corrections"
    caller = rush.world.stranger()

    assert linked(rush) == {"Bread": None}
    caller.post(corrections, {"name": "QALB fund"})
    assert linked(rush) == {"QALB fund": entry}
    caller.post(corrections, {"name": "QALB fund", "represented_by": {"name": "Bek Specimen"}})
    assert (linked(rush), queue(rush)) == ({"QALB fund": entry}, {})
    caller.post(corrections, {"name": "Kalb fund"})

    waiting = rush.owner.get(f"/v1/statements/{rush.statement}/moderation-queue")["items"]
    told = ("name", "organisation_id", "acronym", "reasons")
    assert [[each[field] for field in told] for each in waiting] == [
        ["Kalb fund", None, None, ["sounds_alike"]]
    ]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_an_import_renames_nobody_who_sounds_alike_and_enters_both_where_asked(
    owner: Client, one: str, other: str
) -> None:
    coalition = a_coalition(owner)
    tables = {
        "addressee": ("name,title", f"{one},Judge", f"{other},Prosecutor"),
        "organisation": ("name_en,website", f"{one},one.example", f"{other},other.example"),
    }
    for kind, (columns, first, second) in tables.items():
        send(owner, coalition, f"{columns}\n{first}\n", kind)
        table = f"{columns}\n{first.upper()}\n{second}\n"

        kept = send(owner, coalition, table, kind, on_difference="update")
        told = there(owner, coalition, f"{kind}s")
        entered = send(owner, coalition, table, kind, on_difference="update", doubtful="enter")
        again = send(owner, coalition, table, kind, on_difference="update", doubtful="enter")

        assert states(kept)[1] == "doubtful", kind
        assert one in kept["lines"][1]["faults"][0]["detail"] or one.upper() in str(kept.json)
        assert len(told) == 1
        assert told[0].get("title") in {None, "JUDGE"}
        assert states(entered)[1] == "entered"
        assert states(again) == ["same", "same"]
        assert len(there(owner, coalition, f"{kind}s")) == 2


def test_two_new_ones_of_one_table_that_sound_alike_are_both_entered(owner: Client) -> None:
    coalition = a_coalition(owner)
    table = "name,title,country\n王力,Judge,CN\n王丽,Prosecutor,CN\n"

    careful = send(owner, coalition, table, "addressee", preview="true")
    answer = send(owner, coalition, table, "addressee", doubtful="enter")

    assert states(careful) == ["entered", "doubtful"]
    assert states(answer) == ["entered", "entered"]


def test_who_may_commit_an_organisation_is_entered_at_no_other_that_sounds_alike(
    owner: Client,
) -> None:
    coalition = a_coalition(owner)
    house = an_organisation(owner, coalition, names={"en": "Sharipov Centre"})
    table = "organisation,name,email\n{},Boss Specimen,boss@specimen.example\n"

    refused = send_by(coalition, table.format("Saripov Centre"), "representative", owner)
    taken = send_by(coalition, table.format("SHARIPOV-CENTRE"), "representative", owner)

    assert set(refused.faults) == {"/2/organisation"}
    assert states(taken) == ["entered"]
    assert len(people(owner, house)) == 1


def test_two_detained_people_whose_names_sound_alike_are_two_cases(owner: Client) -> None:
    coalition = a_coalition(owner)
    a_case(owner, coalition, name="Sharipov Specimen", country="TJ", key="one", occupation="baker")
    table = "name,country,occupation\n{}\n"
    lines = "Saripov Specimen,TJ,teacher\n王力,CN,poet\n王丽,CN,judge"

    answer = send_cases(owner, coalition, table.format(lines), on_difference="update")
    again = send_cases(owner, coalition, table.format(lines), on_difference="update")

    assert states(answer) == ["entered"] * 3
    told = [line["faults"][0]["detail"] for line in answer["lines"] if line["faults"]]
    assert ["sounds like that of the case one" in told[0], "line 3" in told[1]] == [True, True]
    assert states(again) == ["same"] * 3
    assert {each["occupation"] for each in cases_of(owner, coalition).values()} == {
        "baker", "teacher", "poet", "judge",
    }  # fmt: skip


def test_a_text_goes_to_whom_it_names_and_to_nobody_who_sounds_alike(
    world: World, owner: Client
) -> None:
    coalition = a_coalition(owner)
    path = f"/v1/coalitions/{coalition}/addressees"
    meant, other = (
        made(owner, path, {"name": name, "email": f"{at}@specimen.example"})
        for name, at in (("Judge 王力", "one"), ("Judge 王丽", "other"))
    )
    document = a_document(addressees=[{"name": "JUDGE  王力"}])
    statement = take_in(owner, coalition, document)["statement"]["id"]
    rush = Rush(world, owner, coalition, statement, "", "")
    rush.move("review")
    rush.publish()

    letter = a_cover_letter(owner, statement)
    sent = owner.post(f"/v1/cover-letters/{letter}/deliveries", {})

    assert [each["addressee_id"] for each in sent["items"]] == [meant]
    assert other not in sent.body.decode()


def test_a_file_brings_its_signatories_to_the_entries_that_they_are(owner: Client) -> None:
    coalition = a_coalition(owner)
    house = an_organisation(owner, coalition, names={"en": "Qalb Fund"}, country="KZ")
    for _ in range(2):
        an_organisation(owner, coalition, names={"en": "Bread"})
    names = [("qalb  fund", "KZ"), ("Kalb Fund", "KZ"), ("Qalb Fund", "FR"), ("BREAD", "KZ")]
    signatories = [{"kind": "organisation", "name": n, "country": c} for n, c in names]

    statement = take_in(owner, coalition, a_document(signatories=signatories))["statement"]["id"]

    found = owner.get(f"/v1/statements/{statement}/signatures")["items"]
    first, second, third, fourth = (each["organisation_id"] for each in found)
    assert first == house
    assert len({house, second, third} - {None}) == 3
    assert fourth is None
    assert len(there(owner, coalition)) == 5


def test_two_people_who_sound_alike_are_two_voices(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner)
    owner.patch(f"/v1/organisations/{text.organisation('Bread')}", {"needs_two": True})
    text.represent("Bread", "Sharipov")
    text.open()
    body = {"answer": "approved", "revision_sha256": text.sha256}
    body["member_id"] = text.members["Bread"]

    text.say("Sharipov")
    owner.post(f"{text.path}/sign-offs", {**body, "by": {"name": "sharipov"}})
    assert text.state("Bread") == "one_of_two"
    owner.post(f"{text.path}/sign-offs", {**body, "by": {"name": "Saripov"}})

    assert text.state("Bread") == "approved"


def test_a_table_of_signatories_leaves_out_only_the_same(world: World, owner: Client) -> None:
    del world
    coalition = a_coalition(owner)
    document = a_document(signatories=[{"kind": "individual", "name": "王力"}])
    imported = take_in(owner, coalition, document)
    statement, sha256 = imported["statement"]["id"], imported["revision"]["sha256"]
    a_signature(owner, statement, sha256, name="Sharipov Specimen")
    table = "kind,name\nindividual,王丽\nindividual,王 力\nindividual,Saripov Specimen\n"

    answer = owner.send(
        "POST",
        f"/v1/statements/{statement}/signature-imports",
        table.encode(),
        kind="text/csv",
        query_string={"revision_sha256": sha256},
    )

    assert [each["state"] for each in answer["lines"]] == ["entered", "duplicate", "entered"]


def as_before(rush: Rush, entry: str, name: str) -> None:
    """Have a signature be of an entry that it sounds like, as the version before would have it."""
    with rush.world.app.app_context(), transaction() as session:
        organisation = session.get_one(Organisation, UUID(entry))
        for row in session.query(Signature).filter_by(statement_id=UUID(rush.statement)):
            who: Any = rows.identities(session, [row])[row.id]
            if who["name"] == name:
                entries.link(session, row, organisation)
                rows.put_identity(session, row, {**who, "acronym": organisation.acronym})


def test_who_took_an_entry_by_its_sound_is_parted_from_it_after_an_upgrade(rush: Rush) -> None:
    rush.set(moderation="none")
    facts = {"country": "KZ", "acronym": "QF"}
    entry = an_organisation(rush.owner, rush.coalition, names={"en": "Qalb Fund"}, **facts)
    rush.signed("stranger@specimen.example", **HOUSE, name="Kalb Fund")
    by_id = rush.signed("id@specimen.example", **HOUSE, name="Another Name", organisation_id=entry)
    as_before(rush, entry, "Kalb Fund")
    assert by_id
    assert linked(rush)["Kalb Fund"] == entry

    for _ in range(2):  # safe to repeat
        try:
            with rush.world.app.app_context():
                downgrade(revision=BEFORE)
        finally:
            with rush.world.app.app_context():
                upgrade()
        with rush.world.app.app_context(), reading() as session:
            assert session.get_one(Organisation, UUID(entry)).exact_names is None
        rush.work()

    stranger = next(each for each in rush.signatures() if each["name"] == "Kalb Fund")
    assert (stranger["organisation_id"], stranger["acronym"]) == (None, None)
    rush.signed("member@specimen.example", **HOUSE, name="qalb fund")
    assert queue(rush).get("Kalb Fund") is None
    with rush.world.app.app_context(), reading() as session:
        kept = session.get_one(Organisation, UUID(entry))
        assert kept.exact_names == "\nqalbfund\n"
        parted = session.get_one(Signature, UUID(stranger["id"]))
        assert (parted.entry_index, parted.flags) == (None, ["sounds_alike"])


def test_a_member_is_known_before_the_job_has_made_its_names_exact(rush: Rush) -> None:
    entry = an_organisation(rush.owner, rush.coalition, names={"en": "Qalb Fund"})
    a_representative(rush.owner, entry, email="member@specimen.example")
    with rush.world.app.app_context(), transaction() as session:
        session.get_one(Organisation, UUID(entry)).exact_names = None
    rush.sent("member@specimen.example", **HOUSE, name="QALB FUND")
    rush.work()

    rush.confirm(rush.secrets()[-1])
    with rush.world.app.app_context():
        jobs.run(jobs.due()[0]) if jobs.due() else None

    rush.world.work()
    assert linked(rush) == {"QALB FUND": entry}
