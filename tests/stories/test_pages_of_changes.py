"""Pages of what changed: an organisation that corrects its signature, a text that was replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.rules.test_pages import Tags
from tests.stories.test_pages import posted
from tests.support.builders import a_revision
from tests.support.signing import OPENED, Rush

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def test_an_organisation_corrects_its_name_not_that_of_who_signed(
    rush: Rush, browser: FlaskClient
) -> None:
    told = {"kind": "organisation", "name": "Specimen Club", "represented_by": {"name": "Ada"}}
    own = f"/m/{rush.signed('ada@specimen.example', **told)}"
    fields = {
        one.get("name"): one.get("value") for one in Tags(browser.get(own).text).named("input")
    }
    assert fields["name"] == "Specimen Club"
    assert "initials" not in fields.values()

    posted(browser, own, {"do": "correct", "name": "Specimen Committee", "country": "KZ"})
    page = browser.get(own).text
    assert "Specimen Committee" in page
    assert "Ada" in page


def test_an_organisation_says_that_somebody_else_signs_for_it(
    rush: Rush, browser: FlaskClient
) -> None:
    told = {"kind": "organisation", "name": "Specimen Club", "represented_by": {"name": "Ada"}}
    own = f"/m/{rush.signed('ada@specimen.example', **told)}"
    facts = {"do": "correct", "name": "Specimen Club", "country": "KZ"}
    assert 'value="Ada"' in browser.get(own).text

    for wrong in ("", "https://specimen.example"):
        refused = posted(browser, own, {**facts, "by_name": wrong, "by_role": "Director"})
        assert refused.status_code == 422
        assert 'id="e-by_name"' in refused.text
        assert 'value="Director"' in refused.text
    posted(browser, own, {**facts, "by_name": "Bea Specimen", "by_role": "Director"})

    (signed,) = rush.signatures()
    assert signed["represented_by"] == {"name": "Bea Specimen", "role": "Director"}


def test_the_page_of_a_text_that_was_replaced_names_the_newer_one(
    rush: Rush, browser: FlaskClient
) -> None:
    begun = rush.owner.post(
        f"/v1/statements/{rush.statement}/successors", {"slug": "specimen-appeal-2"}
    )
    newer = begun["statement"]["id"]
    path = f"/v1/statements/{newer}"
    title = "Open all the doors"
    document = {**rush.owner.get(f"{path}/draft")["document"], "title": title}
    assert rush.owner.put(f"{path}/draft", {"document": document}).status == 200
    a_revision(rush.owner, newer)
    assert title not in browser.get(f"/s/{rush.address}").text  # it is not opened yet
    match = {"If-Match": rush.owner.get(path).etag}
    rush.owner.send("POST", f"{path}/transitions", {"state": "review"}, headers=match)
    assert rush.owner.put(f"{path}/signing", {"opens_at": OPENED}).status == 200

    assert title in browser.get(f"/s/{rush.address}").text
