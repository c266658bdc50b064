"""The line of a member as it will print: shown, corrected where it approves, learned later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contracts.scene import SVG
from tests.stories.test_pages import posted
from tests.support.builders import a_case, a_role, another_revision, letters_of
from tests.support.signoffs import SigningOff, a_sign_off

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.conftest import World
    from tests.support.client import Client


@pytest.fixture
def text(world: World, owner: Client) -> SigningOff:
    found = a_sign_off(world, owner)
    path = f"/v1/organisations/{found.organisation('Bread')}"
    names = {"ru": "Хлеб", "en": "Bread"}
    assert owner.patch(path, {"names": names, "acronym": "BRD"}).status == 200
    found.open()
    return found


def learn(text: SigningOff, name: str, by: Client | None = None) -> tuple[int, str]:
    body = {"member_id": text.members[name]}
    answer = (by or text.owner).post(f"{text.path}/learned-names", body)
    return answer.status, str(answer.json.get("type"))


def test_a_legal_form_stays_in_one_line_and_the_name_as_it_was_given(text: SigningOff) -> None:
    assert text.say("Ada", printed_name="Specimen e. V.").status == 200
    assert text.prints() == ["Specimen e. V. (BRD)"]
    text.move("review", "published")

    page = text.owner.get(f"{text.path}/document", format="html").body.decode()

    assert "Specimen e.\N{NO-BREAK SPACE}V. (BRD)" in page


def test_a_member_sees_its_line_in_the_language_of_the_text(text: SigningOff) -> None:
    assert text.seen("Ada")["line"] == "Bread (BRD)"
    assert text.prints() == []


def test_a_corrected_name_prints_and_the_entry_learns_it_when_a_coordinator_agrees(
    text: SigningOff,
) -> None:
    path = f"/v1/organisations/{text.organisation('Bread')}"

    assert text.say("Ada", printed_name="Bread for All").status == 200

    assert text.seen("Ada")["line"] == "Bread for All (BRD)"
    assert text.prints() == ["Bread for All (BRD)"]
    assert text.entry("Bread")["answers"][0]["printed_name"] == "Bread for All"
    assert text.owner.get(path)["names"]["en"] == "Bread", "nobody has agreed yet"
    viewer = a_role(text.owner, text.coalition, text.world.user("viewer"), "viewer")
    assert learn(text, "Bread", viewer)[0] == 403

    assert learn(text, "Bread")[0] == 201

    entry = text.owner.get(path)
    assert entry["names"] == {"ru": "Хлеб", "en": "Bread for All"}
    assert entry["aliases"] == ["Bread"]
    text.move("review", "published")
    assert "Bread for All (BRD)" in text.printed()


def test_the_name_that_the_entry_has_corrects_nothing(text: SigningOff) -> None:
    text.say("Ada", printed_name="Bread")

    assert text.entry("Bread")["answers"][0]["printed_name"] is None
    assert learn(text, "Bread") == (409, "/problems/nothing-to-learn")


def test_a_corrected_name_is_printed_once_where_the_entry_was_entered_by_hand(
    text: SigningOff,
) -> None:
    body = {"kind": "organisation", "name": "Bread", "revision_sha256": text.sha256}
    assert text.owner.post(f"{text.path}/signatures", body).status == 201

    text.say("Ada", printed_name="Bread for All")

    assert text.prints() == ["Bread"]


def test_a_name_that_no_text_may_hold_is_refused(text: SigningOff) -> None:
    a_case(text.owner, text.coalition, name="Aygul Hiddenova", may_be_named=False)

    told = text.say("Ada", printed_name="Friends of Aygul Hiddenova")
    signs = text.say("Ada", printed_name="Bread \U000f0000")
    against = text.say("Ada", "declined", reason="No.", printed_name="Loaf")

    assert [each.status for each in (told, signs, against)] == [422] * 3
    assert [list(each.faults) for each in (told, signs, against)] == [["/printed_name"]] * 3
    assert text.state("Bread") == "asked"


def test_a_member_corrects_its_line_on_the_page_beside_its_logo(
    text: SigningOff, browser: FlaskClient
) -> None:
    path = f"/v1/organisations/{text.organisation('Bread')}/logo"
    assert text.owner.put(path, SVG, kind="image/svg+xml").status == 200
    here = f"/a/{text.door('Ada').rpartition('/')[2]}"
    page = browser.get(here).text
    assert '<b lang="en" dir="ltr">Bread (BRD)</b>' in page
    assert 'src="data:image/svg+xml;base64,' in page

    facts = {"do": "answer", "answer": "approved", "visibility": "public", "has_logo": "yes"}
    name = {"printed_name": "Bread for All", "revision_sha256": text.sha256}
    done = posted(browser, here, {**facts, **name})

    assert done.status_code == 303, done.text
    assert text.prints() == ["Bread for All (BRD)"]
    assert 'value="Bread for All"' in browser.get(here).text


PERSONAL = "Ada, Director, Bread (in a personal capacity)"


def test_a_person_signs_in_a_personal_capacity_and_the_line_says_so(text: SigningOff) -> None:
    text.say("Ada", in_personal_capacity=True)

    assert text.prints() == [PERSONAL]
    assert text.seen("Ada")["line"] == PERSONAL
    assert text.entry("Bread")["answers"][0]["in_personal_capacity"]
    text.move("review", "published")
    assert PERSONAL in text.printed()
    (row,) = text.owner.get(f"{text.path}/signatures")["items"]
    assert (row["kind"], row["name"], row["organisation_id"]) == ("individual", "Ada", None)
    assert not row["lead"], "the organisation leads, the person does not"
    counts = text.owner.get(f"{text.path}/signature-counts")
    assert (counts["total"], counts["by_kind"]) == (1, {"individual": 1})

    text.appear("Ada", "anonymous")

    assert "Ada" not in text.printed()
    (row,) = text.owner.get(f"{text.path}/signatures")["items"]
    assert (row["name"], row["affiliation"], row["as_printed"]) == (None, None, None)


def test_who_signs_in_a_personal_capacity_is_told_of_edits(text: SigningOff) -> None:
    text.say("Ada", in_personal_capacity=True)
    text.move("review", "published")

    another_revision(text.owner, text.statement, "editorial")

    assert [each.to_name for each in letters_of(text.world, "signoffs.corrected") if each] == [
        "Ada"
    ]


def test_where_two_must_approve_nobody_signs_instead(text: SigningOff) -> None:
    path = f"/v1/organisations/{text.organisation('Bread')}"
    text.owner.patch(path, {"needs_two": True})

    refused = text.say("Ada", in_personal_capacity=True)
    against = text.say("Bob", "declined", reason="No.", in_personal_capacity=True)

    assert [list(each.faults) for each in (refused, against)] == [["/in_personal_capacity"]] * 2
    assert text.state("Bread") == "asked"


def test_a_person_signs_in_a_personal_capacity_on_the_page(
    text: SigningOff, browser: FlaskClient
) -> None:
    here = f"/a/{text.door('Ada').rpartition('/')[2]}"
    facts = {"do": "answer", "answer": "approved", "visibility": "public", "personal": "yes"}

    done = posted(browser, here, {**facts, "revision_sha256": text.sha256})

    assert done.status_code == 303, done.text
    assert text.prints() == [PERSONAL]


NAME = "Aygul Hiddenova"


def take_back(text: SigningOff, **facts: str) -> list[str]:
    """Take the name of a case back, with its label; return where that came to stand."""
    case = text.owner.get(f"/v1/coalitions/{text.coalition}/cases")["items"][0]["id"]
    path = f"/v1/cases/{case}"
    etag = text.owner.get(path).etag
    changed = text.owner.patch(path, {"may_be_named": False, **facts}, etag)
    assert changed.status == 200, changed.body
    return [each["place"] for each in changed["relabelled"]]


@pytest.mark.parametrize("is_published", [False, True])
def test_a_name_that_is_taken_back_leaves_a_corrected_line(
    text: SigningOff,
    is_published: bool,  # noqa: FBT001
) -> None:
    a_case(text.owner, text.coalition, name=NAME, public_label="a teacher")
    text.say("Ada", printed_name=f"Friends of {NAME}")
    assert text.prints() == [f"Friends of {NAME} (BRD)"]
    if is_published:
        text.move("review", "published")
        assert NAME in text.printed()

    take_back(text)

    assert text.prints() == ["Bread (BRD)"]
    assert text.entry("Bread")["answers"][0]["printed_name"] is None
    assert NAME not in text.printed()
    assert learn(text, "Bread") == (409, "/problems/nothing-to-learn")


def test_a_name_that_is_taken_back_leaves_a_persons_office(text: SigningOff) -> None:
    a_case(text.owner, text.coalition, name=NAME, public_label="a teacher")
    text.owner.patch(
        f"/v1/representatives/{text.people['Ada']}", {"role": f"Chair, Friends of {NAME}"}
    )
    text.say("Ada", in_personal_capacity=True)
    text.move("review", "published")
    assert NAME in text.printed()

    take_back(text)

    assert "Ada, Bread (in a personal capacity)" in text.printed()
    assert NAME not in text.printed()


def test_a_person_whose_name_is_taken_back_is_counted_without_it(text: SigningOff) -> None:
    a_case(text.owner, text.coalition, name=NAME, public_label="a teacher")
    text.owner.patch(f"/v1/representatives/{text.people['Ada']}", {"name": NAME})
    text.world.stranger().post(
        f"{text.door(NAME)}/answers",
        {
            "answer": "approved",
            "visibility": "public",
            "revision_sha256": text.sha256,
            "in_personal_capacity": True,
        },
    )
    text.move("review", "published")
    assert NAME in text.printed()

    take_back(text)

    assert NAME not in text.printed()
    assert text.owner.get(f"{text.path}/signature-counts")["total"] == 1


def test_a_name_that_is_taken_back_leaves_what_members_are_told(text: SigningOff) -> None:
    a_case(text.owner, text.coalition, name=NAME, public_label="a teacher")
    etag = text.owner.get(f"{text.path}/sign-off-round").etag
    note = {"note": f"Think of {NAME}."}
    assert text.owner.put(f"{text.path}/sign-off-round", note, etag=etag).status == 200
    question = f"{text.path}/closed-questions"
    body = {"member_id": text.members["Salt"], "reason": f"It writes to {NAME}."}
    assert text.owner.post(question, body).status == 201

    places = take_back(text)

    assert text.seen("Bob")["closed"]["reason"] == "It writes to a teacher."
    assert text.seen("Ada")["round"]["note"] == "Think of a teacher."
    here = text.path.removeprefix("/v1/")
    assert sorted(places) == [
        f"{here}/closed-questions/{text.members['Salt']}#/reason",
        f"{here}/sign-off-round#/note",
    ]
    again = {"member_id": text.members["Water"], "reason": f"It writes to {NAME}."}
    assert text.owner.post(question, again).codes == {"/reason": "hidden_name"}
    etag = text.owner.get(f"{text.path}/sign-off-round").etag
    refused = text.owner.put(f"{text.path}/sign-off-round", note, etag=etag)
    assert refused.codes == {"/note": "hidden_name"}
