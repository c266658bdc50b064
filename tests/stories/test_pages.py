"""The public pages over HTTP, without a browser: what they send, take, refuse and keep secret."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tests.rules.test_pages import Tags
from tests.support.signing import Rush, a_network, a_rush, letters_of

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.conftest import World
    from tests.support.client import Client

FORM = "application/x-www-form-urlencoded"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self';"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def posted(browser: FlaskClient, path: str, fields: Any, **headers: str) -> TestResponse:
    return browser.post(
        path,
        data=urlencode(fields, doseq=True),
        headers={"Content-Type": FORM, **headers},
        environ_base={"REMOTE_ADDR": a_network()},
    )


def filled(browser: FlaskClient, rush: Rush, **changed: Any) -> dict[str, Any]:
    """Return what the form of a page sends when somebody fills it in."""
    tags = Tags(browser.get(f"/s/{rush.address}").text)
    boxes = [str(one["value"]) for one in tags.named("input") if one.get("name") == "consent"]
    (sha256,) = [
        one["value"] for one in tags.named("input") if one.get("name") == "revision_sha256"
    ]
    return {
        "name": "Ada Specimen",
        "email": "ada@specimen.example",
        "country": "KZ",
        "visibility": "public",
        "consent": [box for box in boxes if not box.startswith("mailings")],
        "revision_sha256": sha256,
        "proof": "",
        "website": "",
        **changed,
    }


def confirmed(browser: FlaskClient, rush: Rush) -> str:
    """Sign and confirm by the pages; return the path of the own signature."""
    assert posted(browser, f"/s/{rush.address}", filled(browser, rush)).status_code == 303
    rush.work()
    here = f"/c/{rush.secrets()[-1]}"
    assert posted(browser, here, {}).status_code == 303
    rush.world.work()
    own = [href for href in Tags(browser.get(here).text).each("href") if href.startswith("/m/")]
    return own[0]


def test_a_page_keeps_its_headers_its_promise_and_its_size(
    rush: Rush, browser: FlaskClient
) -> None:
    page = browser.get(f"/s/{rush.address}", headers={"Accept-Encoding": "gzip"})
    style, script = (
        browser.get(path, headers={"Accept-Encoding": "gzip"})
        for path in Tags(gzip.decompress(page.data).decode()).each("href")[1:2]
        + Tags(gzip.decompress(page.data).decode()).each("src")
    )

    assert page.status_code == 200
    assert page.headers["Content-Security-Policy"] == POLICY
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "public, max-age=5, stale-while-revalidate=5"
    assert style.mimetype == "text/css"
    assert "immutable" in style.headers["Cache-Control"]
    assert script.mimetype == "text/javascript"
    assert len(page.data) + len(style.data) + len(script.data) < 20_000


def test_a_page_calls_countries_as_the_coalition_does(rush: Rush, browser: FlaskClient) -> None:
    path = f"/v1/coalitions/{rush.coalition}"
    names = {"country_names": {"en": {"KZ": "Qazaqstan"}}}
    version = {"If-Match": rush.owner.get(path).etag}
    assert rush.owner.send("PATCH", path, names, headers=version).status == 200

    assert "<option value=KZ>Qazaqstan" in browser.get(f"/s/{rush.address}").text
    own = browser.get(confirmed(browser, rush)).text
    listed = browser.get(f"/s/{rush.address}/signatories").text
    assert "Qazaqstan" in own
    assert "Qazaqstan" in listed
    assert "Kazakhstan" not in listed


def test_a_person_signs_confirms_corrects_hides_and_withdraws(
    rush: Rush, browser: FlaskClient
) -> None:
    sent = posted(browser, f"/s/{rush.address}", filled(browser, rush, role="Editor"))

    assert sent.status_code == 303
    assert "mailbox" in browser.get(sent.location).text
    assert rush.total() == 0

    rush.work()
    here = f"/c/{rush.secrets()[-1]}"
    asked = browser.get(here)
    assert "Ada Specimen" in asked.text
    assert asked.headers["Cache-Control"] == "no-store"
    assert asked.headers["X-Robots-Tag"] == "noindex"
    browser.head(here)
    assert rush.total() == 0

    assert posted(browser, here, {}).status_code == 303
    rush.world.work()
    assert rush.total() == 1
    thanks = browser.get(here).text
    own = next(href for href in Tags(thanks).each("href") if href.startswith("/m/"))
    assert "Ada Specimen" in browser.get(f"/s/{rush.address}").text

    corrected = posted(browser, own, {"do": "correct", "name": "Ada B. Specimen", "country": "KG"})
    assert corrected.status_code == 303, corrected.text
    assert "Saved" in browser.get(corrected.location).text
    assert "Ada B. Specimen" in browser.get(f"/s/{rush.address}").text

    assert posted(browser, own, {"do": "hide"}).status_code == 303
    assert "Ada B." not in browser.get(f"/s/{rush.address}").text
    assert rush.total() == 1

    sure = posted(browser, own, {"do": "ask"})
    assert "Yes, take it back" in sure.text
    assert rush.total() == 1
    assert "taken back" in posted(browser, own, {"do": "withdraw"}).text
    assert rush.total() == 0


def test_an_organisation_signs_by_who_may_commit_it(rush: Rush, browser: FlaskClient) -> None:
    facts = filled(browser, rush, kind="organisation", organisation="Specimen Committee")
    refused = posted(browser, f"/s/{rush.address}", facts)
    assert refused.status_code == 422
    assert "may commit" in refused.text

    facts |= {"may_commit": "yes", "role": "Director"}
    assert posted(browser, f"/s/{rush.address}", facts).status_code == 303
    rush.work()
    page = browser.get(f"/c/{rush.secrets()[-1]}").text
    assert "Specimen Committee" in page
    assert "Ada Specimen" in page


def test_a_code_confirms_on_another_machine(rush: Rush, browser: FlaskClient) -> None:
    here = f"/s/{rush.address}/code"
    for wrong in ("", "AAAAA-AAAAA"):
        refused = posted(browser, here, {"code": wrong})
        assert refused.status_code == 422
        assert "f-code" in refused.text


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"email": "ada@"}, "email"),
        ({"email": ""}, "email"),
        ({"country": "ZZ"}, "country"),
        ({"visibility": ""}, "visibility"),
        ({"consent": []}, "consent"),
        ({"name": "see www.specimen.example"}, "name"),
        ({"role": "a" * 121}, "role"),
        ({"consent": ["signing::" + "0" * 64, "name::" + "0" * 64]}, "consent"),
    ],
)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_what_is_wrong_is_said_beside_its_field_and_no_word_is_lost(
    rush: Rush, browser: FlaskClient, changed: dict[str, Any], field: str, language: str
) -> None:
    facts = filled(browser, rush, affiliation="Specimen & <Co>", **changed)
    answer = posted(browser, f"/s/{rush.address}?language={language}", facts)
    tags = Tags(answer.text)
    values = {one.get("name"): one.get("value") for one in tags.named("input")}

    assert answer.status_code == 422
    assert f"#f-{field}" in tags.each("href")
    assert values["affiliation"] == "Specimen & <Co>"
    assert values["email"] == facts["email"]
    assert tags.named("html")[0]["lang"] == language


def test_a_text_that_changed_is_shown_before_it_is_signed(rush: Rush, browser: FlaskClient) -> None:
    facts = filled(browser, rush, revision_sha256="0" * 64)
    answer = posted(browser, f"/s/{rush.address}", facts)

    assert answer.status_code == 409
    assert "edited while you read" in answer.text
    assert 'value="Ada Specimen"' in answer.text
    assert rush.sha256 in answer.text


def test_too_many_from_one_network_are_told_when_to_try_again(
    rush: Rush, browser: FlaskClient
) -> None:
    facts = urlencode(filled(browser, rush), doseq=True)
    answers = [
        browser.post(f"/s/{rush.address}", data=facts, headers={"Content-Type": FORM})
        for _ in range(8)
    ]
    last = answers[-1]

    assert last.status_code == 429
    assert int(last.headers["Retry-After"]) > 0
    assert 'value="Ada Specimen"' in last.text


def test_a_machine_that_fills_in_everything_is_answered_like_a_person(
    rush: Rush, browser: FlaskClient
) -> None:
    facts = filled(browser, rush, website="https://spam.example")

    assert posted(browser, f"/s/{rush.address}", facts).status_code == 303
    rush.work()
    assert rush.secrets() == []


def test_a_closed_statement_is_read_and_not_signed(rush: Rush, browser: FlaskClient) -> None:
    facts = filled(browser, rush)
    assert rush.set(closes_at="2026-01-02T00:00:00+00:00").status == 200
    page = browser.get(f"/s/{rush.address}").text

    assert "Signing is closed" in page
    assert "<form" not in page
    refused = posted(browser, f"/s/{rush.address}", facts)
    assert refused.status_code in {409, 422}


def test_a_statement_that_opens_later_says_when(world: World, browser: FlaskClient) -> None:
    owner = world.user("coordinator")
    rush = a_rush(world, owner, opens_at="2099-01-01T00:00:00+00:00", zone="Asia/Almaty")
    here = f"/v1/statements/{rush.statement}"
    assert browser.get(f"/s/{rush.address}").status_code == 404  # nobody may read it yet

    match = {"If-Match": owner.get(here).etag}
    owner.send("POST", f"{here}/transitions", {"state": "published"}, headers=match)
    page = browser.get(f"/s/{rush.address}").text

    assert "Signing opens on 1 January 2099, 05:00 (Asia/Almaty)." in page
    assert "<form" not in page


@pytest.mark.parametrize("path", ["/s/nothing-23456789", "/c/x", "/m/x", "/j/x", "/s/a/b/c", "/m/"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_not_there_is_said_as_a_page(browser: FlaskClient, path: str, method: str) -> None:
    answer = browser.open(path, method=method, headers={"Accept-Language": "ru"})

    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
    assert "Такой страницы нет" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"] == POLICY


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "null"},
    ],
)
def test_another_site_cannot_press_a_button(
    rush: Rush, browser: FlaskClient, headers: dict[str, str]
) -> None:
    own = confirmed(browser, rush)

    assert posted(browser, own, {"do": "withdraw"}, **headers).status_code == 403
    assert rush.total() == 1
    fine = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
    assert posted(browser, own, {"do": "withdraw"}, **fine).status_code == 200
    assert rush.total() == 0


def test_only_forms_are_taken_and_only_text_that_can_be_kept(
    rush: Rush, browser: FlaskClient
) -> None:
    here = f"/s/{rush.address}"
    as_json = browser.post(here, json={"name": "Ada"})
    assert (as_json.status_code, as_json.mimetype) == (415, "text/html")

    control = posted(browser, here, filled(browser, rush, name="Ada\x07"))
    assert control.status_code == 422
    assert control.mimetype == "text/html"

    huge = posted(browser, here, {"name": "a" * 300_000})
    assert huge.status_code == 413


def test_a_form_in_pieces_of_accents_is_kept_composed(rush: Rush, browser: FlaskClient) -> None:
    facts = filled(browser, rush, name="Ade\u0301le Specimen")
    assert posted(browser, f"/s/{rush.address}", facts).status_code == 303
    rush.work()

    assert "Ad\u00e9le Specimen" in browser.get(f"/c/{rush.secrets()[-1]}").text


def test_the_language_is_as_asked_then_the_statements_then_the_readers(
    rush: Rush, browser: FlaskClient
) -> None:
    def spoken(path: str, accepted: str = "en") -> str | None:
        page = browser.get(path, headers={"Accept-Language": accepted})
        return Tags(page.text).named("html")[0]["lang"]

    here = f"/s/{rush.address}"
    assert spoken(here, "ru") == "en"  # as the statement
    assert spoken(f"{here}?language=ru") == "ru"
    assert spoken(f"{here}?language=xx") == "en"
    assert spoken("/s/nothing", "ru-KZ,ru;q=0.9") == "ru"


def test_consents_in_russian_are_kept_in_russian(rush: Rush, browser: FlaskClient) -> None:
    russian = f"/s/{rush.address}?language=ru"
    boxes = Tags(browser.get(russian).text).named("input")
    consent = [str(one["value"]) for one in boxes if one.get("name") == "consent"]
    facts = filled(browser, rush, consent=consent)

    assert posted(browser, russian, facts).status_code == 303
    rush.work()
    assert "Подтвердите" in browser.get(f"/c/{rush.secrets()[-1]}").text


def test_own_data_is_taken_away_as_a_file(rush: Rush, browser: FlaskClient) -> None:
    own = confirmed(browser, rush)
    answer = posted(browser, own, {"do": "data"})

    assert answer.mimetype == "application/json"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.json
    assert answer.json["signature"]["who"]["name"] == "Ada Specimen"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_name_is_shown_again_only_by_consent_and_when_it_is_written(
    rush: Rush, browser: FlaskClient
) -> None:
    own = confirmed(browser, rush)
    posted(browser, own, {"do": "hide"})

    refused = posted(browser, own, {"do": "how", "visibility": "public"})
    assert refused.status_code == 422
    assert "write it" in refused.text
    again = posted(browser, own, {"do": "how", "visibility": "public", "name": "Ada Specimen"})
    assert again.status_code == 303
    assert "Ada Specimen" in browser.get(f"/s/{rush.address}").text


def test_no_secret_page_repeats_its_secret(rush: Rush, browser: FlaskClient) -> None:
    own = confirmed(browser, rush)

    assert own.removeprefix("/m/") not in browser.get(own).text


def test_the_whole_list_goes_by_pages(rush: Rush, browser: FlaskClient) -> None:
    confirmed(browser, rush)
    page = browser.get(f"/s/{rush.address}/signatories").text

    assert "Ada Specimen" in page
    assert browser.get(f"/s/{rush.address}/signatories?cursor=zz").status_code == 422


def test_who_signs_a_sensitive_statement_may_decline_the_receipt(
    world: World, owner: Client, browser: FlaskClient
) -> None:
    plain, rush = a_rush(world, owner), a_rush(world, owner, is_sensitive=True)
    assert 'name="receipt"' not in browser.get(f"/s/{plain.address}").text
    assert 'name="receipt"' in browser.get(f"/s/{rush.address}").text

    posted(browser, f"/s/{rush.address}", filled(browser, rush, receipt="no"))
    rush.work()
    posted(browser, f"/c/{rush.secrets()[-1]}", {})

    assert [kind for kind, _ in letters_of(world)] == ["signing.confirmation"]
