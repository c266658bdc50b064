"""At the desk a statement is opened for signing, and signatures entered, seen and taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.signatures.models import SignatureState, Visibility
from tests.support.builders import Signing, a_coalition, a_role, a_text, an_organisation
from tests.support.desk import an_hour_later, at_the_desk
from tests.support.public_signatures import strangers
from tests.support.signing import a_rush

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client
    from tests.support.desk import Desk

HELD = SignatureState.HELD


def in_review(world: World, owner: Client) -> Signing:
    """Return a frozen statement that can be opened for signing."""
    coalition = a_coalition(owner)
    found = Signing(world, owner, coalition, *a_text(owner, coalition))
    version = {"If-Match": owner.get(found.path).etag}
    body = {"state": "review"}
    moved = owner.send("POST", f"{found.path}/transitions", body, headers=version)
    assert moved.status == 200, moved.body
    return found


@pytest.fixture
def signing(world: World, owner: Client) -> Signing:
    return in_review(world, owner)


@pytest.fixture
def ada(world: World, signing: Signing) -> Desk:
    return at_the_desk(world, signing.owner)


def at(signing: Signing, part: str) -> str:
    return f"/desk/{signing.coalition}/statements/{signing.statement}/{part}"


def recorded(signing: Signing, action: str) -> int:
    path = f"/v1/coalitions/{signing.coalition}/audit-entries"
    return len(signing.owner.get(path, action=action)["items"])


def test_countries_are_called_as_the_coalition_does(signing: Signing, ada: Desk) -> None:
    path = f"/v1/coalitions/{signing.coalition}"
    names = {"country_names": {"en": {"KZ": "Qazaqstan"}}}
    version = {"If-Match": signing.owner.get(path).etag}
    assert signing.owner.send("PATCH", path, names, headers=version).status == 200
    signing.sign(country="KZ")

    assert ada.go(at(signing, "signatures")).rows[0][1] == "Qazaqstan"
    assert "<option value=KZ>Qazaqstan" in ada.http.get(at(signing, "signatures/new")).text


def test_a_statement_is_opened_closed_and_opened_again_by_undo(signing: Signing, ada: Desk) -> None:
    page = ada.go(at(signing, "signing"))
    assert "Not open" in page.text

    ada.follow("Open for signing")
    page = ada.submit("Open for signing")
    assert page.notice == "It is open for signing."
    assert "Open the public page (in a new tab)" in page.links
    assert signing.owner.get(f"{signing.path}/signing")["is_open"] is True

    page = ada.submit("Close signing now")
    assert page.notice == "Signing is closed."
    assert signing.owner.get(f"{signing.path}/signing")["is_open"] is False
    ada.submit("Undo")
    assert signing.owner.get(f"{signing.path}/signing")["is_open"] is True


def test_closing_before_a_deadline_offers_no_undo_that_would_forget_it(
    signing: Signing, ada: Desk
) -> None:
    ada.go(at(signing, "signing/settings"))
    ada.submit("Save", opens_at="2020-01-01T10:00", closes_at="2099-12-31T18:00")
    ada.go(at(signing, "signing"))

    page = ada.submit("Close signing now")

    assert page.notice == "Signing is closed."
    assert "Undo" not in page.buttons


def test_what_may_put_people_at_risk_is_opened_a_moment_after_signing_in(
    signing: Signing, ada: Desk, world: World
) -> None:
    ada.go(at(signing, "signing/settings"))
    assert ada.submit("Save", is_sensitive=["yes"]).notice == "Saved."
    page = ada.go(at(signing, "signing/open"))
    assert "It is set as sensitive" in page.text
    an_hour_later(world)

    ada.submit("Open for signing")
    assert ada.page.heading == "Sign in once more for this"
    # Nor by the settings: they open it too, or say that it is not sensitive any more.
    for part in ("signing/settings", "signing/reopen"):
        ada.send(at(signing, part), {"csrf": ada.proof, "opens_at": "2020-01-01T10:00"})
        assert ada.page.heading == "Sign in once more for this"
    told = signing.owner.get(f"{signing.path}/signing")
    assert (told["is_open"], told["is_sensitive"]) == (False, True)


def test_a_whole_statement_leaves_after_a_look_and_the_record_tells(
    signing: Signing, ada: Desk, world: World
) -> None:
    signing.sign(name="A. Hidden", visibility="coalition")
    page = ada.go(at(signing, "portable?format=json"))
    assert "A. Hidden" not in page.html
    page = ada.submit("Take it")
    assert "A. Hidden" in page.html
    assert recorded(signing, "signature.exported") == 1

    an_hour_later(world)
    assert ada.go(at(signing, "portable?format=json")).heading == "Sign in once more"


def test_settings_are_kept_with_faults_beside_their_fields_and_shown_as_the_page_will_be(
    signing: Signing, ada: Desk
) -> None:
    news = an_organisation(signing.owner, signing.coalition, names={"en": "Specimen News"})
    ada.go(at(signing, "signing/settings"))
    page = ada.submit(
        "Save", opens_at="2031-05-02T10:00", closes_at="2031-05-01T10:00", zone="Asia/Almaty"
    )
    assert page.status == 422
    assert set(page.faults) == {"closes_at"}
    assert "2031-05-02T10:00" in page.html

    page = ada.submit(
        "Save",
        closes_at="2031-06-01T10:00",
        takes_organisations=[],
        moderation="all",
        mailing_organisation_ids=[news],
    )
    assert page.notice == "Saved."
    kept = signing.owner.get(f"{signing.path}/signing").json
    assert kept["opens_at"].startswith("2031-05-02T05:00")
    assert (kept["takes_organisations"], kept["moderation"]) == (False, "all")
    assert kept["mailing_organisation_ids"] == [news]

    preview = ada.go(at(signing, "signing/preview"))
    assert preview.status == 200
    assert "frame-ancestors 'self'" in preview.headers["Content-Security-Policy"]
    assert "organisation" not in preview.tree.xpath("//input[@name='kind']/@value")
    assert not preview.tree.xpath("//script"), "none would run in the frame"
    tried = ada.go(at(signing, "signing/preview?takes_organisations=yes"))
    assert tried.html != preview.html


def test_when_it_opens_is_as_the_form_says(signing: Signing, ada: Desk) -> None:
    page = ada.go(at(signing, "signing/settings"))
    told = (
        "A time that is past opens it as soon as you save; leave it empty, and nobody can sign yet."
    )
    assert told in page.text

    for opens_at, is_open in (("", False), ("2020-01-01T10:00", True)):
        assert ada.submit("Save", opens_at=opens_at).notice == "Saved."
        assert signing.owner.get(f"{signing.path}/signing")["is_open"] is is_open


def test_signing_is_set_and_closed_though_an_organisation_that_mails_has_gone(
    signing: Signing, ada: Desk
) -> None:
    gone, stays = (
        an_organisation(signing.owner, signing.coalition, names={"en": f"Specimen {name}"})
        for name in ("News", "Post")
    )
    settings = f"{signing.path}/signing"
    signing.owner.put(settings, {"mailing_organisation_ids": [gone, stays]})
    deleted = signing.owner.delete(f"/v1/organisations/{gone}")
    assert deleted.status == 204, deleted.body

    page = ada.go(at(signing, "signing/settings"))
    assert page.status == 200
    assert signing.owner.get(settings)["mailing_organisation_ids"] == [stays]
    ada.go(at(signing, "signing"))
    ada.follow("Open for signing")
    ada.submit("Open for signing")
    assert ada.submit("Close signing now").notice == "Signing is closed."
    ada.submit("Undo")
    told = signing.owner.get(settings)
    assert (told["is_open"], told["mailing_organisation_ids"]) == (True, [stays])


def test_somebody_else_changed_the_settings_meanwhile_and_nothing_typed_is_lost(
    signing: Signing, ada: Desk
) -> None:
    ada.go(at(signing, "signing/settings"))
    ada.submit("Save", zone="Asia/Almaty")
    form = ada.page
    at_the_desk(signing.world, signing.owner)
    signing.owner.get(f"{signing.path}/signing")
    body = {"zone": "Europe/Brussels", "moderation": "none"}
    assert signing.owner.put(f"{signing.path}/signing", body).status == 200

    ada.page = form
    page = ada.submit("Save", zone="Asia/Bishkek")
    assert page.status == 412
    assert "Asia/Bishkek" in page.html
    assert "Europe/Brussels" in page.text


def test_the_code_for_other_sites_and_a_picture_for_paper(signing: Signing, ada: Desk) -> None:
    assert "The page has no address yet" in ada.go(at(signing, "signing/sites")).text
    ada.go(at(signing, "signing/settings"))
    ada.submit("Save")
    page = ada.go(at(signing, "signing/sites"))

    assert "<undersigned-form" in page.text
    assert "No site may show the form yet." in page.text
    code = ada.go(at(signing, "signing/code.svg?download=1"))
    assert code.html.startswith("<svg")
    assert "attachment" in code.headers["Content-Disposition"]


def test_who_signed_is_counted_drawn_and_listed_and_a_hidden_name_opened_alone(
    signing: Signing, ada: Desk, world: World
) -> None:
    signing.sign(name="Specimen Watch", kind="organisation", country="KZ")
    (hidden,) = strangers(world, signing.statement, ["Zuhra"], visibility=Visibility.ANONYMOUS)

    overview = ada.go(at(signing, "signing"))
    assert "2 signatures" in overview.text
    for picture in overview.tree.xpath("//img[@class='chart']/@src"):
        assert "<svg" in ada.go(picture).html

    page = ada.go(at(signing, "signatures"))
    assert [row[0] for row in page.rows] == ["Specimen Watch Organisation", "Name hidden Person"]
    assert "Zuhra" not in page.html

    assert "Zuhra" not in ada.follow("Name hidden").html
    assert recorded(signing, "signature.disclosed") == 0
    page = ada.submit("Show the name")
    assert "Zuhra" in page.text
    assert recorded(signing, "signature.disclosed") == 1

    page = ada.submit("Save", name="Zuhra Specimen", visibility="public")
    assert (page.notice, signing.names()[-1]) == ("Saved.", "Zuhra Specimen")
    ada.submit("Hide the name")
    assert ada.page.notice == "The name is hidden."
    ada.follow("Withdraw the signature")
    assert "Withdraw this signature?" in ada.page.text
    page = ada.submit("Withdraw the signature")
    assert page.notice == "The signature is withdrawn."
    assert signing.owner.get(f"/v1/signatures/{hidden}")["state"] == "withdrawn"


def test_what_a_role_may_not_see_or_do_is_not_in_the_page(
    signing: Signing, world: World, ada: Desk
) -> None:
    signing.sign(name="Specimen Watch", kind="organisation")
    strangers(world, signing.statement, ["Zuhra"], visibility=Visibility.COALITION)
    viewer = at_the_desk(world, a_role(signing.owner, signing.coalition, world.user("v"), "viewer"))

    page = viewer.go(at(signing, "signatures"))
    assert [row[0] for row in page.rows] == ["Specimen Watch Organisation"]
    assert "Zuhra" not in page.html
    assert "Enter a signature" not in page.links
    assert "Queue" not in page.links
    assert viewer.go(at(signing, "moderation")).status == 403
    assert viewer.go(at(signing, "signatures/export")).status == 403
    assert "Close signing now" not in viewer.go(at(signing, "signing")).buttons
    assert ada.go(f"/desk/{signing.coalition}/settings").status == 200
    assert viewer.go(f"/desk/{signing.coalition}/settings").status == 403


def test_a_signature_is_entered_with_its_faults_beside_the_fields(
    signing: Signing, ada: Desk
) -> None:
    ada.go(at(signing, "signatures"))
    ada.follow("Enter a signature")
    page = ada.submit("Enter a signature", email="nobody", kind="individual")
    assert set(page.faults) == {"email"}
    page = ada.submit("Enter a signature", email="", name="")
    assert set(page.faults) == {"name"}

    page = ada.submit(
        "Enter a signature",
        {"represented_by.name": "A. Specimen", "represented_by.role": "Director"},
        kind="organisation",
        name="Specimen Watch",
        country="KZ",
    )
    assert page.notice == "The signature is entered."
    (entered,) = signing.listed()
    assert (entered["name"], entered["represented_by"]["name"]) == ("Specimen Watch", "A. Specimen")


def test_names_are_searched_by_a_form_and_stand_in_no_address(
    signing: Signing, ada: Desk, world: World
) -> None:
    strangers(world, signing.statement, ["Aigerim", "Bolat"])
    ada.go(at(signing, "signatures"))
    page = ada.submit("Find", search="айгерим")
    assert [row[0] for row in page.rows] == ["Aigerim Person"]
    assert page.path == at(signing, "signatures")


def test_signatories_leave_with_a_reason_that_the_record_keeps(signing: Signing, ada: Desk) -> None:
    signing.sign(name="A. Hidden", visibility="coalition")
    ada.go(at(signing, "signatures"))
    page = ada.follow("Take the signatories as a file")
    assert "The file is yours to keep safe." in page.text
    page = ada.submit("Take the file", {"for": "import"})
    assert set(page.faults) == {"reason"}
    page = ada.submit("Take the file", {"for": "import"}, reason="x" * 501)
    assert set(page.faults) == {"reason"}
    assert ada.send(page.path, {"csrf": ada.proof, "for": "nobody"}).faults.keys() == {"for"}
    page = ada.submit("Take the file", {"for": "import"}, reason="For the notary.")
    assert page.headers["Content-Type"].startswith("text/csv")
    assert "A. Hidden" in page.html
    assert recorded(signing, "signature.exported") == 1


def test_the_queue_tells_why_takes_one_press_and_can_be_undone(
    signing: Signing, ada: Desk, world: World
) -> None:
    strangers(world, signing.statement, ["ADA SPECIMEN"], state=HELD, flags=["capitals"])
    hidden = Visibility.COALITION
    strangers(world, signing.statement, ["Bela"], state=HELD, visibility=hidden, flags=["number"])
    page = ada.go(at(signing, "moderation"))
    assert "2 signatures wait" in page.text
    assert "All in capitals" in page.text
    assert "Bela" not in page.html
    assert "Bela" in ada.submit("Show the name").text

    ada.go(at(signing, "moderation"))
    page = ada.submit("Turn away", reason="")
    assert set(page.faults) == {"reason"}
    page = ada.submit("Let it count")
    assert page.notice == "It counts."
    page = ada.submit("Turn away", reason="A robot.")
    assert page.notice == "It is turned away."
    assert "Nobody waits" in page.text
    assert signing.counts()["total"] == 1
    page = ada.submit("Undo")
    assert page.notice == "It is back in the queue."
    assert "One signature waits" in page.text


def test_of_an_organisation_the_queue_tells_who_signs_and_for_which_it_may_pass(
    world: World, owner: Client
) -> None:
    rush = a_rush(world, owner)
    an_organisation(owner, rush.coalition, names={"en": "Specimen Press Watch"})
    told = {"kind": "organisation", "represented_by": {"name": "Bek Specimen", "role": "Chair"}}
    rush.signed("one@specimen.example", **told, name="Specimen Press Watch International")
    ada = at_the_desk(world, owner)
    page = ada.go(f"/desk/{rush.coalition}/statements/{rush.statement}/moderation")
    assert "Specimen Press Watch International Organisation" in page.text
    assert "Bek Specimen" not in page.text, "sealed, until somebody asks"
    page = ada.submit("Show who signs for it")
    assert "Signs for it: Bek Specimen, Chair" in page.text
    assert "Show who signs for it" not in page.buttons
    assert "May be taken for: Specimen Press Watch" in page.text
    assert "Specimen Press Watch" in page.links


def test_a_rule_is_counted_before_it_takes_anybody_out_and_is_undone(
    signing: Signing, ada: Desk, world: World
) -> None:
    strangers(world, signing.statement, [f"Robot {each}" for each in "ABCDE"], domain="bad.example")
    strangers(world, signing.statement, ["Ada"])
    page = ada.go(at(signing, "invalidations"))
    assert "5 have addresses of one domain" in page.links
    ada.follow("Take out by a rule")
    page = ada.submit("Count them", reason="Robots.")
    assert page.status == 422
    typed = {"rule.name_pattern": "robot*", "rule.from": "2026-05-14T10:00", "zone": "Asia/Almaty"}
    page = ada.submit("Count them", typed, reason="Robots.")
    assert "The rule means 5 signatures." in page.text
    assert "2026-05-14T10:00:00+05:00" in page.text
    assert signing.counts()["total"] == 6

    page = ada.submit("Take them out of the count")
    assert page.notice == "They are out of the count."
    assert signing.counts()["total"] == 1
    page = ada.submit("Bring them back")
    assert signing.counts()["total"] == 6
    assert "Undone" in page.text
