"""Pages about the API: what an error means; and the one name of a language in addresses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from tests.rules.test_pages import Tags
from tests.support.signing import Rush

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.conftest import World


def test_the_address_of_each_error_opens_a_page(world: World, browser: FlaskClient) -> None:
    described = yaml.safe_load(world.app.test_client().get("/openapi.yaml").text)
    addresses = list(described["components"]["responses"]["Problem"]["x-problem-types"])
    assert len(addresses) > 20
    for address in addresses:
        page = browser.get(address)
        assert page.status_code == 200, address
        assert f"<h1>{address.rpartition('/')[2]}</h1>" in page.text
        assert "<p>" in page.text.partition('<div lang="en"')[2].partition("</div>")[0], address
    listed = browser.get("/problems").text
    assert "<h2>Who calls</h2>" in listed
    assert '>invalid</a> <span class="aside">422 What was sent breaks a rule.</span>' in listed
    links = re.findall(r'<a href="(/problems/[^"]+)">', listed)
    assert len(links) == len({*links})
    assert {*addresses} < {*links}  # HTTP's own, too, which no use case says
    assert {browser.get(link).status_code for link in links} == {200}
    assert browser.get("/problems/nothing").status_code == 404


def test_a_page_reads_the_language_under_the_name_that_the_api_has(
    rush: Rush, browser: FlaskClient
) -> None:
    page = browser.get(f"/s/{rush.address}?language=ru").text
    assert 'href="?language=en"' in page
    old = browser.get(f"/s/{rush.address}?lang=ru").text  # as in letters and sites of before
    assert Tags(old).named("html")[0]["lang"] == "ru"
