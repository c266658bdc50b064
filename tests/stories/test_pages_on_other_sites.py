"""The form on other people's sites: the frame, and the file of the element."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from tests.stories.test_pages import POLICY, filled, posted
from tests.support.signing import Rush

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def test_only_the_sites_that_a_coalition_names_may_show_the_form_in_a_frame(
    rush: Rush, browser: FlaskClient
) -> None:
    framed, page = f"/embed/{rush.address}", f"/s/{rush.address}"
    assert browser.get(framed).headers["Content-Security-Policy"] == POLICY
    sites = ["https://specimen.example", "http://window.example:8080"]
    rush.owner.patch(f"/v1/coalitions/{rush.coalition}", {"origins": sites})
    named = POLICY.replace("frame-ancestors 'none'", "frame-ancestors " + " ".join(sites))

    for answer in (
        browser.get(framed),
        browser.get(f"{framed}?sent=1"),
        posted(browser, framed, filled(browser, rush, email="ada@")),
        posted(browser, framed, filled(browser, rush, revision_sha256="0" * 64)),
    ):
        assert answer.headers["Content-Security-Policy"] == named
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["X-Robots-Tag"] == "noindex"
    assert browser.get(page).headers["Content-Security-Policy"] == POLICY
    assert browser.get("/embed/nothing-23456789").status_code == 404


def test_who_signs_in_a_frame_stays_there(rush: Rush, browser: FlaskClient) -> None:
    framed = f"/embed/{rush.address}"
    page = browser.get(f"{framed}?language=ru").text
    assert f'action="{framed}?language=ru"' in page
    assert f'href="/s/{rush.address}?language=ru" target="_blank" rel="noopener"' in page

    wrong = posted(browser, f"{framed}?sent=1", filled(browser, rush, name=""))
    assert wrong.status_code == 422
    assert "<form" in wrong.text
    done = posted(browser, framed, filled(browser, rush))
    assert (done.status_code, done.headers["Location"]) == (303, f"{framed}?sent=1")
    said = browser.get(f"{framed}?sent=1").text
    assert "Look into your mailbox" in said
    assert f'href="/s/{rush.address}/code" target="_blank"' in said
    rush.work()
    assert rush.confirm(rush.secrets()[-1]).status == 200


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://a.b"}])
def test_another_site_cannot_send_the_form_in_a_frame(
    rush: Rush, browser: FlaskClient, headers: dict[str, str]
) -> None:
    framed = f"/embed/{rush.address}"

    assert posted(browser, framed, filled(browser, rush), **headers).status_code == 403


def test_the_widget_is_one_file_that_every_site_may_load(browser: FlaskClient) -> None:
    newest = browser.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    own = browser.get(newest.headers["Content-Location"])
    again = browser.get(
        "/widget.js", headers={"Accept-Encoding": "gzip", "If-None-Match": newest.headers["ETag"]}
    )

    assert newest.mimetype == "text/javascript"
    assert newest.headers["Access-Control-Allow-Origin"] == "*"
    assert newest.headers["Cache-Control"] == "public, max-age=3600"
    assert len(newest.data) < 15_000
    assert gzip.decompress(newest.data) == own.data
    assert "immutable" in own.headers["Cache-Control"]
    assert (again.status_code, again.data) == (304, b"")
    assert browser.get("/widget/0123456789ab.js").status_code == 404
